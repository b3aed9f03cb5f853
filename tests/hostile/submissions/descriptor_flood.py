"""Writes to descriptors 1 and 2 without end."""

import os


def attack(bait):
    while True:
        os.write(1, b"a" * 65536)
        os.write(2, b"a" * 65536)
