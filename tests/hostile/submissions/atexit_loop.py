"""Leaves a handler behind that never ends."""

import atexit


@atexit.register
def linger():
    while True:
        pass


class Lingering:
    def __del__(self):
        linger()


KEPT = Lingering()


def attack(bait):
    return "held"
