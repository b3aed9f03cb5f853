"""Asks for another user."""

import os


def attack(bait):
    for become in (os.setuid, os.setgid, os.seteuid, lambda n: os.setgroups([n]), lambda n: os.setresuid(n, n, n)):
        try:
            become(0)
        except OSError:
            continue
        return "broken"
    return "held" if os.getuid() != 0 else "broken"
