"""Returns a set of elements that all equal one another, and hash to the same."""


class Same:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


def attack(bait):
    return {Same()}
