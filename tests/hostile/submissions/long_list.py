"""Returns a list of a million elements."""

def attack(bait):
    return [0] * 10**6
