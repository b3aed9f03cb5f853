"""Returns a named tuple that claims other fields than it has."""

import collections


class Lying(collections.namedtuple("Pair", "x y")):
    def __eq__(self, other):
        return True

    def __iter__(self):
        return iter((42.0, 42.0))

    def __len__(self):
        return 7

    def _asdict(self):
        return {"x": 42.0}


def attack(bait):
    return Lying(0.5, 0.25)
