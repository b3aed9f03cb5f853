"""A regrade: first a plan of who would change, from what to what, in which tests and why; then it is applied, or not.

What a plan needs to run is kept in the gradebook under its key, so that to apply the plan runs nothing again. Where
only points or the late policy changed, nothing runs at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.batch import Terms, grade_batch
from grader.difference import TestChange, test_changes
from grader.gradebook import Basis, Pieces, basis_of, pieces_of, policy_of
from grader.grading.again import GradedBefore, to_run_again
from grader.model import Assignment, Isolation, Report, Submission
from grader.scoring import format_points

if TYPE_CHECKING:
    from grader.gradebook.journal import GradebookJournal
    from grader.gradebook.store import Attempt, Standing

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


def regrade(
    assignment: Assignment,
    standings: Iterable[Standing],
    terms: Terms,
    journal: GradebookJournal,
    on_report: Callable[[Report], None],
    *,
    apply: bool,
) -> Plan:
    """Run what must be run, plan, and with `apply` let the new reports and points count.

    The standings hold every attempt that may count. Raises as `grade_batch` does, and GradebookError if the gradebook
    cannot be written.
    """
    standings = [s for s in standings if s.attempts]
    basis, policy = basis_of(assignment), policy_of(assignment)
    outdated = [a for s in standings for a in s.attempts if a.mark.basis != basis or a.report.ungraded]
    new: dict[Hashable, Report] = {}

    def receive(report: Report, _: bool) -> None:
        new[_identity(report)] = report
        on_report(report)

    pieces = pieces_of(assignment)
    submissions = [_with_what_holds(a, assignment, basis, pieces) for a in outdated]
    if outdated:
        grade_batch(assignment, submissions, receive, terms, journal)
    renewed = {s.student: _renewed(s, new, assignment) for s in standings}
    changes = [change for s in standings if (change := _change(s, renewed[s.student], assignment, basis, policy))]
    if apply:
        if not outdated:
            list(journal.begin((), basis, Isolation("", "")))
        touched = {change.student for change in changes}
        journal.apply(_to_apply(standings, new, touched, journal.kept))
        journal.finish()
    ungraded = sum(s.report is not None and s.report.ungraded for s in renewed.values())
    partly = sum(isinstance(s, GradedBefore) for s in submissions)
    return Plan(assignment, tuple(changes), len(standings), len(outdated), ungraded, partly)


def _with_what_holds(attempt: Attempt, assignment: Assignment, basis: Basis, pieces: Pieces) -> Submission:
    """The submission; with its report, if of all that decides only some tests changed."""
    submission, then = attempt.submission, attempt.mark
    changed = pieces.changed_since(Pieces.from_text(then.pieces))
    unread = submission.problem or attempt.report.problems
    if changed is None or unread or (then.basis.manifest, then.basis.toolkit) != (basis.manifest, basis.toolkit):
        return submission
    return GradedBefore(
        **{f.name: getattr(submission, f.name) for f in fields(submission) if f.init},
        before=attempt.report,
        again=to_run_again(attempt.report, changed, assignment),
        same=pieces.same_as(Pieces.from_text(then.pieces)),
    )


def _identity(handed_in: Report | Submission) -> Hashable:
    """What a report and its submission have in common."""
    return handed_in.student, handed_in.digest, handed_in.submitted_at, handed_in.origin


def _renewed(standing: Standing, new: Mapping[Hashable, Report], assignment: Assignment) -> Standing:
    """Where a student stands with the new reports."""
    attempts = tuple(replace(a, report=new.get(_identity(a.submission), a.report)) for a in standing.attempts)
    return replace(standing, attempts=attempts).counting(assignment)


def _to_apply(
    standings: Iterable[Standing], new: Mapping[Hashable, Report], touched: Collection[str], kept: Mapping[int, int]
) -> Iterator[tuple[Submission, Report, int, int, int]]:
    """The attempts with a new report, and those that count of students who change."""
    for standing in standings:
        for attempt in standing.attempts:
            report, mark = new.get(_identity(attempt.submission)), attempt.mark
            if report or (standing.student in touched and attempt.mark == standing.mark):
                result = kept.get(mark.handin, mark.result)
                yield attempt.submission, report or attempt.report, mark.handin, mark.result, result


def _change(standing: Standing, renewed: Standing, assignment: Assignment, basis: Basis, policy: str) -> Change | None:
    """What is new for a student; None if neither points nor tests are."""
    if standing.mark is None or standing.report is None or renewed.report is None:
        return None
    noted, now, after = _noted(standing), _shown(standing, assignment), _shown(renewed, assignment)
    tests = tuple(c for c in test_changes(standing.report.outcomes, renewed.report.outcomes) if not c.same)
    if after == noted and not tests:
        return None
    why = tuple(_reasons(standing, basis, policy))
    before, shown = (points or "not graded" for points in (noted, after))
    return Change(standing.student, before, shown, tests, why, in_force=now == after and not tests)


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
