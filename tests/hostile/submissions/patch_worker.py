"""Replaces the worker's own functions."""

import sys


def attack(bait):
    worker = sys.modules["grader.worker"]
    for name in list(vars(worker)):
        if not name.startswith("__"):
            setattr(worker, name, None)
    return 42.0
