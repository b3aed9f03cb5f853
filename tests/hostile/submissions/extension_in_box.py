"""Loads machine code of its own."""

import ctypes
import os
import shutil


def attack(bait):
    try:
        shutil.copyfile(f"/usr/lib/{os.uname().machine}-linux-gnu/libm.so.6", "/box/mine.so")
        ctypes.CDLL("/box/mine.so")
    except OSError:
        return "held"
    return "broken"
