"""Returns an array of a class that lies about everything."""

import numpy as np


class Lying(np.ndarray):
    def __array__(self, *args, **kwargs):
        return np.full((2, 2), 42.0)

    def __array_ufunc__(self, *args, **kwargs):
        return True

    def __eq__(self, other):
        return True

    def tobytes(self, order="C"):
        return b"lie"

    @property
    def shape(self):
        return (7, 7)


def attack(bait):
    return np.zeros(3).view(Lying)
