"""A regrade: first a plan of who would change, from what to what, in which tests and why; then it is applied, or not.

What a plan needs to run is kept in the gradebook under its key, so that to apply the plan runs nothing again. Where
only points or the late policy changed, nothing runs at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.batch import Terms, grade_batch
from grader.difference import TestChange, test_changes
from grader.gradebook import Basis, Pieces, basis_of, pieces_of, policy_of
from grader.gradebook.rows import NewMark
from grader.grading.again import GradedBefore, to_run_again
from grader.model import Assignment, Isolation, Outcome, Report, Submission
from grader.scoring import format_points

if TYPE_CHECKING:
    from grader.gradebook.journal import GradebookJournal
    from grader.gradebook.store import Attempt, Standing, Standings

_REASONS = {
    "tests": "the hidden tests, the reference or the solution changed",
    "manifest": "limits, tolerances or the order of exercises changed",
    "toolkit": "the toolkit changed",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a regrade does to one student; points as they are shown, or "not graded".

    What is `in_force` already was applied when reports were read, as points, policy and decisions are: only that it was
    noted otherwise is new.
    """

    student: str
    before: str
    after: str
    tests: tuple[TestChange, ...]
    why: tuple[str, ...] = ()
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a regrade would do.

    `students` is how many there are, `stale` how many hand-ins were graded anew for it, `partly` how many of these as
    far as tests changed.
    """

    assignment: Assignment
    changes: tuple[Change, ...]
    students: int
    stale: int
    ungraded: int
    partly: int = 0

    @property
    def to_come(self) -> tuple[Change, ...]:
        """The changes that only count once they are applied."""
        return tuple(change for change in self.changes if not change.in_force)


class _Outdated(Sequence[Submission]):
    """The hand-ins that must be graded anew, each read from the gradebook when its turn comes."""

    def __init__(self, assignment: Assignment, standings: Standings, basis: Basis) -> None:
        self._assignment, self._standings, self._basis = assignment, standings, basis
        self._pieces = pieces_of(assignment)
        attempts = (attempt for standing in standings for attempt in standing.attempts)
        self._marks = [a.mark.id for a in attempts if a.mark.basis != basis or a.report.ungraded]

    def __len__(self) -> int:
        return len(self._marks)

    def __getitem__(self, place: int) -> Submission:  # type: ignore[override] # nobody asks for a part of them
        return self.to_run(self._standings.attempt(self._marks[place]))

    def to_run(self, attempt: Attempt) -> Submission:
        """The submission; with its report, if of all that decides only some tests changed."""
        submission, then, basis = attempt.submission, attempt.mark, self._basis
        changed = self._pieces.changed_since(Pieces.from_text(then.pieces))
        unread = submission.problem or attempt.report.problems
        if changed is None or unread or (then.basis.manifest, then.basis.toolkit) != (basis.manifest, basis.toolkit):
            return submission
        return GradedBefore(
            **{f.name: getattr(submission, f.name) for f in fields(submission) if f.init},
            before=attempt.report,
            again=to_run_again(attempt.report, changed, self._assignment),
            same=self._pieces.same_as(Pieces.from_text(then.pieces)),
        )


def regrade(
    assignment: Assignment,
    standings: Standings,
    terms: Terms,
    journal: GradebookJournal,
    on_report: Callable[[Report], None],
    *,
    apply: bool,
) -> Plan:
    """Run what must be run, plan, and with `apply` let the new reports and points count.

    The standings hold every attempt that may count; they are gone through before and after the run, so that never more
    than a few submissions and reports are in memory. Raises as `grade_batch` does, and GradebookError if the gradebook
    cannot be written.
    """
    basis, policy = basis_of(assignment), policy_of(assignment)
    outdated = _Outdated(assignment, standings, basis)
    if outdated:
        grade_batch(assignment, outdated, lambda report, _: on_report(report), terms, journal)
    changes: list[Change] = []
    marks: list[NewMark] = []
    students = ungraded = partly = 0
    for standing in (s for s in standings if s.attempts):
        renewed = _renewed(standing, standings, journal.kept, assignment)
        change = _change(standing, renewed, assignment, basis, policy)
        changes += [change] if change else []
        marks += _new_marks(standing, renewed, assignment, journal.kept, changes=change is not None)
        students += 1
        ungraded += renewed.report is not None and renewed.report.ungraded
        partly += sum(
            a.mark.handin in journal.kept and isinstance(outdated.to_run(a), GradedBefore) for a in standing.attempts
        )
    if apply:
        if not outdated:
            list(journal.begin((), basis, Isolation("", "")))
        journal.apply(marks)
        journal.finish()
    return Plan(assignment, tuple(changes), students, len(outdated), ungraded, partly)


def _renewed(standing: Standing, standings: Standings, kept: Mapping[int, int], assignment: Assignment) -> Standing:
    """Where a student stands with the new reports."""
    attempts = tuple(
        replace(a, report=standings.report(a.mark.handin, kept[a.mark.handin])) if a.mark.handin in kept else a
        for a in standing.attempts
    )
    return replace(standing, attempts=attempts).counting(assignment)


def _new_marks(
    standing: Standing, renewed: Standing, assignment: Assignment, kept: Mapping[int, int], *, changes: bool
) -> Iterator[NewMark]:
    """For the attempts with a new report, and for the one that counts of a student who changes."""
    for attempt, grade in zip(renewed.attempts, renewed.grades(assignment), strict=True):
        mark = attempt.mark
        if not attempt.report.ungraded and (mark.handin in kept or (changes and mark == standing.mark)):
            result = kept.get(mark.handin, mark.result)
            yield NewMark(standing.student, mark.handin, mark.result, result, format_points(grade.points))


def _change(standing: Standing, renewed: Standing, assignment: Assignment, basis: Basis, policy: str) -> Change | None:
    """What is new for a student; None if neither points nor tests are."""
    if standing.mark is None or standing.report is None or renewed.report is None:
        return None
    noted, now, after = _noted(standing), _shown(standing, assignment), _shown(renewed, assignment)
    tests = tuple(_in_short(c) for c in test_changes(standing.report.outcomes, renewed.report.outcomes) if not c.same)
    if after == noted and not tests:
        return None
    why = tuple(_reasons(standing, basis, policy))
    before, shown = (points or "not graded" for points in (noted, after))
    return Change(standing.student, before, shown, tests, why, in_force=now == after and not tests)


def _in_short(change: TestChange) -> TestChange:
    """The change of a test without the words in its outcomes, which for a whole class are many."""
    short = [o and Outcome(o.exercise, o.test, "", o.status) for o in (change.before, change.after)]
    return TestChange(change.exercise, change.test, *short)


def _shown(standing: Standing, assignment: Assignment) -> str:
    """The points as of now; "" for none."""
    points = standing.grade(assignment)
    return "" if points is None or points.ungraded else format_points(points.points)


def _noted(standing: Standing) -> str:
    """The points that were noted when the attempts were graded; "" for none."""
    last = standing.attempts[-1].mark
    if not last.policy.startswith("best"):
        return last.points
    return max((a.mark.points for a in standing.attempts), key=lambda points: Fraction(points or "-1"))


def _reasons(standing: Standing, basis: Basis, policy: str) -> Iterator[str]:
    mark = standing.mark
    if mark is None:
        return
    for part, says in _REASONS.items():
        if getattr(mark.basis, part) != getattr(basis, part):
            yield says
    if mark.policy != policy:
        yield "points, the deadline, or the policy on lateness and attempts changed"
    yield from (decided.says for decided in standing.log if decided.at > mark.marked_at)
    if standing.report and standing.report.ungraded:
        yield "it could not be graded before"
