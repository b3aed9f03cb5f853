"""Prints without end."""

def attack(bait):
    while True:
        print("a" * 10000)
