"""Returns an array of no elements and enormous axes."""

import numpy as np


def attack(bait):
    return np.empty((2**40, 0))
