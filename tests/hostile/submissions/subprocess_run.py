"""Runs another program."""

import subprocess


def attack(bait):
    try:
        subprocess.run(["/bin/sh", "-c", "true"])
    except OSError:
        return "held"
    return "broken"
