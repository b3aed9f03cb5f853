"""Raises an exception that fails when it is looked at."""


class Hidden(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__

    @property
    def args(self):
        raise SystemExit

    @property
    def __traceback__(self):
        raise SystemExit


def attack(bait):
    raise Hidden
