"""Closes every descriptor."""

import os


def attack(bait):
    os.closerange(0, 1000)
    return "held"
