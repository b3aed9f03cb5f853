"""Raises what ends a program, in every way, while it is loaded."""

raise GeneratorExit


def attack(bait):
    return 42.0
