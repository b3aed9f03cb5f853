"""Starts a program by posix_spawn."""

import os
import sys


def attack(bait):
    try:
        os.posix_spawn(sys.executable, [sys.executable, "-c", "pass"], {})
    except OSError:
        return "held"
    return "broken"
