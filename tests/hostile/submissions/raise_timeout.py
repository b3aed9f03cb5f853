"""Raises what the grader raises when time is up."""


def attack(bait):
    raise TimeoutError()
