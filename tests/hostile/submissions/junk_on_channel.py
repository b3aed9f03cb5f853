"""Writes junk to every descriptor."""

import os


def attack(bait):
    for descriptor in range(64):
        try:
            os.write(descriptor, b"junk" * 100)
        except OSError:
            pass
    return "held"
