"""Overflows the stack, with the recursion limit out of the way."""

import sys


def attack(bait):
    sys.setrecursionlimit(10**9)
    return attack([bait])
