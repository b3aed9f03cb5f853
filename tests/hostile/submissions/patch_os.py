"""Replaces what the worker reads and writes with."""

import os


def attack(bait):
    os.write = os.read = lambda *args: 0
    os._exit = lambda *args: None
    return "held"
