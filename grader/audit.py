"""Who grades the graders: whether the hidden tests of an assignment tell its misconceptions apart."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from grader.diagnose import Misconception, load_misconceptions
from grader.grading import grade_trusted, importable
from grader.model import Assignment, Outcome, Report, Status


@dataclass(frozen=True, slots=True)
class Trial:
    """A misconception in the place of its exercise: which tests of the exercise it failed, and which hint came."""

    misconception: Misconception
    failed: tuple[Outcome, ...]
    hints: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether diagnosis named this very misconception."""
        return self.hints == (self.misconception.says,)


def try_misconceptions(assignment: Assignment, *, seed: int = 0) -> Iterator[Trial]:
    """Run each misconception through the hidden tests of its exercise, with the reference in all other places."""
    with importable(assignment):
        known = load_misconceptions(assignment.hidden_tests)
    right = reference_functions(assignment)
    for exercise in assignment.exercises:
        wrong = [m for m in known if m.exercise == exercise.name]
        candidates = ({**right, m.exercise: m.wrong} for m in wrong)
        reports = grade_trusted(candidates, assignment, only=[exercise.name], seed=seed)
        yield from map(_trial, wrong, reports)


def _trial(misconception: Misconception, report: Report) -> Trial:
    failed = tuple(o for o in report.outcomes if o.status is not Status.PASSED)
    return Trial(misconception, failed, tuple(sorted({o.hint for o in failed if o.hint})))


def reference_functions(assignment: Assignment) -> dict[str, Callable[..., Any]]:
    """The oracle's functions by name."""
    with importable(assignment):
        module = importlib.import_module(f"reference.{assignment.module}")
    return {e.name: getattr(module, e.name) for e in assignment.exercises if hasattr(module, e.name)}
