"""Takes back what was given up: the parent's death signal, being opaque, no new privileges."""

import ctypes


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((1, 0), (4, 1), (38, 0), (22, 0), (24, 0)):
        if libc.prctl(option, value, 0, 0, 0) == 0:
            return f"broken: {option}"
    return "held"
