"""Returns eight terabytes that take no memory."""

import numpy as np


def attack(bait):
    return np.broadcast_to(np.float64(1), (10**6, 10**6))
