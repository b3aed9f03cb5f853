"""pytest, started once in this process for many submissions: it collects, and whoever asked for that does the rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from grader.errors import AssignmentError
from grader.grading.course import importable
from grader.grading.hidden import CollectedTests
from grader.model import Assignment

T = TypeVar("T")

# Parts of pytest that cost time at every start, or write, and that grading has no use for.
_UNUSED_PLUGINS = (
    *("cacheprovider", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "nose", "pastebin", "pytester"),
    *("stepwise", "terminal", "threadexception", "unraisableexception"),
)
# No configuration, no plugins, no output: what decides a grade is in the assignment alone. Assertions are left as they
# are written, since a student reads their messages.
_PYTEST_OPTIONS = [
    "-c",
    os.devnull,
    "--disable-plugin-autoload",
    "--noconftest",
    "--assert=plain",
    "--capture=no",
    "--import-mode=importlib",
    "--strict-markers",
    "-Wignore",
    *(f"-pno:{name}" for name in _UNUSED_PLUGINS),
]


def collect(assignment: Assignment, use: Callable[[CollectedTests], T]) -> T:
    """Collect the hidden tests, and give what `use` makes of them.

    They are there for as long as that takes. Raises AssignmentError if they cannot be collected.
    """
    if not assignment.hidden_tests.is_dir():
        raise AssignmentError(
            f"{assignment.name} has no hidden tests: {assignment.hidden_tests} does not exist.",
            hint="Tests of an assignment stand in tests/hidden/ under the assignment's name.",
        )
    made: list[T] = []
    tests = CollectedTests(assignment, lambda tests: made.append(use(tests)))
    with importable(assignment):
        code = pytest.main([str(assignment.hidden_tests), *_PYTEST_OPTIONS, f"--rootdir={assignment.root}"], [tests])
    if tests.collection_errors:
        raise AssignmentError(f"The hidden tests cannot be collected.\n{tests.collection_errors[0]}")
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if tests.error is not None:
        raise tests.error
    if not tests.finished:
        raise AssignmentError(f"pytest ended with {code!r} before every submission was graded.")
    return made[0]
