"""Raises what the grader would raise if memory ran out."""


def attack(bait):
    raise MemoryError()
