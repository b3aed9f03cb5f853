"""Returns an object that agrees with everything."""

class Agreeable:
    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def __float__(self):
        return 42.0

    def __len__(self):
        return 1


def attack(bait):
    return Agreeable()
