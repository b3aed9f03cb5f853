"""Returns a list of a class that shows other elements to whoever looks twice."""


class Lying(list):
    def __iter__(self):
        return iter([42.0])

    def __len__(self):
        return 1

    def __getitem__(self, at):
        return 42.0

    def __eq__(self, other):
        return True


def attack(bait):
    return Lying([0.5, 0.25])
