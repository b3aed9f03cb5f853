"""Kills the process that started it."""

import os
import signal


def attack(bait):
    try:
        os.kill(os.getppid(), signal.SIGKILL)
    except OSError:
        return "held"
    return "broken"
