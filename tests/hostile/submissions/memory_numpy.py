"""Asks numpy for 30 GB at once."""

import numpy as np


def attack(bait):
    return np.ones(4 * 10**9)[0]
