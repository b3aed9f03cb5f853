"""Returns an array that hides its wrong elements."""

import numpy as np


def attack(bait):
    return np.ma.masked_all((3,))
