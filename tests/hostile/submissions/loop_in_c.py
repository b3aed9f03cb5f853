"""Holds the interpreter lock in one long operation."""

def attack(bait):
    return len(str(7 ** (10**8)))
