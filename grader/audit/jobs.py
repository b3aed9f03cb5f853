"""The pieces of work of an audit, each for one lane, which keeps the tests: plain data in, plain data out."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from grader.audit.model import Trial
from grader.case import describe, state_case
from grader.grading import CollectedTests, collect, grade_on, grade_trusted_on, importable
from grader.model import Assignment, Part, Report, Status, Submission
from grader.sandbox import Launcher

Job = Callable[[CollectedTests, Assignment, Launcher], Any]


def do_jobs(assignment: Assignment, workers: Launcher, jobs: Iterator[Job], answer: Callable[[Any], None]) -> None:
    """What a lane does: collect the hidden tests once, and then one job after the other."""

    def use(tests: CollectedTests) -> None:
        for job in jobs:
            answer(job(tests, assignment, workers))

    collect(assignment, use)


@dataclass(frozen=True)
class GradeThem:
    """Grade submissions on some exercises, under one seed; a call may take `seconds`, or what the manifest says.

    The exercises that are not graded are the solution's own.
    """

    submissions: tuple[Submission, ...]
    only: tuple[str, ...]
    seed: int
    seconds: float | None = None

    def __call__(self, tests: CollectedTests, assignment: Assignment, workers: Launcher) -> list[Report]:
        """A report for each submission, in their order."""
        if self.seconds is not None:
            assignment = replace(assignment, limits=replace(assignment.limits, seconds_per_call=self.seconds))
        others = [e.name for e in assignment.exercises if e.name not in self.only]
        graded = grade_on(
            tests,
            self.submissions,
            assignment,
            workers,
            only=self.only,
            seed=self.seed,
            examples=False,
            right=others,
        )
        return list(graded)


@dataclass(frozen=True)
class TryMisconceptions:
    """Put misconceptions of one exercise, all or each `stride`-th, in its place; the reference in all others."""

    exercise: str
    seed: int
    stride: int = 1

    def __call__(self, tests: CollectedTests, assignment: Assignment, workers: Launcher) -> list[Trial]:  # noqa: ARG002
        """As `trials`, in a lane, whose workers are not needed: misconceptions are trusted code."""
        return self.trials(tests)

    def trials(self, tests: CollectedTests) -> list[Trial]:
        """A trial for each misconception, in the order of their declaration."""
        wrong = [m for m in tests.misconceptions if m.exercise == self.exercise][:: self.stride]
        if not wrong:
            return []
        right = reference_functions(tests.assignment)
        functions = ({**right, m.exercise: m.wrong} for m in wrong)
        reports = grade_trusted_on(tests, functions, only=[self.exercise], seed=self.seed)
        return [_trial(m.exercise, m.name, report) for m, report in zip(wrong, reports, strict=True)]


def try_misconceptions(assignment: Assignment, *, seed: int = 0) -> list[Trial]:
    """A trial for every misconception of the assignment, in this process."""
    jobs = [TryMisconceptions(e.name, seed) for e in assignment.exercises]
    return collect(assignment, lambda tests: [trial for job in jobs for trial in job.trials(tests)])


def _trial(exercise: str, name: str, report: Report) -> Trial:
    failed = tuple(o for o in report.outcomes if o.status is not Status.PASSED)
    return Trial(exercise, name, failed, named_in(report, exercise))


@dataclass(frozen=True)
class InputsTried:
    """Look what the tests of an exercise ask."""

    exercise: str
    seed: int

    def __call__(self, tests: CollectedTests, assignment: Assignment, workers: Launcher) -> tuple[str, ...]:  # noqa: ARG002
        """The distinct inputs by shape and option, in the order of the tests."""
        right, seen = reference_functions(assignment), dict[str, None]()
        oracle, exercise = right.get(self.exercise), assignment.exercise(self.exercise)
        if not isinstance(oracle, FunctionType):
            return ()

        def listed(*args: Any, **kwargs: Any) -> Any:
            seen[describe(state_case(exercise, exercise.name, oracle, args, kwargs))] = None
            return oracle(*args, **kwargs)

        grade_trusted_on(tests, [{**right, self.exercise: listed}], only=[self.exercise], seed=self.seed)
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
