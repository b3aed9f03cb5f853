"""Reads through a null pointer."""

import ctypes


def attack(bait):
    return ctypes.string_at(0)
