"""Raises an exception that is its own cause."""


def attack(bait):
    problem = ValueError("round")
    problem.__cause__ = problem.__context__ = problem
    raise problem
