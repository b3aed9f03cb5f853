"""A gradebook: what was handed in, what came of it, what people decided, and what therefore counts."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any

import sqlalchemy as sa

from grader.errors import RequestError
from grader.gradebook import tables as t
from grader.gradebook.database import Database
from grader.gradebook.key import Basis, content_of
from grader.gradebook.rows import as_moment, now, report_of, submission_of
from grader.model import Assignment, Decisions, Excuse, Extension, Grade, Isolation, Override, Report, Submission
from grader.scoring import grade, that_counts

_NOTHING = Decisions()
_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """From `marked_at` on, a result counts for a student. `points` and `policy` are what they were then."""

    id: int
    handin: int
    result: int
    marked_at: str
    points: str
    policy: str
    basis: Basis
    kind: str
    pieces: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One hand-in of a student, with the result that counts for it."""

    mark: Mark
    submission: Submission
    report: Report


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was made, or taken back, in words."""

    at: str
    says: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a student stands: the submission and the report that count, and what was decided.

    Of whom something was only decided there is no report. `attempts` are those that were asked for, the last one last;
    `log` is what was decided, whether or not it still holds.
    """

    student: str
    decisions: Decisions = _NOTHING
    mark: Mark | None = None
    submission: Submission | None = None
    report: Report | None = None
    attempts: tuple[Attempt, ...] = ()
    log: tuple[Decided, ...] = ()

    def grade(self, assignment: Assignment) -> Grade | None:
        """The points as of now; None if nothing was handed in and no points were set."""
        if self.report is None and not self.decisions.overrides:
            return None
        return grade(self.report or self._nothing_handed_in(assignment), assignment, self.decisions)

    def grades(self, assignment: Assignment) -> tuple[Grade, ...]:
        """The points of each attempt as of now."""
        return tuple(grade(attempt.report, assignment, self.decisions) for attempt in self.attempts)

    def counting(self, assignment: Assignment) -> Standing:
        """The same with the attempt that counts, of those that are there."""
        if not self.attempts:
            return self
        chosen = self.attempts[that_counts(self.grades(assignment), assignment)]
        return replace(self, mark=chosen.mark, submission=chosen.submission, report=chosen.report)

    def _nothing_handed_in(self, assignment: Assignment) -> Report:
        moment = datetime.now(UTC)
        return Report(assignment.name, self.student, "", (), Isolation("", ""), 0, "", moment)


class Standings:
    """Where everybody stands of whom the gradebook knows anything in an assignment, as of one moment, by name.

    Who goes through them reads some at a time, and anew each time: a class of thousands must not fill the memory. With
    `every`, all attempts are there, and not only the last ones; `chosen` says which of them counts.
    """

    def __init__(
        self,
        database: Database,
        assignment: str,
        student: str | None,
        *,
        every: bool,
        chosen: Callable[[Standing], Standing] = lambda standing: standing,
    ) -> None:
        self._database = database
        self._chosen = chosen
        with database.reading() as connection:
            marks = current_marks(connection, assignment, None if student is None else [student])
            self._decided = decisions_in(connection, assignment, student)
            self._logs = _logs(connection, assignment, student)
        self._marks = {name: [m.id for m in rows] if every else [rows[-1].id] for name, rows in marks.items()}
        self._names = sorted({*self._marks, *self._logs})

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[Standing]:
        names = iter(self._names)
        while some := list(islice(names, _AT_A_TIME)):
            with self._database.reading() as connection:
                wanted = [number for name in some for number in self._marks.get(name, ())]
                rows = {row.id: row for row in connection.execute(_marks().where(t.mark.c.id.in_(wanted)))}
            for name in some:
                attempts = tuple(_attempt(rows[number]) for number in self._marks.get(name, ()))
                decided, log = self._decided.get(name, _NOTHING), self._logs.get(name, ())
                yield self._chosen(_standing(name, attempts, decided, log))

    def attempt(self, mark: int) -> Attempt:
        """The attempt with the mark of this number."""
        with self._database.reading() as connection:
            return _attempt(connection.execute(_marks().where(t.mark.c.id == mark)).one())

    def report(self, handin: int, result: int) -> Report:
        """Another result on what was handed in then, by their numbers."""
        query = (
            sa.select(*t.handin.c["student", "details", "submitted_at"], t.result.c.report)
            .join_from(t.handin, t.result, t.handin.c.content == t.result.c.content)
            .where(t.handin.c.id == handin, t.result.c.id == result)
        )
        with self._database.reading() as connection:
            return report_of(connection.execute(query).one())


class Gradebook:
    """An open gradebook; `where` is a file, or the URL of a PostgreSQL database."""

    def __init__(self, where: str) -> None:
        self.database = Database(where)

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def last_seed(self, assignment: str) -> int | None:
        """The seed of the latest batch."""
        query = sa.select(t.run.c.seed).where(t.run.c.assignment == assignment, t.run.c.kind == "batch")
        with self.database.reading() as connection:
            seed = connection.execute(query.order_by(t.run.c.id.desc()).limit(1)).scalar()
        return None if seed is None else int(seed)

    def standings(self, assignment: str, student: str | None = None, *, every: bool = False) -> Standings:
        """Where everybody stands, or one student if known, with the last attempts; with `every`, the others too."""
        return Standings(self.database, assignment, student, every=every)

    def counting(self, assignment: Assignment, student: str | None = None, *, every: bool = False) -> Standings:
        """The same with the attempts that count; all attempts are there if the best one does, or with `every`."""
        every = every or assignment.attempts == "best"
        chosen = partial(Standing.counting, assignment=assignment)
        return Standings(self.database, assignment.name, student, every=every, chosen=chosen)

    def with_known_times(self, assignment: str, submissions: Sequence[Submission]) -> list[Submission]:
        """The submissions; one without a time that was handed in before gets the time that was known then."""
        query = (
            sa.select(t.handin.c.student, t.handin.c.content, sa.func.max(t.handin.c.submitted_at))
            .where(t.handin.c.assignment == assignment, t.handin.c.submitted_at != "")
            .group_by(t.handin.c.student, t.handin.c.content)
        )
        with self.database.reading() as connection:
            known = {(row[0], row[1]): as_moment(row[2]) for row in connection.execute(query)}
        return [_timed(submission, known) for submission in submissions]

    def history(self, assignment: str, student: str) -> list[Mark]:
        """Every mark of a student, the oldest first."""
        query = _marks().where(t.mark.c.assignment == assignment, t.mark.c.student == student)
        with self.database.reading() as connection:
            return [_mark(row) for row in connection.execute(query.order_by(t.mark.c.id))]

    def assignments_of(self, student: str) -> list[str]:
        """The assignments in which anything is known of a student."""
        either = sa.union(*(sa.select(x.c.assignment).where(x.c.student == student) for x in (t.mark, t.decision)))
        with self.database.reading() as connection:
            return sorted(connection.execute(either).scalars())

    def students(self) -> list[str]:
        """Everybody of whom anything is known."""
        with self.database.reading() as connection:
            return sorted(
                connection.execute(sa.union(*(sa.select(x.c.student) for x in (t.mark, t.decision)))).scalars()
            )

    def decide(self, assignment: str, student: str, kind: str, value: str, *, why: str, exercise: str = "") -> None:
        """Record a decision; with the value "" one that was made before is taken back.

        `kind` is "override" (points), "extension" (minutes) or "excuse" ("yes"). Raises RequestError without a reason.
        """
        if not why.strip():
            raise RequestError("A decision needs a reason.", "Give it with --why.")
        row = {"assignment": assignment, "student": student, "kind": kind, "exercise": exercise, "value": value}
        with self.database.writing() as connection:
            connection.execute(sa.insert(t.decision).values(**row, by=who(), at=now(), why=why.strip()))


def _timed(submission: Submission, known: Mapping[tuple[str, str], datetime | None]) -> Submission:
    moment = None if submission.submitted_at else known.get((submission.student, content_of(submission)))
    # Else the same, which remembers its digest.
    return replace(submission, submitted_at=moment) if moment else submission


def who() -> str:
    """The name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def decisions_in(connection: sa.Connection, assignment: str, student: str | None = None) -> dict[str, Decisions]:
    """The decisions that hold, by student."""
    query = sa.select(t.decision).where(t.decision.c.assignment == assignment).order_by(t.decision.c.id)
    if student is not None:
        query = query.where(t.decision.c.student == student)
    latest: dict[str, dict[tuple[str, str], Any]] = {}
    for row in connection.execute(query):
        latest.setdefault(row.student, {})[row.kind, row.exercise] = row
    return {name: _decisions(row for row in rows.values() if row.value) for name, rows in latest.items()}


def _decisions(rows: Iterable[Any]) -> Decisions:
    overrides, extension, excuse = [], None, None
    for row in rows:
        signed = row.by, datetime.fromisoformat(row.at), row.why
        if row.kind == "override":
            overrides.append(Override(row.exercise, Fraction(row.value), *signed))
        elif row.kind == "extension":
            extension = Extension(timedelta(minutes=int(row.value)), *signed)
        else:
            excuse = Excuse(*signed)
    return Decisions(tuple(overrides), extension, excuse)


def _marks() -> sa.Select[Any]:
    """Marks with all that belongs to them."""
    basis = t.run.alias("basis")
    return sa.select(
        *t.mark.c["id", "student", "handin", "result", "points", "policy", "marked_at"],
        *t.handin.c["details", "submitted_at"],
        *t.source.c["module", "parts"],
        t.result.c.report,
        t.run.c.kind,
        *basis.c["tests", "manifest", "toolkit", "pieces"],
    ).select_from(
        t.mark.join(t.handin, t.mark.c.handin == t.handin.c.id)
        .join(t.source, t.handin.c.digest == t.source.c.digest)
        .join(t.result, t.mark.c.result == t.result.c.id)
        .join(t.run, t.mark.c.run == t.run.c.id)
        .join(basis, t.result.c.run == basis.c.id)
    )


def current_marks(
    connection: sa.Connection, assignment: str, students: Collection[str] | None = None
) -> dict[str, list[Any]]:
    """By student, for each hand-in the mark that counts, in the order in which batches saw them last.

    So the last one of these is the last attempt, also where an earlier one was graded anew since.
    """
    query = _CURRENT if students is None else _CURRENT_OF
    named = {} if students is None else {"students": list(students)}
    marks: dict[str, list[Any]] = {}
    for row in connection.execute(query, {"assignment": assignment, **named}):
        marks.setdefault(row.student, []).append(row)
    return marks


def _current(*conditions: Any) -> sa.Select[Any]:
    seen = sa.case((t.run.c.kind == "batch", t.mark.c.id), else_=0)
    last = (
        sa.select(sa.func.max(t.mark.c.id).label("id"), sa.func.max(seen).label("seen"))
        .select_from(t.mark.join(t.run, t.mark.c.run == t.run.c.id))
        .where(t.mark.c.assignment == sa.bindparam("assignment"), *conditions)
        .group_by(t.mark.c.student, t.mark.c.handin)
        .subquery()
    )
    columns = t.mark.c["id", "student", "handin", "result"]
    return sa.select(*columns).join(last, t.mark.c.id == last.c.id).order_by(last.c.seen)


# Asked for each report that is recorded, and so built once.
_CURRENT = _current()
_CURRENT_OF = _current(t.mark.c.student.in_(sa.bindparam("students", expanding=True)))


def _logs(connection: sa.Connection, assignment: str, student: str | None) -> dict[str, tuple[Decided, ...]]:
    """By student, every decision in words."""
    query = sa.select(t.decision).where(t.decision.c.assignment == assignment).order_by(t.decision.c.id)
    if student is not None:
        query = query.where(t.decision.c.student == student)
    logs: dict[str, tuple[Decided, ...]] = {}
    for row in connection.execute(query):
        what = _DECIDED[row.kind][0 if row.value else 1]
        where = f" in {row.exercise}" if row.exercise else ""
        decided = Decided(row.at, f"{what}{where} by {row.by}: {row.why}")
        logs[row.student] = (*logs.get(row.student, ()), decided)
    return logs


_DECIDED = {
    "override": ("points were set", "points that had been set were taken back"),
    "extension": ("the deadline was extended", "an extension was taken back"),
    "excuse": ("excused", "an excuse was taken back"),
}


def _standing(student: str, attempts: tuple[Attempt, ...], decisions: Decisions, log: tuple[Decided, ...]) -> Standing:
    if not attempts:
        return Standing(student, decisions, log=log)
    last = attempts[-1]
    return Standing(student, decisions, last.mark, last.submission, last.report, attempts, log)


def _attempt(row: Any) -> Attempt:
    return Attempt(_mark(row), submission_of(row), report_of(row))


def _mark(row: Any) -> Mark:
    basis = Basis(row.tests, row.manifest, row.toolkit)
    return Mark(row.id, row.handin, row.result, row.marked_at, row.points, row.policy, basis, row.kind, row.pieces)
