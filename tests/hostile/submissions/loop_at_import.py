"""Loops for ever while it is loaded."""

while True:
    pass


def attack(bait):
    return "held"
