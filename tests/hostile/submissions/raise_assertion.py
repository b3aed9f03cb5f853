"""Raises what a test raises when it fails."""


def attack(bait):
    raise AssertionError('expected 42')
