"""Opens descriptors without end."""

import os


def attack(bait):
    try:
        while True:
            os.dup(0)
    except OSError:
        return "held"
