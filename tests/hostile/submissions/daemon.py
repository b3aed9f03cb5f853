"""Starts a process that would outlive it."""

import os
import time


def attack(bait):
    try:
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
    except OSError:
        return "held"
    return "broken"
