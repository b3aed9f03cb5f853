"""What a student is told about a report, as data: the same words in the terminal and in every export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.model import ExerciseGrade, Grade, Outcome, Status
from grader.printable import one_line
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

_MOST_PROBLEMS = 3
_MOST_WITH_HINT = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and the titles of the tests in which it showed."""

    says: str
    titles: tuple[str, ...]
    hints: tuple[str, ...]


def problems(outcomes: Iterable[Outcome], first: Status | None = None) -> tuple[Problem, ...]:
    """The distinct problems of the tests that did not pass; equal sentences are one.

    Visible tests come before hidden ones, since they show values, then those of the status `first`; otherwise they
    stand in the order of the tests.
    """
    groups: dict[str, list[Outcome]] = {}
    wrong = [o for o in outcomes if o.status is not Status.PASSED]
    for outcome in sorted(wrong, key=lambda o: (not o.visible, o.status is not first)):
        groups.setdefault(sentence(outcome), []).append(outcome)
    return tuple(Problem(says, tuple(o.title for o in group), hints(group)) for says, group in groups.items())


def told(outcomes: Iterable[Outcome], first: Status | None = None) -> tuple[tuple[str, ...], tuple[Problem, ...], int]:
    """What to tell of an exercise at first: the hints, some of the problems, and how many more tests did not pass.

    Where a hint explains them, one problem is enough; more than a few are left for later: the first ones are what to
    mend first.
    """
    found = problems(outcomes, first)
    explained = tuple(dict.fromkeys(hint for problem in found for hint in problem.hints))
    most = _MOST_WITH_HINT if explained else _MOST_PROBLEMS
    return explained, found[:most], sum(len(problem.titles) for problem in found[most:])


def sentence(outcome: Outcome) -> str:
    """What to say of a test that did not pass, even if its outcome says nothing."""
    return outcome.says or f"{STATUS_WORDS[outcome.status]}."


def hints(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """The distinct hints of the tests that did not pass."""
    return tuple(dict.fromkeys(o.hint for o in outcomes if o.hint and o.status is not Status.PASSED))


def result(exercise: ExerciseGrade, outcomes: Iterable[Outcome] = ()) -> str:
    """How an exercise went, in words: "wrong answer, 2 of 5 tests passed".

    Of a function that is not there at all, the `outcomes` have one thing to say; then that is the result.
    """
    if not exercise.tests:
        return STATUS_WORDS[Status.SKIPPED]
    words = STATUS_WORDS[exercise.status] + _carried(exercise)
    if is_missing(exercise, found := problems(outcomes)):
        says = one_line(found[0].says)
        return words if words in says else says
    if exercise.status is Status.PASSED or not exercise.passed:
        return words
    if exercise.status is Status.MISSING:
        words = f"not finished yet{_carried(exercise)}"
    return f"{words}, {exercise.passed} of {exercise.tests} tests passed"


def _carried(exercise: ExerciseGrade) -> str:
    """That an exercise was judged with right ones below it, since the student's own are wrong."""
    names = " and ".join(exercise.carried)
    if not names:
        return ""
    return f": consistent with your {names}" if exercise.status is Status.PASSED else f" even with a right {names}"


def is_missing(exercise: ExerciseGrade, found: tuple[Problem, ...]) -> bool:
    """Whether an exercise is not there at all, so that its tests have but one thing to say."""
    return exercise.status is Status.MISSING and not exercise.passed and len(found) == 1


def exercise_points(exercise: ExerciseGrade) -> str:
    """The points as "9.60/12"; "?/12" where the toolkit failed, for that is no zero."""
    points = "?" if exercise.status is Status.GRADER_ERROR else format_points(exercise.points)
    return f"{points}/{format_points(exercise.max_points)}"


def total_points(grade: Grade) -> str:
    """The total as "31.20/36", or "not graded"."""
    return "not graded" if grade.ungraded else f"{format_points(grade.points)}/{format_points(grade.max_points)}"
