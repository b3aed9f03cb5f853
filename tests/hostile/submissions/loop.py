"""Loops for ever."""

def attack(bait):
    while True:
        pass
