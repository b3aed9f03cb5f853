"""Misconceptions: wrong implementations that people really write, each with the sentence that helps.

An assignment keeps them beside its hidden tests in `misconceptions.py`, or in several `misconceptions_*.py`, as plain
functions under the decorator `misconception`; nothing is registered elsewhere.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from grader.answers import Answers
from grader.contents import fresh
from grader.errors import AssignmentError
from grader.model import Case, Raised
from grader.worker import kind_of

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Misconception:
    """A named wrong implementation of `exercise`; `says` tells a student what was done and why it is wrong."""

    name: str
    exercise: str
    says: str
    wrong: Callable[..., Any]

    def answer(self, case: Case) -> Any:
        """What the wrong implementation answers: a value, or `Raised` with the class that it raises."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return case.answer_of(self.wrong, fresh(case.args), fresh(dict(case.kwargs)))
            except (Exception, SystemExit) as exc:
                return Raised(kind_of(exc))

    def answer_once(self, case: Case, known: Answers) -> Any:
        """The answer, asked for only if it is not known."""
        return known.get(self.name, case, partial(self.answer, case))


def misconception(exercise: str, says: str) -> Callable[[_Function], _Function]:
    """Declare the function or class below as a wrong implementation of `exercise`, explained to students by `says`."""

    def declare(wrong: _Function) -> _Function:
        wrong.__misconception__ = Misconception(  # type: ignore[attr-defined]
            wrong.__name__, exercise, " ".join(says.split()), wrong
        )
        return wrong

    return declare


def load_misconceptions(folder: Path) -> tuple[Misconception, ...]:
    """The misconceptions that the files `misconceptions*.py` of a folder declare, in the files' order.

    Raises AssignmentError if one of them cannot be imported, or two are of the same name.
    """
    found = [m for file in sorted(folder.glob("misconceptions*.py")) for m in _declared_in(file)]
    names = [m.name for m in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AssignmentError(f"{folder}: misconceptions need names of their own (got {', '.join(twice)} twice).")
    return tuple(found)


def _declared_in(file: Path) -> list[Misconception]:
    name = f"{file.stem}_of_{file.parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise AssignmentError(f"{file} is no Python module.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as exc:
        raise AssignmentError(f"{file} cannot be imported: {type(exc).__name__}: {exc}") from exc
    found = (getattr(value, "__misconception__", None) for value in vars(module).values())
    return [m for m in found if isinstance(m, Misconception)]
