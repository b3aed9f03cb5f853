"""Returns text of a class that equals every text."""


class Lying(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __str__(self):
        return "right"

    def encode(self, *args):
        return b"right"

    def __len__(self):
        return 5


def attack(bait):
    return Lying("wrong")
