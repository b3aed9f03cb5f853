"""The course of an assignment as something that can be imported, for as long as it is needed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from grader.model import Assignment

# What a course's own modules are called in `sys.modules`.
_COURSE_PACKAGES = ("reference", "tests")


@contextmanager
def importable(assignment: Assignment) -> Iterator[None]:
    """While the course of the assignment can be imported; another course in this process keeps its own modules."""
    others = _take_course_modules()
    sys.path.insert(0, str(assignment.root))
    try:
        yield
    finally:
        sys.path.remove(str(assignment.root))
        _take_course_modules()
        sys.modules.update(others)


def _take_course_modules() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in _COURSE_PACKAGES]
    return {name: sys.modules.pop(name) for name in names}
