"""The command that grades a class."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.catalog import find_root, resolve
from grader.cli.options import (
    FAILED,
    FULL_MARKS,
    INSTALL,
    LARGEST_SEED,
    cluster_of,
    cluster_option,
    console,
    gradebook_option,
    isolation_option,
    launcher_of,
    open_gradebook,
    place_of_gradebook,
)
from grader.errors import GradeError, RequestError
from grader.model import Assignment, Decisions, ExerciseGrade, Grade, Isolation, Report, Submission

if TYPE_CHECKING:
    from grader.intake import Collected
    from grader.intake.roster import Attendance

_NOT_TOLD = Isolation("", "")
_LAYOUTS = ("auto", "plain", "moodle", "canvas", "github", "gradescope")


@click.command(
    epilog="""\b
Examples:
  grade batch assignment3 submissions/
  grade batch 3 submissions/ --only 'a*' --only zoe
  grade batch 3 submissions/ --roster class.csv
  grade batch 3 moodle-download.zip --roster worksheet.csv
  grade batch 3 submissions/ --json > class.json
  grade batch 3 submissions/ --cluster tcp://scheduler:8786""",
)
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="NAME", help="Only students of this name or pattern; may be repeated.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Who is in the class, and when they handed in: columns student, submitted_at; or a table of Moodle, Canvas or "
    "GitHub Classroom.",
)
@click.option(
    "--layout",
    type=click.Choice(_LAYOUTS),
    default="auto",
    help="How the submissions lie there (default: found by their names, and said).",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    help="Seed of the tests' inputs (default: that of the batch before, at first a fresh one).",
)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that work in parallel (default: one per core).")
@cluster_option
@click.option("-q", "--quiet", is_flag=True, help="Only the summary, and who could not be graded.")
@click.option("--json", "as_json", is_flag=True, help="Print the class as JSON instead of a table.")
@click.option("--allow-weak-isolation", is_flag=True, help="Run even below isolation level B: for code that you trust.")
@gradebook_option
@click.option("--no-gradebook", is_flag=True, help="Keep nothing: the table that is printed is all there is.")
@click.option(
    "--fresh",
    is_flag=True,
    help="Grade everybody again, also work that was graded already; one that was cut short goes on.",
)
@click.option(
    "--changed",
    is_flag=True,
    help="Only those who handed in something new since they were graded, even if tests changed (default: whatever "
    "changed is graded).",
)
@click.option(
    "--rerun-failed",
    is_flag=True,
    help="Only those who were not graded, or failed a test: once more, as with --fresh.",
)
@isolation_option
def batch(
    assignment: str,
    folder: Path,
    *,
    only: Sequence[str],
    roster: Path | None,
    layout: str,
    seed: int | None,
    workers: int | None,
    cluster: str | None,
    quiet: bool,
    as_json: bool,
    allow_weak_isolation: bool,
    where: str | None,
    no_gradebook: bool,
    fresh: bool,
    changed: bool,
    rerun_failed: bool,
    isolation: str,
) -> int:
    """Grade every submission in FOLDER, and print the class.

    FOLDER holds one file, folder, archive or repository per student; or it is what Moodle, Canvas or Gradescope let you
    download, as a zip file or unpacked.

    Each report is in the gradebook as soon as it is there. The same command, given again, grades only what is new: a
    submission, changed tests, another toolkit or seed. So it also goes on where it was interrupted.

    Exits with 0 if everyone was graded, whatever their points, and with 2 otherwise.
    """
    from grader.batch import Terms, grade_batch

    found = resolve(assignment, find_root(Path.cwd()))
    submissions, remarks = _handed_in(folder, found, layout, roster, only)
    with ExitStack() as stack:
        place = None if no_gradebook else _place(where, found.root)
        book = stack.enter_context(open_gradebook(place)) if place else None
        submissions = book.with_known_times(found.name, submissions) if book else submissions
        if changed or rerun_failed:
            submissions = _narrowed(book, found, submissions, changed=changed, failed=rerun_failed)
        if not submissions:
            _Run(found, (), quiet=quiet, as_json=as_json).print("Nobody is left to be graded.")
            return FULL_MARKS
        terms = Terms(
            seed=_seed(seed, book, found),
            isolation=launcher_of(isolation),
            workers=workers,
            weak_isolation=allow_weak_isolation,
            cluster=cluster_of(cluster, workers),
        )
        run = _Run(found, submissions, quiet=quiet, as_json=as_json)
        journal = _journal(book, found, terms.seed, fresh=fresh or rerun_failed)
        grade = partial(grade_batch, found, submissions, terms=terms, journal=journal)
        _carry_out(run, grade, journal, place, terms.seed)
        for remark in (*remarks, *_earlier(book, found, submissions)):
            click.echo(remark, err=as_json)
    return FAILED if run.ungraded else FULL_MARKS


def _handed_in(
    folder: Path, assignment: Assignment, layout: str, roster: Path | None, only: Sequence[str]
) -> tuple[Sequence[Submission], Sequence[str]]:
    """The submissions that are asked for, and remarks on the class. Raises RequestError if there are none."""
    from grader.intake import find_class

    collected = find_class(folder, assignment, None if layout == "auto" else layout)
    submissions, remarks = _attended(collected, roster)
    submissions = _chosen(submissions, only)
    if not submissions:
        raise RequestError(f"{folder} holds no submission.", f"Put one {assignment.module}.py per student into it.")
    return submissions, remarks


def _carry_out(run: _Run, grade: Callable[..., None], journal: Any, place: str | None, seed: int) -> None:
    """Grade, and print the class at the end, or what there is of it if grading breaks off."""
    kept = f"It is in {place}" if place else f"The same inputs again: --seed {seed}"
    try:
        run.watch(grade, journal.decided)
    except KeyboardInterrupt:
        run.print(f"{kept}; the same command goes on from there." if place else f"{kept}.")
        raise
    except GradeError:
        if run.graded:  # what was graded before it broke off is not lost
            run.print(f"{kept}.")
        raise
    journal.finish()
    run.print(f"{kept} (seed {seed})." if place else f"{kept}.")


def _place(where: str | None, root: Path) -> str | None:
    """Where the gradebook is; None if there is none, and what it takes is not installed."""
    place = place_of_gradebook(where, root)
    if where or Path(place).exists() or find_spec("sqlalchemy"):
        return place
    click.echo(f"Nothing is kept but what is printed. For a gradebook: {INSTALL}", err=True)
    return None


def _journal(book: Any, assignment: Assignment, seed: int, *, fresh: bool) -> Any:
    if book is None:
        from grader.batch import NoJournal

        return NoJournal()
    from grader.gradebook.journal import GradebookJournal

    return GradebookJournal(book, assignment, seed, fresh=fresh)


def _seed(asked: int | None, book: Any, assignment: Assignment) -> int:
    """The seed that is asked for, or that of the batch before; else a fresh one.

    So fresh inputs decide, not those that students have seen on their laptops.
    """
    before = book.last_seed(assignment.name) if book is not None and asked is None else asked
    return int.from_bytes(os.urandom(4)) if before is None else int(before)


class _Run:
    """The reports that a command has so far, and how they are printed at its end."""

    def __init__(
        self, assignment: Assignment, submissions: Sequence[Submission], *, quiet: bool, as_json: bool
    ) -> None:
        self._assignment = assignment
        self._students = [s.student for s in submissions]
        self._quiet = quiet
        self._as_json = as_json
        self._rows: dict[str, tuple[Report, Grade]] = {}
        self._equal: dict[ExerciseGrade, ExerciseGrade] = {}
        self._new = 0
        self._started = time.monotonic()

    def watch(
        self, grade: Callable[[Callable[[Report, bool], None]], None], decided: Callable[[str], Decisions]
    ) -> None:
        """Let `grade` hand over its reports, and show how far it is; `decided` are people's decisions on a student."""
        from grader.console import counting, make_console
        from grader.scoring import grade as points_of

        with counting(make_console(stderr=True), "grading", len(self._students)) as advance:

            def receive(report: Report, new: bool) -> None:
                points = points_of(report, self._assignment, decided(report.student))
                self._rows[report.student] = self._row(report, points)
                self._new += new
                advance(not report.ungraded)

            grade(receive)

    def _row(self, report: Report, grade: Grade) -> tuple[Report, Grade]:
        """The same without what no row tells, and with one object for equal ones: a class of thousands has many."""
        exercises = tuple(self._equal.setdefault(exercise, exercise) for exercise in grade.exercises)
        short = replace(report, outcomes=(), diagnoses=(), notes=(), origin="", toolkit="", isolation=_NOT_TOLD)
        return short, replace(grade, exercises=exercises)

    @property
    def graded(self) -> int:
        """How many were graded."""
        return len(self._rows) - self.ungraded

    @property
    def ungraded(self) -> int:
        """How many could not be graded."""
        return sum(grade.ungraded for _, grade in self._rows.values())

    def print(self, advice: str) -> None:
        """Print the class in the order of the submissions, and a summary that ends with the advice."""
        from grader.console import print_class, print_remarks
        from grader.exports.class_json import class_to_json

        rows = [self._rows[student] for student in self._students if student in self._rows]
        if self._as_json:
            sys.stdout.buffer.write(class_to_json(self._assignment, rows).encode())
        elif self._quiet:
            print_remarks(console(), rows)
        elif rows:
            print_class(console(), self._assignment, rows)
        click.echo(f"{self._summary()} {advice}".rstrip(), err=self._as_json)

    def _summary(self) -> str:
        seconds = time.monotonic() - self._started
        before = len(self._rows) - self._new
        words = [f"{self.graded} of {len(self._students)} submissions graded"]
        words += [f"{before} of them before"] if before else []
        words += [f"{self.ungraded} not"] if self.ungraded else []
        rate = f", {self._new / seconds:.3g} a second" if self._new else ""
        return f"{', '.join(words)}: {seconds:.1f} s{rate}."


def _attended(collected: Collected, roster: Path | None) -> tuple[Sequence[Submission], list[str]]:
    """The submissions with their names and times, and remarks: how they were read, who is missing, who is odd."""
    from grader.intake.roster import Attendance, attend, read_roster

    found = attend(collected.handed_in, read_roster(roster)) if roster else Attendance(collected.handed_in)
    late = tuple(h.submission.student for h in found.handed_in if h.late and h.submission.submitted_at is None)
    names = {
        "Nothing was handed in by": found.missing,
        "Not on the roster": found.strangers,
        "Could be several on the roster, so name them by hand": found.unclear,
        f"Not named as in {collected.in_words}, and read under their own names": _those(found, "odd"),
        "Late, says Canvas, but not how late: without times (--roster) that costs nothing": late,
        "Several hand-ins of one name, told apart": _those(found, "apart"),
    }
    remarks = [f"{says}: {', '.join(who)}." for says, who in names.items() if who]
    if collected.layout != "plain":
        remarks.insert(0, f"Read as {collected.in_words}; --layout names another.")
    return found.submissions, remarks


def _those(found: Attendance, what: str) -> tuple[str, ...]:
    return tuple(one.submission.student for one in found.handed_in if getattr(one, what))


def _narrowed(
    book: Any, assignment: Assignment, submissions: Sequence[Submission], *, changed: bool, failed: bool
) -> list[Submission]:
    """Those whose work is new since it was graded, or those who were not graded or failed a test, or both."""
    if book is None:
        raise RequestError("--changed and --rerun-failed ask a gradebook what was graded.", "Leave --no-gradebook out.")
    from grader.gradebook import content_of
    from grader.model import Status

    known, spotless = {}, set()
    for standing in book.standings(assignment.name):
        if standing.report and standing.submission and not standing.report.ungraded:
            known[standing.student] = content_of(standing.submission)
            if all(o.status is Status.PASSED for o in standing.report.outcomes):
                spotless.add(standing.student)
    kept = [s for s in submissions if not changed or known.get(s.student) != content_of(s)]
    return [s for s in kept if not failed or s.student not in spotless]


def _earlier(book: Any, assignment: Assignment, submissions: Sequence[Submission]) -> list[str]:
    """A remark on those of whom another attempt counts than the one that was graded now."""
    if book is None or assignment.attempts != "best":
        return []
    students = {s.student for s in submissions}
    names = [s.student for s in book.counting(assignment) if s.attempts and s.mark != s.attempts[-1].mark]
    names = [name for name in names if name in students]
    return [f"The best attempt counts, which was an earlier one of: {', '.join(names)}."] if names else []


def _chosen(submissions: Sequence[Submission], only: Sequence[str]) -> list[Submission]:
    """The submissions of the students that are asked for. Raises RequestError for a name that nobody bears."""
    if not only or not submissions:
        return list(submissions)
    for pattern in only:
        if not any(fnmatchcase(s.student, pattern) for s in submissions):
            raise RequestError(
                f"No submission is of {pattern!r}.", f"There are {len(submissions)}; one is {submissions[0].student!r}."
            )
    return [s for s in submissions if any(fnmatchcase(s.student, pattern) for pattern in only)]
