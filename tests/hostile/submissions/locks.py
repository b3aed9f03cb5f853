"""Locks files that others need, and asks to be told when they use them."""

import fcntl
import os
import sys


def attack(bait):
    for module in (os, sys.modules["numpy"]):
        descriptor = os.open(module.__file__, os.O_RDONLY)
        for command in (1024, 1026):
            try:
                fcntl.fcntl(descriptor, command, 0)
            except OSError:
                continue
            return f"broken: {command}"
    return "held"
