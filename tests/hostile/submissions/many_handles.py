"""Returns more objects than can be kept."""


def attack(bait):
    return [object() for _ in range(200000)]
