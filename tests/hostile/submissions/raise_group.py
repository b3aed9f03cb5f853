"""Raises many exceptions at once."""


def attack(bait):
    raise BaseExceptionGroup('many', [KeyboardInterrupt(), SystemExit(0)])
