"""Returns a number of a class that equals everything."""


class Lying(float):
    def __eq__(self, other):
        return True

    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __le__ = __ge__ = __eq__

    def __hash__(self):
        return hash(42.0)

    def __float__(self):
        return 42.0

    def __sub__(self, other):
        return 0.0

    __rsub__ = __abs__ = __sub__


def attack(bait):
    return Lying(0.5)
