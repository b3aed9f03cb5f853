"""Returns an array of objects that agree with everything."""

import numpy as np


class Agreeable:
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __abs__ = __rsub__ = __sub__


def attack(bait):
    return np.array([Agreeable()] * 3, dtype=object)
