"""Makes a file of a terabyte that holds nothing."""

import os


def attack(bait):
    try:
        with open("sparse", "wb") as file:
            os.truncate(file.fileno(), 2**40)
    except OSError:
        return "held"
    return "broken"
