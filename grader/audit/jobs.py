"""The pieces of work of an audit, each for one lane: plain data in, plain data out."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from grader.audit.model import Trial
from grader.case import describe, state_case
from grader.diagnose import load_misconceptions
from grader.grading import grade_all, grade_trusted, importable
from grader.model import Assignment, Part, Report, Status, Submission
from grader.sandbox import Launcher


@dataclass(frozen=True)
class GradeThem:
    """Grade submissions on some exercises, under one seed; a call may take `seconds`, or what the manifest says."""

    submissions: tuple[Submission, ...]
    only: tuple[str, ...]
    seed: int
    seconds: float | None = None

    def __call__(self, assignment: Assignment, workers: Launcher) -> list[Report]:
        """A report for each submission, in their order."""
        reports: list[Report] = []
        if self.seconds is not None:
            assignment = replace(assignment, limits=replace(assignment.limits, seconds_per_call=self.seconds))
        grade_all(self.submissions, assignment, workers, reports.append, only=self.only, seed=self.seed, examples=False)
        return reports


@dataclass(frozen=True)
class TryMisconceptions:
    """Put misconceptions of one exercise, all or each `stride`-th, in its place; the reference in all others."""

    exercise: str
    seed: int
    stride: int = 1

    def __call__(self, assignment: Assignment, workers: Launcher) -> list[Trial]:  # noqa: ARG002 - they are trusted code
        """As `trials`, in a lane."""
        return self.trials(assignment)

    def trials(self, assignment: Assignment) -> list[Trial]:
        """A trial for each misconception, in the order of their declaration."""
        with importable(assignment):
            known = [m for m in load_misconceptions(assignment.hidden_tests) if m.exercise == self.exercise]
        wrong = known[:: self.stride]
        if not wrong:
            return []
        right = reference_functions(assignment)
        functions = ({**right, m.exercise: m.wrong} for m in wrong)
        reports = grade_trusted(functions, assignment, only=[self.exercise], seed=self.seed)
        return [_trial(m.exercise, m.name, report) for m, report in zip(wrong, reports, strict=True)]


def try_misconceptions(assignment: Assignment, *, seed: int = 0) -> list[Trial]:
    """A trial for every misconception of the assignment, in this process."""
    known = {e.name: TryMisconceptions(e.name, seed) for e in assignment.exercises}
    return [trial for attempt in known.values() for trial in attempt.trials(assignment)]


def _trial(exercise: str, name: str, report: Report) -> Trial:
    failed = tuple(o for o in report.outcomes if o.status is not Status.PASSED)
    return Trial(exercise, name, failed, named_in(report, exercise))


@dataclass(frozen=True)
class InputsTried:
    """Look what the tests of an exercise ask."""

    exercise: str
    seed: int

    def __call__(self, assignment: Assignment, workers: Launcher) -> tuple[str, ...]:  # noqa: ARG002 - only looks
        """The distinct inputs by shape and option, in the order of the tests."""
        right, seen = reference_functions(assignment), dict[str, None]()
        oracle, exercise = right.get(self.exercise), assignment.exercise(self.exercise)
        if not isinstance(oracle, FunctionType):
            return ()

        def listed(*args: Any, **kwargs: Any) -> Any:
            seen[describe(state_case(exercise, exercise.name, oracle, args, kwargs))] = None
            return oracle(*args, **kwargs)

        grade_trusted([{**right, self.exercise: listed}], assignment, only=[self.exercise], seed=self.seed)
        return tuple(seen)


def named_in(report: Report, exercise: str) -> str:
    """The misconception, or the pair, that diagnosis named for an exercise; "" for none."""
    kinds = ("misconception", "pair")
    return next((d.name for d in report.diagnoses if d.exercise == exercise and d.kind in kinds), "")


def reference_functions(assignment: Assignment) -> dict[str, Callable[..., Any]]:
    """The oracle's functions by name."""
    with importable(assignment):
        module = importlib.import_module(f"reference.{assignment.module}")
    return {e.name: getattr(module, e.name) for e in assignment.exercises if hasattr(module, e.name)}


def as_submission(assignment: Assignment, source: str, student: str) -> Submission:
    """A source text as if a student had handed it in."""
    return Submission(student, assignment.module, (Part(assignment.stub.name, source),), origin=student)


def in_chunks(
    submissions: Sequence[Submission], only: tuple[str, ...], seed: int, seconds: float, size: int
) -> list[GradeThem]:
    """Jobs of at most `size` submissions each."""
    starts = range(0, len(submissions), size)
    return [GradeThem(tuple(submissions[k : k + size]), only, seed, seconds) for k in starts]
