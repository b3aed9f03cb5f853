"""Returns a dict of a class that has every key."""


class Lying(dict):
    def __missing__(self, key):
        return 42.0

    def __contains__(self, key):
        return True

    def items(self):
        return [("answer", 42.0)]

    def keys(self):
        return ["answer"]

    def __eq__(self, other):
        return True


def attack(bait):
    return Lying(wrong=1)
