"""Asks the interpreter to end, in the middle of a call."""

import sys


def attack(bait):
    sys.exit(0)
