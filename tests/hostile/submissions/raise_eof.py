"""Raises what tells the grader that a worker is gone."""


def attack(bait):
    raise EOFError()
