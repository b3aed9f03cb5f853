"""Runs a shell."""

import os


def attack(bait):
    return "broken" if os.system("true") == 0 else "held"
