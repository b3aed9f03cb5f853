"""Warns without end."""

import warnings


def attack(bait):
    while True:
        warnings.warn("\x1b[2J\ud800" * 100)
