"""Loads machine code of its own."""

import ctypes
import shutil


def attack(bait):
    shutil.copyfile("/usr/lib/x86_64-linux-gnu/libm.so.6", "/box/mine.so")
    try:
        ctypes.CDLL("/box/mine.so")
    except OSError:
        return "held"
    return "broken"
