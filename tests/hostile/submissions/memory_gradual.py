"""Takes memory bit by bit, and touches it."""

import numpy as np


def attack(bait):
    kept = []
    while True:
        kept.append(np.ones(10**5))
