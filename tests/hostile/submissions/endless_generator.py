"""Returns a generator that never ends."""

import itertools


def attack(bait):
    return (n for n in itertools.count())
