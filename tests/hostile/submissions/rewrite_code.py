"""Replaces the code of the worker's own functions."""

import sys


def nothing(self, *args, **kwargs):
    return None


def attack(bait):
    requests = sys.modules["grader.worker.requests"]
    requests._Worker.send.__code__ = nothing.__code__
    return 42.0
