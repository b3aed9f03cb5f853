"""Raises what ends a loop of the grader's."""


def attack(bait):
    raise StopIteration()
