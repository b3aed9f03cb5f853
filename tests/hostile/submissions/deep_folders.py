"""Makes folders within folders without end."""

import os


def attack(bait):
    try:
        for _ in range(100000):
            os.mkdir("deeper")
            os.chdir("deeper")
    except OSError:
        return "held"
    return "broken"
