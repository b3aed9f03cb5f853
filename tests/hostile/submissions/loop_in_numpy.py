"""Computes for ever in one call of numpy."""

import numpy as np


def attack(bait):
    return np.convolve(np.ones(10**6), np.ones(10**6))[0]
