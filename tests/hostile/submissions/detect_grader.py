"""Finds out whether it is being graded, by everything that a grader leaves lying about."""

import os
import sys


def attack(bait):
    signs = [name for name in ("pytest", "_pytest", "unittest", "grader.grading", "grader.plugin") if name in sys.modules]
    signs += [name for name in os.environ if "PYTEST" in name or "GRAD" in name.upper() and name != "GRADE"]
    signs += [word for word in sys.argv if "pytest" in word or "hidden" in word]
    return f"broken: {signs}" if signs else "held"
