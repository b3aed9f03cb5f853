"""Raises what no except clause for exceptions catches."""


def attack(bait):
    raise GeneratorExit()
