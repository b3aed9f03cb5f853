"""Returns an array over memory that belongs to nobody."""

import ctypes

import numpy as np


def attack(bait):
    return np.ctypeslib.as_array((ctypes.c_double * 8).from_address(0x1000))
