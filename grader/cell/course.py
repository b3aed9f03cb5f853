"""Which exercises are meant, and of which assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from grader.catalog import find_assignments, find_root, resolve
from grader.errors import RequestError
from grader.model import Assignment
from grader.printable import one_line

Namespace = Mapping[str, Any]


def names_of(exercises: Sequence[Any], namespace: Namespace) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The names of what was given, and the objects among it by these names.

    An object is called what the session calls it, where that is one name alone, and else what it calls itself.
    """
    given: dict[str, Any] = {}
    names: list[str] = []
    for item in exercises:
        if isinstance(item, str):
            names.append(item)
            continue
        own = getattr(item, "__name__", "")
        bound = [name for name, value in namespace.items() if value is item and not name.startswith("_")]
        name = own if own in bound or len(bound) != 1 else bound[0]
        if not callable(item) or not name:
            kind = one_line(type(item).__name__, 60)
            raise RequestError(f"check takes functions, classes and names of exercises (got a value of type {kind}).")
        names.append(name)
        given[name] = item
    return tuple(dict.fromkeys(names)), given


def choose(
    names: Sequence[str], assignment: str | None, namespace: Namespace, folder: Path
) -> tuple[Assignment, tuple[str, ...]]:
    """The assignment that has the named exercises, and their names; without names, those that the namespace has.

    Raises:
        RequestError: there is no course around `folder`, no such exercise, or more than one assignment that fits.
    """
    try:
        root = find_root(folder)
    except RequestError as exc:
        hint = "Change to the folder of the course or of the bundle first: %cd path/to/it"
        raise RequestError(f"There is no course around the folder {folder}.", hint) from exc
    assignments = (resolve(assignment, root),) if assignment else find_assignments(root)
    wanted = {
        name: [a for a in assignments if name in _exercises(a)] for name in names or _present(assignments, namespace)
    }
    if not wanted:
        raise RequestError(f"This session defines no exercise of {_listed(assignments)}.", "Run the cells that do.")
    for name, having in wanted.items():
        if not having:
            raise RequestError(*_unknown(name, assignments))
    fitting = [a for a in assignments if all(a in having for having in wanted.values())]
    if len(fitting) == 1:
        return fitting[0], tuple(e.name for e in fitting[0].exercises if e.name in wanted)
    if fitting:
        raise RequestError(
            f"{_named(wanted)} may be of {_listed(fitting, 'or')}.",
            f'Say which one is meant: assignment="{fitting[0].name}".',
        )
    place = "; ".join(f"{name} of {_listed(having, 'or')}" for name, having in wanted.items())
    hint = f'Check one assignment at a time: assignment="{next(iter(wanted.values()))[0].name}".'
    raise RequestError(f"These are exercises of several assignments: {one_line(place, 300)}.", hint)


def _present(assignments: Sequence[Assignment], namespace: Namespace) -> list[str]:
    """The exercises that are in the namespace, of the assignment that has most: numpy and math have a `tanh` too."""
    present = [[name for name in _exercises(a) if callable(namespace.get(name))] for a in assignments]
    most = max(map(len, present), default=0)
    return list(dict.fromkeys(name for names in present if most and len(names) == most for name in names))


def _exercises(assignment: Assignment) -> list[str]:
    return [e.name for e in assignment.exercises]


def _unknown(name: str, assignments: Sequence[Assignment]) -> tuple[str, str]:
    known = dict.fromkeys(n for a in assignments for n in _exercises(a))
    close = get_close_matches(name, known, n=3)
    if close:
        hint = f"Did you mean {' or '.join(close)}?"
    elif len(assignments) == 1:
        hint = f"It has: {', '.join(known)}."
    else:
        hint = "`grade` in a terminal lists the assignments."
    place = assignments[0].name if len(assignments) == 1 else "This course"
    return f"{place} has no exercise {one_line(name, 60)!r}.", hint


def _named(names: Mapping[str, Any]) -> str:
    return ", ".join(list(names)[:4]) + (", …" if len(names) > 4 else "")


def _listed(assignments: Sequence[Assignment], word: str = "and") -> str:
    names = [a.name for a in assignments]
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "this course"
