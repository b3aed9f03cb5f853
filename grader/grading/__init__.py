"""From a submission and an assignment to a report.

pytest collects the hidden tests once and then loops over submissions × tests; each submission has a worker of its own.
A test that kills or hangs its worker costs the submission that test, not the others: they meet a fresh worker.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from grader.grading.carry import right_pieces
from grader.grading.collect import collect
from grader.grading.course import importable
from grader.grading.hidden import CollectedTests
from grader.grading.run import Candidate, GradingRun
from grader.local import LocalSession
from grader.model import Assignment, Report, Submission
from grader.sandbox import Launcher, policy_of
from grader.student import Session

__all__ = [
    "CollectedTests",
    "collect",
    "grade",
    "grade_all",
    "grade_on",
    "grade_trusted",
    "grade_trusted_on",
    "importable",
]


def grade(
    submission: Submission, assignment: Assignment, workers: Launcher, *, only: Collection[str] = (), seed: int = 0
) -> Report:
    """Run the hidden tests of `assignment` on one submission.

    `only` names the exercises to run (empty: all); `seed` decides the inputs. Raises AssignmentError if the hidden
    tests cannot be collected, IsolationError if no worker can be started.
    """
    reports: list[Report] = []
    grade_all([submission], assignment, workers, reports.append, only=only, seed=seed)
    return reports[0]


def grade_all(
    submissions: Iterable[Submission],
    assignment: Assignment,
    workers: Launcher,
    on_report: Callable[[Report], None],
    *,
    only: Collection[str] = (),
    seed: int = 0,
    examples: bool = True,
) -> None:
    """Run the hidden tests on each submission, handing over each report as it is done. Raises as `grade` does.

    Without `examples`, hints do not name the smallest inputs on which answers are wrong; to find them takes time.
    """

    def use(tests: CollectedTests) -> None:
        for report in grade_on(tests, submissions, assignment, workers, only=only, seed=seed, examples=examples):
            on_report(report)

    collect(assignment, use)


def grade_on(
    tests: CollectedTests,
    submissions: Iterable[Submission],
    assignment: Assignment,
    workers: Launcher,
    *,
    only: Collection[str] = (),
    seed: int = 0,
    examples: bool = True,
    right: Iterable[str] = (),
) -> Iterator[Report]:
    """As `grade_all`, with tests that are collected already. `assignment` may have other limits than theirs.

    `right` are exercises that are known to be right, and need not be graded: what builds on them is not tried again on
    right ones.
    """
    asked = [e.name for e in assignment.exercises]
    open_session = partial(Session, launcher=workers, policy=policy_of(assignment), asked=asked)
    pieces = partial(right_pieces, assignment, open_session)
    run = GradingRun(tests, assignment, workers, only=only, seed=seed, pieces=pieces, examples=examples, right=right)
    return (run.grade(Candidate(s, partial(open_session, s))) for s in submissions)


def grade_trusted(
    functions: Iterable[Mapping[str, Callable[..., Any]]],
    assignment: Assignment,
    *,
    only: Collection[str] = (),
    seed: int = 0,
) -> list[Report]:
    """Run the hidden tests on functions of the assignment's author, by name, in this very process."""
    return collect(assignment, lambda tests: grade_trusted_on(tests, functions, only=only, seed=seed))


def grade_trusted_on(
    tests: CollectedTests,
    functions: Iterable[Mapping[str, Callable[..., Any]]],
    *,
    only: Collection[str] = (),
    seed: int = 0,
) -> list[Report]:
    """As `grade_trusted`, with tests that are collected already."""
    run = GradingRun(tests, tests.assignment, LocalSession, only=only, seed=seed, examples=False)
    author = Submission("author", tests.assignment.module)
    return [run.grade(Candidate(author, partial(LocalSession, named))) for named in functions]
