"""Changes the file that it was loaded by."""

import sys


def attack(bait):
    try:
        open(sys.modules["grader.worker"].__file__, "a")
    except OSError:
        return "held"
    return "broken"
