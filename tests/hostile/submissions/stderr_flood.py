"""Complains without end."""

import sys


def attack(bait):
    while True:
        print("no" * 10000, file=sys.stderr)
