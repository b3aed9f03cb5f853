"""Has the kernel send SIGKILL to the parent when a pipe becomes readable."""

import fcntl
import os


def attack(bait):
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid() or 1)
        fcntl.fcntl(reading, 10, 9)  # F_SETSIG
    except OSError:
        return "held"
    return "broken"
