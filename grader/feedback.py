"""What a student is told about a report, as data: the same words in the terminal and in every export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.model import ExerciseGrade, Grade, Outcome, Status
from grader.scoring import format_points

STATUS_WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "wrong answer",
    Status.RAISED: "raised an exception",
    Status.TIMEOUT: "too slow",
    Status.CRASHED: "crashed",
    Status.MISSING: "not written yet",
    Status.SKIPPED: "not tested",
    Status.GRADER_ERROR: "could not be graded",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and the titles of the tests in which it showed."""

    says: str
    titles: tuple[str, ...]
    hints: tuple[str, ...]


def problems(outcomes: Iterable[Outcome]) -> tuple[Problem, ...]:
    """The distinct problems of the tests that did not pass, in the order of the tests; equal sentences are one."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.status is not Status.PASSED:
            groups.setdefault(sentence(outcome), []).append(outcome)
    return tuple(Problem(says, tuple(o.title for o in group), hints(group)) for says, group in groups.items())


def sentence(outcome: Outcome) -> str:
    """What to say of a test that did not pass, even if its outcome says nothing."""
    return outcome.says or f"{STATUS_WORDS[outcome.status]}."


def hints(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """The distinct hints of the tests that did not pass."""
    return tuple(dict.fromkeys(o.hint for o in outcomes if o.hint and o.status is not Status.PASSED))


def result(exercise: ExerciseGrade) -> str:
    """How an exercise went, in words: "wrong answer, 2 of 5 tests passed"."""
    if not exercise.tests:
        return STATUS_WORDS[Status.SKIPPED]
    words = STATUS_WORDS[exercise.status]
    if exercise.status is Status.PASSED or not exercise.passed:
        return words
    if exercise.status is Status.MISSING:
        words = "not finished yet"
    return f"{words}, {exercise.passed} of {exercise.tests} tests passed"


def exercise_points(exercise: ExerciseGrade) -> str:
    """The points as "9.60/12"; "?/12" where the toolkit failed, for that is no zero."""
    points = "?" if exercise.status is Status.GRADER_ERROR else format_points(exercise.points)
    return f"{points}/{format_points(exercise.max_points)}"


def total_points(grade: Grade) -> str:
    """The total as "31.20/36", or "not graded"."""
    return "not graded" if grade.ungraded else f"{format_points(grade.points)}/{format_points(grade.max_points)}"
