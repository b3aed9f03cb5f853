"""Replaces the streams by objects that fail."""

import sys


class Stream:
    def write(self, text):
        raise SystemExit

    pieces = property(lambda self: 1 / 0)


def attack(bait):
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Stream()
    return "held"
