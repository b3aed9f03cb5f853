"""Sample reports, as an author of a course would meet them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from grader.model import Assignment, Exercise, Isolation, LatePolicy, Outcome, Report, Status

FLIPPED = "You flipped the kernel: what deep learning calls a convolution does not."


def make_outcome(exercise: str, number: int, status: Status = Status.PASSED, **fields: object) -> Outcome:
    """The outcome of the numbered test of an exercise."""
    test = f"Test_{exercise}::test_{number}"
    return replace(Outcome(exercise, test, f"Property {number} of {exercise} holds.", status), **fields)


def make_report(*outcomes: Outcome, **fields: object) -> Report:
    """A report that begins at noon, of a submission graded in full isolation."""
    report = Report(
        assignment="assignment3_convolution",
        student="alice",
        digest="3f2a91c0de" * 6 + "abcd",
        outcomes=outcomes,
        isolation=Isolation("A", "bwrap"),
        seed=7,
        toolkit="0.1.0",
        started=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        seconds=0.25,
    )
    return replace(report, **fields)


@pytest.fixture
def assignment() -> Assignment:
    """Three exercises for 24 points; due at noon; late days cost 10 % each, at most 50 %, up to a week."""
    exercises = (("pad2d", 4), ("conv2d_forward", 12), ("max_pool2d", 8))
    return Assignment(
        name="assignment3_convolution",
        title="Convolution and pooling",
        module="convolution",
        exercises=tuple(Exercise(name, Fraction(points), name, "Convolution") for name, points in exercises),
        root=Path("course"),
        due=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        late=LatePolicy(15, Fraction(10), Fraction(50), 7),
    )


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Makes outcomes: `outcome("pad2d", 1, Status.FAILED, says="…")`."""
    return make_outcome


@pytest.fixture
def report() -> Callable[..., Report]:
    """Makes reports: `report(outcome, …, student="bob")`."""
    return make_report


@pytest.fixture
def full_report(assignment: Assignment) -> Report:
    """Everything is right."""
    return make_report(*(make_outcome(e.name, n) for e in assignment.exercises for n in (1, 2)))


@pytest.fixture
def mixed_report() -> Report:
    """One exercise is right, one shows a misconception in two ways, one is not written."""
    differ = "for x (2, 3, 7, 6), stride={}: 32 of 42 values differ, the largest difference is 3.1 at [0, 1, 2, 3]."
    wrong = [
        make_outcome("conv2d_forward", n, Status.FAILED, says=differ.format(stride), hint=FLIPPED, detail="for staff")
        for n, stride in ((3, 2), (4, 3), (5, 3))
    ]
    unwritten = "max_pool2d is not written yet."
    return make_report(
        *(make_outcome("pad2d", n) for n in (1, 2)),
        *(make_outcome("conv2d_forward", n) for n in (1, 2)),
        *wrong,
        *(make_outcome("max_pool2d", n, Status.MISSING, says=unwritten) for n in (1, 2, 3)),
    )


@pytest.fixture
def ungraded_report(full_report: Report) -> Report:
    """Everything is right, but that the toolkit failed on the last test."""
    *others, last = full_report.outcomes
    failed = replace(last, status=Status.GRADER_ERROR, says="The grader failed here.", detail="ZeroDivisionError")
    return replace(full_report, outcomes=(*others, failed))


@pytest.fixture
def unreadable_report() -> Report:
    """No test ran, for there is a syntax error."""
    problem = "convolution.py, line 12: expected ':'\n    def pad2d(x, pad)\n                     ^"
    return make_report(problems=(problem,), student="carol")


HOSTILE = "[/bold]\x1b[31m\x1b]0;title\x07\u202egnp.exe\ud800 <script>alert(1)</script> | `x` @everyone\x00\n# heading"


@pytest.fixture
def hostile_report() -> Report:
    """Every text that a submission can choose is meant to do harm."""
    says = f"raised ValueError ({HOSTILE})"
    return make_report(
        make_outcome("pad2d", 1, Status.RAISED, says=says, hint=HOSTILE, detail=HOSTILE),
        student=HOSTILE,
        origin=HOSTILE,
        problems=(HOSTILE,),
        notes=(HOSTILE,),
    )
