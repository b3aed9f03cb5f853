"""Replaces what numpy compares with."""

import numpy as np


def attack(bait):
    np.array_equal = np.allclose = np.testing.assert_allclose = lambda *args, **kwargs: True
    np.asarray = np.array = np.ascontiguousarray = lambda *args, **kwargs: 0
    np.ndarray = object
    return "held"
