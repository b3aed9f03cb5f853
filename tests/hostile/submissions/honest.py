"""An honest submission: what must still work after each hostile one."""

import numpy as np


def good(x):
    return np.sort(x) * 2
