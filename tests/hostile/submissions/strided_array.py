"""Returns an array of a terabyte that lies in eight bytes."""

import numpy as np


def attack(bait):
    return np.lib.stride_tricks.as_strided(np.zeros(1), (2**20, 2**17), (0, 0))
