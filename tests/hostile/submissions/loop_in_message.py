"""Raises an exception whose message is never finished."""

class Endless(ValueError):
    def __str__(self):
        while True:
            pass


def attack(bait):
    raise Endless
