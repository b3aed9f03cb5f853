"""Returns 80 MB."""

import numpy as np


def attack(bait):
    return np.zeros(10**7)
