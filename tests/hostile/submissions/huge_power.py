"""Computes a number that no computer holds, in one step."""


def attack(bait):
    return 7 ** (10**8) % 10
