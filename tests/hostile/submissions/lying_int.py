"""Returns an integer of a class that equals everything."""


class Lying(int):
    def __eq__(self, other):
        return True

    def __int__(self):
        return 42

    __index__ = __trunc__ = __int__

    def __hash__(self):
        return 42

    def bit_length(self):
        return 1


def attack(bait):
    return Lying(7)
