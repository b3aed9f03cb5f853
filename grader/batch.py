"""A whole class: preflight first, then one submission after the other.

Preflight asks of this very sandbox and these very tests that the solution gets full marks and the stub none. Otherwise
nobody is graded: a sandbox that forgot to mount the interpreter would fail a whole class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from grader.diagnose import load_misconceptions
from grader.errors import AssignmentError, IsolationError
from grader.grading import grade_all, importable
from grader.intake import read_submission
from grader.model import Assignment, Grade, Isolation, Part, Report, Submission
from grader.release import make_stub
from grader.sandbox import Launcher, launcher, policy_of
from grader.scoring import format_points
from grader.scoring import grade as points_of

STRONG_LEVELS = ("A", "B")
"""The levels of isolation in which other people's code may run."""


def grade_batch(
    assignment: Assignment,
    submissions: Sequence[Submission],
    on_report: Callable[[Report, Grade], None],
    *,
    isolation: str | None = None,
    seed: int = 0,
    allow_weak_isolation: bool = False,
) -> None:
    """Grade every submission, handing over each report with its grade as it is done.

    Raises IsolationError if student code would run below level B and `allow_weak_isolation` is not given, and
    AssignmentError if the preflight fails; then no submission has been run.
    """
    with launcher(isolation, policy_of(assignment)) as workers:
        if not allow_weak_isolation:
            _require_isolation(workers.isolation)
        _grade_checked(assignment, submissions, workers, on_report, seed)


def _grade_checked(
    assignment: Assignment,
    submissions: Sequence[Submission],
    workers: Launcher,
    on_report: Callable[[Report, Grade], None],
    seed: int,
) -> None:
    """Grade the solution and the stub before the submissions, and stop if they do not get what they must."""
    with importable(assignment):
        load_misconceptions(assignment.hidden_tests)
    checks = _preflight_submissions(assignment)

    def receive(report: Report) -> None:
        if checks:
            check, expected = checks.pop(0)
            _check_preflight(assignment, check, expected, report)
        else:
            on_report(report, points_of(report, assignment))

    to_run = [*(check for check, _ in checks), *submissions]
    grade_all(to_run, assignment, workers, receive, seed=seed)


def _require_isolation(isolation: Isolation) -> None:
    if isolation.level not in STRONG_LEVELS:
        raise IsolationError(
            f"Submissions would run at isolation level {isolation.level}, where they could read your files and tests.",
            "`grade doctor` says what is missing. For code that you trust: --allow-weak-isolation.",
        )


def _preflight_submissions(assignment: Assignment) -> list[tuple[Submission, Fraction]]:
    """The solution, if there is one, and the stub that is made from it, each with the points that it must get.

    The stub is made anew: in the course's own folder somebody may be working on it.
    """
    if not assignment.solution.is_file():
        return []
    solution = read_submission(assignment.solution, assignment, "the solution")
    stub = make_stub(assignment.solution.read_text(encoding="utf-8"))
    untouched = Submission(
        "the stub", assignment.module, (Part(assignment.stub.name, stub),), origin=str(assignment.stub)
    )
    return [(solution, assignment.max_points), (untouched, Fraction(0))]


def _check_preflight(assignment: Assignment, check: Submission, expected: Fraction, report: Report) -> None:
    got = points_of(report, assignment)
    if got.ungraded or got.points != expected:
        unmet = [o for o in report.outcomes if (o.status == "passed") != (expected > 0)]
        first = f" First: {unmet[0].test}: {unmet[0].says or unmet[0].status} {unmet[0].detail}" if unmet else ""
        raise AssignmentError(
            f"Preflight: {check.student} of {assignment.name} gets {format_points(got.points)} points, "
            f"not {format_points(expected)}; so nobody is graded.{first}",
            f"Run `grade {assignment.name} {check.origin} --staff --seed {report.seed}`; if all fails, `grade doctor`.",
        )
