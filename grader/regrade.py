"""A regrade: first a plan of who would change, from what to what, in which tests and why; then it is applied, or not.

What a plan needs to run is kept in the gradebook under its key, so that to apply the plan runs nothing again. Where
only points or the late policy changed, nothing runs at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.batch import Terms, grade_batch
from grader.difference import TestChange, test_changes
from grader.gradebook import Basis, basis_of, policy_of
from grader.model import Assignment, Decisions, Extension, Isolation, Override, Report
from grader.scoring import format_points, grade

if TYPE_CHECKING:
    from grader.gradebook.journal import GradebookJournal
    from grader.gradebook.store import Standing

_REASONS = {
    "tests": "the hidden tests, the reference or the solution changed",
    "manifest": "limits, tolerances or the order of exercises changed",
    "toolkit": "the toolkit changed",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a regrade does to one student; points as they are shown, or "not graded"."""

    student: str
    before: str
    after: str
    tests: tuple[TestChange, ...]
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a regrade would do. `students` is how many there are, `stale` how many were graded by something older."""

    assignment: Assignment
    changes: tuple[Change, ...]
    students: int
    stale: int
    ungraded: int


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

    Raises as `grade_batch` does, and GradebookError if the gradebook cannot be written.
    """
    marked = [s for s in standings if s.mark and s.report]
    basis, policy = basis_of(assignment), policy_of(assignment)
    outdated = [s for s in marked if s.mark and s.report and (s.mark.basis != basis or s.report.ungraded)]
    new: dict[str, Report] = {}

    def receive(report: Report, _: bool) -> None:
        new[report.student] = report
        on_report(report)

    if outdated:
        submissions = [s.submission for s in outdated if s.submission]
        grade_batch(assignment, submissions, receive, terms, journal)
    changes = {
        s.student: replace(change, why=tuple(_reasons(s, basis, policy)))
        for s in marked
        if (change := _change(s, new.get(s.student), assignment))
    }
    if apply:
        if not outdated:
            list(journal.begin((), basis, Isolation("", "")))
        journal.apply(
            (
                s.submission,
                new.get(s.student, s.report),
                (s.mark.handin, s.mark.result),
                journal.kept.get(s.student, (s.mark.handin, s.mark.result)),
            )
            for s in marked
            if s.mark and s.report and s.submission and (s.student in new or s.student in changes)
        )
        journal.finish()
    ungraded = sum(new.get(s.student, s.report).ungraded for s in marked if s.report)
    return Plan(assignment, tuple(changes.values()), len(marked), len(outdated), ungraded)


def _change(standing: Standing, new: Report | None, assignment: Assignment) -> Change | None:
    """What is new for a student; None if neither points nor tests are."""
    if standing.mark is None or standing.report is None:
        return None
    report = new or standing.report
    now = grade(report, assignment, standing.decisions)
    after = "" if now.ungraded else format_points(now.points)
    tests = tuple(c for c in test_changes(standing.report.outcomes, report.outcomes) if not c.same)
    if after == standing.mark.points and not tests:
        return None
    before, after = (points or "not graded" for points in (standing.mark.points, after))
    return Change(standing.student, before, after, tests)


def _reasons(standing: Standing, basis: Basis, policy: str) -> Iterable[str]:
    mark = standing.mark
    if mark is None:
        return
    for part, says in _REASONS.items():
        if getattr(mark.basis, part) != getattr(basis, part):
            yield says
    if mark.policy != policy:
        yield "points, the deadline or the late policy changed"
    yield from _decided_since(standing.decisions, mark.marked_at)
    if standing.report and standing.report.ungraded:
        yield "it could not be graded before"


def _decided_since(decisions: Decisions, marked_at: str) -> Iterable[str]:
    made: list[tuple[Override | Extension, str]] = [(o, "points were set") for o in decisions.overrides]
    if decisions.extension:
        made.append((decisions.extension, "the deadline was extended"))
    for decision, says in made:
        if decision.at.isoformat() > marked_at:
            yield f"{says} by {decision.by}: {decision.why}"
