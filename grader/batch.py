"""A whole class on lanes: preflight once, then submission after submission, whichever lane is free.

Preflight asks of this very sandbox and these very tests that the solution gets full marks and the stub none. Otherwise
nobody is graded: a sandbox that forgot to mount the interpreter would fail a whole class.

One submission never stops the others. If the process that grades it ends, it is graded again in a new one; if that ends
too, its report is ungraded, and the class goes on.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import chain, count
from typing import TYPE_CHECKING, Protocol

from grader import __version__
from grader.diagnose import load_misconceptions
from grader.errors import AssignmentError, IsolationError
from grader.gradebook import Basis, basis_of
from grader.grading import grade_all, importable
from grader.intake import read_submission
from grader.lanes import Lanes, Lost, Pool
from grader.model import Assignment, Decisions, Isolation, Outcome, Part, Report, Status, Submission
from grader.release import make_stub
from grader.sandbox import Launcher
from grader.scoring import format_points
from grader.scoring import grade as points_of

if TYPE_CHECKING:
    from grader.cluster.client import ClusterLanes

STRONG_LEVELS = ("A", "B")
"""The levels of isolation in which other people's code may run."""

# What a submission may take besides its own time: the oracle's, diagnosis, and trials on right pieces.
_SECONDS_OF_OURS = 240.0


class Journal(Protocol):
    """Where reports are kept as they arrive, and found again."""

    def begin(
        self, submissions: Sequence[Submission], basis: Basis, isolation: Isolation
    ) -> Iterable[tuple[int, Report]]:
        """The reports that there are already, each with the place of its submission; they need no new run."""

    def found(self, submission: Submission) -> Report | None:
        """The report, if another batch has made it meanwhile."""

    def record(self, submission: Submission, report: Report) -> Report:
        """Keep a report; gives the one that counts, since another batch may have been first."""

    def decided(self, student: str) -> Decisions:
        """What people decided about a student, as of the beginning."""

    def finish(self) -> None:
        """Note that the batch came to its end."""


class NoJournal:
    """Keeps nothing: every submission is graded, and when the command ends, its reports are gone."""

    def begin(
        self,
        submissions: Sequence[Submission],  # noqa: ARG002
        basis: Basis,  # noqa: ARG002
        isolation: Isolation,  # noqa: ARG002
    ) -> Iterable[tuple[int, Report]]:
        """No report is there already."""
        return ()

    def found(self, submission: Submission) -> Report | None:  # noqa: ARG002
        """Never."""
        return None

    def record(self, submission: Submission, report: Report) -> Report:  # noqa: ARG002
        """Forget it."""
        return report

    def decided(self, student: str) -> Decisions:  # noqa: ARG002
        """Nothing."""
        return Decisions()

    def finish(self) -> None:
        """Nothing needs to be noted."""


@dataclass(frozen=True)
class Terms:
    """How a class is graded: by which launcher, on how many lanes (None: one per core), on which inputs.

    With `weak_isolation`, code may run below level B. `cluster` is the address of a Dask scheduler whose workers grade
    in the place of this machine.
    """

    seed: int = 0
    isolation: str | None = None
    workers: int | None = None
    weak_isolation: bool = False
    cluster: str | None = None


@dataclass(frozen=True)
class Check:
    """A submission of the author's own, and the points that it must get."""

    submission: Submission
    points: Fraction


@dataclass(frozen=True)
class GradeOnLane:
    """What a lane does in a batch: pytest once, and with it first the checks, then every submission that comes."""

    terms: Terms
    basis: Basis
    checks: tuple[Check, ...] = ()

    def __call__(
        self,
        assignment: Assignment,
        workers: Launcher,
        submissions: Iterator[Submission],
        answer: Callable[[Report], None],
    ) -> None:
        """Grade until no submission comes any more. Raises AssignmentError if the tests are not those of the start."""
        if not self.terms.weak_isolation:
            require_isolation(workers.isolation)
        if basis_of(assignment) != self.basis:
            message = f"What grades {assignment.name} was changed while a class was graded with it."
            hint = "Leave tests, reference, solution, manifest and toolkit alone meanwhile. The same command goes on."
            raise AssignmentError(message, hint)
        unchecked = deque(self.checks)

        def receive(report: Report) -> None:
            if unchecked:
                _check_preflight(assignment, unchecked.popleft(), report)
            else:
                answer(report)

        everybody = chain((check.submission for check in self.checks), submissions)
        grade_all(everybody, assignment, workers, receive, seed=self.terms.seed)


def grade_batch(
    assignment: Assignment,
    submissions: Sequence[Submission],
    on_report: Callable[[Report, bool], None],
    terms: Terms,
    journal: Journal,
) -> None:
    """Grade every submission, handing over each report as it is done, in no certain order, and whether it is a new one.

    What the journal has already comes first, and is not graded again. Each submission is asked for when its turn comes,
    and let go with its report, so that they may stand elsewhere. Raises IsolationError if student code would run below
    level B and that is not allowed, and AssignmentError if the preflight fails; then no submission has been run.
    """
    with importable(assignment):
        load_misconceptions(assignment.hidden_tests)
    basis = basis_of(assignment)
    with _open_lanes(assignment, terms, basis) as lanes:
        if not terms.weak_isolation:
            require_isolation(lanes.isolation)
        to_do = set(range(len(submissions)))
        for place, report in journal.begin(submissions, basis, lanes.isolation):
            to_do.remove(place)
            on_report(report, False)
        # In an order of its own, so that two batches at once are seldom at the same one.
        rest = random.sample(sorted(to_do), len(to_do))
        if rest:
            if isinstance(lanes, Lanes):
                _preflight(assignment, lanes)
            everybody = (submissions[place] for place in rest)
            _grade_rest(assignment, everybody, on_report, lanes, journal, seed=terms.seed)


def _open_lanes(assignment: Assignment, terms: Terms, basis: Basis) -> Lanes | ClusterLanes:
    patience = 3 * assignment.limits.seconds_total + _SECONDS_OF_OURS
    if terms.cluster is None:
        serve = GradeOnLane(terms, basis)
        return Lanes(assignment, isolation=terms.isolation, count=terms.workers, serve=serve, patience=patience)
    from grader.cluster.client import ClusterLanes

    # On this machine one preflight is enough; of a cluster's machines each has its own, on each lane.
    serve = GradeOnLane(terms, basis, _checks(assignment))
    return ClusterLanes(terms.cluster, assignment, isolation=terms.isolation, serve=serve, patience=patience)


def _grade_rest(
    assignment: Assignment,
    rest: Iterable[Submission],
    on_report: Callable[[Report, bool], None],
    lanes: Pool,
    journal: Journal,
    *,
    seed: int,
) -> None:
    handed_out: dict[int, Submission] = {}
    places = count()

    def still_to_do() -> Iterator[Submission]:
        for submission in rest:
            report = journal.found(submission)
            if report is None:
                handed_out[next(places)] = submission
                yield submission
            else:
                on_report(report, False)

    for place, result in lanes.attempt(still_to_do()):
        submission = handed_out.pop(place)
        report = (
            _given_up(assignment, submission, lanes.isolation, seed, result) if isinstance(result, Lost) else result
        )
        on_report(journal.record(submission, report), True)


def _given_up(assignment: Assignment, submission: Submission, isolation: Isolation, seed: int, lost: Lost) -> Report:
    """The report of a submission that ended every process that graded it: ungraded, for whatever fault it is."""
    says = "Grading was given up; that is no zero."
    outcomes = tuple(
        Outcome(e.name, f"{e.name} (not run)", "The tests run.", Status.GRADER_ERROR, says=says, detail=lost.why)
        for e in assignment.exercises
    )
    return Report(
        assignment=assignment.name,
        student=submission.student,
        digest=submission.digest,
        outcomes=outcomes,
        isolation=isolation,
        seed=seed,
        toolkit=__version__,
        started=datetime.now(UTC),
        notes=submission.notes,
        origin=submission.origin,
        submitted_at=submission.submitted_at,
    )


def require_isolation(isolation: Isolation) -> None:
    """Raise IsolationError unless other people's code may run in it."""
    if isolation.level not in STRONG_LEVELS:
        raise IsolationError(
            f"Submissions would run at isolation level {isolation.level}, where they could read your files and tests.",
            "`grade doctor` says what is missing. For code that you trust: --allow-weak-isolation.",
        )


def _preflight(assignment: Assignment, lanes: Lanes) -> None:
    checks = _checks(assignment)
    for place, report in lanes.run([check.submission for check in checks]):
        _check_preflight(assignment, checks[place], report)


def _checks(assignment: Assignment) -> tuple[Check, ...]:
    """The solution, if there is one, and the stub that is made from it.

    The stub is made anew: in the course's own folder somebody may be working on it.
    """
    if not assignment.solution.is_file():
        return ()
    solution = read_submission(assignment.solution, assignment, "the solution")
    stub = make_stub(assignment.solution.read_text(encoding="utf-8"))
    untouched = Submission(
        "the stub", assignment.module, (Part(assignment.stub.name, stub),), origin=str(assignment.stub)
    )
    return Check(solution, assignment.max_points), Check(untouched, Fraction(0))


def _check_preflight(assignment: Assignment, check: Check, report: Report) -> None:
    got = points_of(report, assignment)
    if got.ungraded or got.points != check.points:
        unmet = [o for o in report.outcomes if (o.status == "passed") != (check.points > 0)]
        first = f" First: {unmet[0].test}: {unmet[0].says or unmet[0].status} {unmet[0].detail}" if unmet else ""
        raise AssignmentError(
            f"Preflight: {check.submission.student} of {assignment.name} gets {format_points(got.points)} points, "
            f"not {format_points(check.points)}; so nobody is graded.{first}",
            f"Run `grade {assignment.name} {check.submission.origin} --staff --seed {report.seed}`; "
            "if all fails, `grade doctor`.",
        )
