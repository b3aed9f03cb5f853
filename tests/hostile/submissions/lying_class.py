"""Returns an object that says that it is a float."""


class Lying:
    @property
    def __class__(self):
        return float

    def __float__(self):
        return 42.0

    def __index__(self):
        return 42


def attack(bait):
    return Lying()
