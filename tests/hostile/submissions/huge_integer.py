"""Returns an integer of a hundred thousand digits."""

def attack(bait):
    return 10**100000
