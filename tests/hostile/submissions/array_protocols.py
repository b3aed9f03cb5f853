"""Returns an object that numpy takes for an array, by each of its protocols."""

import numpy as np


class Array:
    __array_interface__ = {"shape": (2**40,), "typestr": "<f8", "data": (0, False), "version": 3}
    __array_priority__ = 1e9

    def __array__(self, *args, **kwargs):
        return np.float64(42.0)

    def __array_function__(self, *args):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return True

    def __buffer__(self, flags):
        return memoryview(bytes(8))


def attack(bait):
    return Array()
