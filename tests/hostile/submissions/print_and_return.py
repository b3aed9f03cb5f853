"""Prints a megabyte and answers."""

def attack(bait):
    print("a" * 10**6)
    return "held"
