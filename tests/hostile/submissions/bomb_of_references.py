"""Returns a list of lists of the same lists, which grows without end when it is written out."""


def attack(bait):
    value = [0.5]
    for _ in range(30):
        value = [value, value]
    return value
