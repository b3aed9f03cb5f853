"""The name of a new assignment, and what it must not be."""

from __future__ import annotations

import keyword
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.catalog.manifest import FOLDER
from grader.errors import RequestError

# Modules that student code or the course imports by these names.
_TAKEN = frozenset({"grader", "numpy", "pytest", "reference", "solutions", "tests", "torch"})


@dataclass(frozen=True, slots=True)
class Name:
    """`assignment9_name` and its parts."""

    full: str
    number: int
    topic: str


def course_of(start: Path) -> Path:
    """The nearest folder, from `start` upwards, that holds assignments; `start` itself if none does."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if _numbered(folder)), start)


def name_of(text: str, root: Path) -> Name:
    """The name that an author typed, for a course in `root`.

    Raises RequestError if it is not of the form, its topic cannot be a module, or its number is taken.
    """
    match = FOLDER.fullmatch(text)
    if match is None:
        raise RequestError(
            f"An assignment must be called assignment<number>_<topic>, in lower case (got {text!r}).",
            "For example: grade new assignment9_regression.",
        )
    topic = match["topic"]
    if keyword.iskeyword(topic) or topic in _TAKEN or topic in sys.stdlib_module_names:
        raise RequestError(
            f"The topic is the name of the students' module, and {topic!r} means another one in Python.",
            f"For example: {text}_basics.",
        )
    name = Name(text, int(match["number"]), topic)
    for other in _numbered(root):
        if other.number == name.number and other.full != name.full:
            free = 1 + max(o.number for o in _numbered(root))
            raise RequestError(
                f"Number {name.number} is taken by {other.full}.", f"The next one is free: assignment{free}_{topic}."
            )
    return name


def _numbered(root: Path) -> list[Name]:
    home = root / "assignments"
    try:
        matches = [FOLDER.fullmatch(folder.name) for folder in sorted(home.iterdir())]
    except OSError:
        return []
    return [Name(m[0], int(m["number"]), m["topic"]) for m in matches if m]
