"""Imports the hidden tests, the reference, the solutions, and the grader's trusted half."""

import importlib


def attack(bait):
    for name in ("reference", "reference.convolution", "solutions", "tests", "tests.hidden", "conftest", "grader.compare",
                 "grader.grading", "grader.diagnose", "grader.sandbox.bwrap", "grader.student", "_pytest", "pytest"):
        try:
            found = importlib.import_module(name)
        except (ImportError, OSError):
            continue
        return f"broken: {found}"
    return "held"
