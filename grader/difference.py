"""What differs between two runs: which tests newly pass or fail, and the points. One comparison for all who ask.

A test that only one run has is counted apart: it got neither better nor worse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from grader.errors import RequestError
from grader.model import ExerciseGrade, Grade, Outcome, Report, Status


@dataclass(frozen=True, slots=True)
class Run:
    """A report with its grade, and the title of its assignment."""

    title: str
    report: Report
    grade: Grade


@dataclass(frozen=True, slots=True)
class TestChange:
    """A test in two runs; None where a run does not have it."""

    exercise: str
    test: str
    before: Outcome | None
    after: Outcome | None

    @property
    def same(self) -> bool:
        """Whether it ended alike."""
        return self.before is not None and self.after is not None and self.before.status is self.after.status

    @property
    def fixed(self) -> bool:
        """Whether it newly passes."""
        return self._turned(to_passed=True)

    @property
    def broken(self) -> bool:
        """Whether it newly fails."""
        return self._turned(to_passed=False)

    @property
    def still_failing(self) -> bool:
        """Whether it passed in neither run."""
        both = self.before is not None and self.after is not None
        return both and not self.fixed and not self.broken and not _passed(self.after)

    def _turned(self, *, to_passed: bool) -> bool:
        if self.before is None or self.after is None:
            return False
        return _passed(self.before) is not to_passed and _passed(self.after) is to_passed


@dataclass(frozen=True, slots=True)
class ExerciseChange:
    """An exercise in two runs, None where a run does not have it, and all its tests."""

    name: str
    before: ExerciseGrade | None
    after: ExerciseGrade | None
    tests: tuple[TestChange, ...]

    @property
    def gain(self) -> Fraction:
        """The points won; negative if lost, 0 where one run does not have the exercise."""
        return self.after.points - self.before.points if self.before and self.after else Fraction(0)

    @property
    def same(self) -> bool:
        """Whether neither points nor any verdict changed."""
        return not self.gain and not any(t.fixed or t.broken for t in self.tests)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two runs of one assignment."""

    before: Run
    after: Run
    exercises: tuple[ExerciseChange, ...]

    @property
    def tests(self) -> tuple[TestChange, ...]:
        """All tests of both runs."""
        return tuple(test for exercise in self.exercises for test in exercise.tests)

    @property
    def worse(self) -> bool:
        """Whether a test newly fails, or an exercise lost points."""
        return any(e.gain < 0 for e in self.exercises) or any(t.broken for t in self.tests)


def compare_runs(before: Run, after: Run) -> Difference:
    """Compare two runs of one assignment. Raises RequestError if they are of two, or one is not graded."""
    names = before.report.assignment, after.report.assignment
    if names[0] != names[1]:
        raise RequestError(f"The runs are of different assignments: {names[0]} and {names[1]}.", "Compare two of one.")
    for word, run in (("first", before), ("second", after)):
        if run.report.ungraded:
            raise RequestError(f"The {word} run could not be graded: the toolkit failed.", "Grade it again.")
    old, new = ({e.name: e for e in run.grade.exercises} for run in (before, after))
    changes = test_changes(before.report.outcomes, after.report.outcomes)
    exercises = tuple(
        ExerciseChange(name, old.get(name), new.get(name), tuple(c for c in changes if c.exercise == name))
        for name in dict.fromkeys([*new, *old])
    )
    return Difference(before, after, exercises)


def test_changes(before: Iterable[Outcome], after: Iterable[Outcome]) -> tuple[TestChange, ...]:
    """Every test of either run, in the order of the second one."""
    old, new = ({(o.exercise, o.test): o for o in outcomes} for outcomes in (before, after))
    return tuple(TestChange(*name, old.get(name), new.get(name)) for name in dict.fromkeys([*new, *old]))


def _passed(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.status is Status.PASSED
