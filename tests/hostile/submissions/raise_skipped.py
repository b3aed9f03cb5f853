"""Raises an exception named like the one that skips a test, from a module named like pytest's."""


class Skipped(BaseException):
    __module__ = "builtins"

    def __str__(self):
        return "skip"


Skipped.__name__ = Skipped.__qualname__ = "Skipped"


def attack(bait):
    raise Skipped
