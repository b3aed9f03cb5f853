"""Returns an array of records, with a field named like a method."""

import numpy as np


def attack(bait):
    return np.zeros(3, dtype=[("shape", "f8"), ("dtype", "U7")])
