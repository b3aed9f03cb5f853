"""The journal of a batch: each report is committed as it arrives, and equal work is found again.

So a command that is killed at any moment loses nothing that it told, and when it is given again, it goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from grader.gradebook import tables as t
from grader.gradebook.key import Basis, content_of, key_of, policy_of
from grader.gradebook.pieces import pieces_of
from grader.gradebook.rows import NewMark, as_text, details_of, now, pack_report, relabelled, unpack_report
from grader.gradebook.store import Gradebook, current_marks, decisions_in, who
from grader.model import Assignment, Decisions, Isolation, Report, Submission
from grader.packing import pack_parts
from grader.scoring import format_points, grade

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_CHUNK = 20
_Item = TypeVar("_Item")


class GradebookJournal:
    """The journal of one run; see `batch.Journal`.

    A batch's reports count for their students at once; those of a regrade are only kept, until they are applied. With
    `fresh`, reports of other runs are not found again, but for those of a fresh run that was cut short.
    """

    def __init__(
        self, book: Gradebook, assignment: Assignment, seed: int, *, kind: str = "batch", fresh: bool = False
    ) -> None:
        self._database = book.database
        self._assignment = assignment
        self._seed = seed
        self._kind = kind
        self._fresh = fresh
        self._run = 0
        self._level = ""
        self._basis = Basis("", "", "")
        self._decisions: dict[str, Decisions] = {}
        self.kept: dict[int, int] = {}
        """By the number of the hand-in: that of the result."""

    def begin(
        self, submissions: Sequence[Submission], basis: Basis, isolation: Isolation
    ) -> Iterator[tuple[int, Report]]:
        """Open the run; gives the reports that there are already, each with the place of its submission."""
        self._basis, self._level = basis, isolation.level
        with self._database.writing() as connection:
            self._run = self._open_run(connection)
            self._decisions = decisions_in(connection, self._assignment.name)
        # Some at a time, so that neither memory nor the time of a transaction depends on the size of the class.
        for some in _chunks(enumerate(submissions)):
            yield from self._found_among(some)

    def _found_among(self, some: Sequence[tuple[int, Submission]]) -> list[tuple[int, Report]]:
        with self._database.reading() as connection:
            keys = {place: self._key(submission) for place, submission in some}
            known = {row.key: row for row in self._rows(connection, set(keys.values()))}
        reports = {p: relabelled(unpack_report(known[keys[p]].report), s) for p, s in some if keys[p] in known}
        if reports:
            with self._database.writing() as connection:
                marked = self._marked(connection, [s.student for p, s in some if p in reports])
                for place, submission in some:
                    if place in reports:
                        self._keep(connection, submission, reports[place], known[keys[place]].id, marked)
        return list(reports.items())

    def found(self, submission: Submission) -> Report | None:
        """The report, if another batch has made it meanwhile; it counts then."""
        with self._database.reading() as connection:
            row = next(self._rows(connection, [self._key(submission)]), None)
        if row is None:
            return None
        report = relabelled(unpack_report(row.report), submission)
        with self._database.writing() as connection:
            self._keep(connection, submission, report, row.id, self._marked(connection, [submission.student]))
        return report

    def record(self, submission: Submission, report: Report) -> Report:
        """Commit the report; gives the one that counts: if another batch was first, theirs is the one."""
        with self._database.writing() as connection:
            result, report = self._add_result(connection, submission, report)
            self._keep(connection, submission, report, result, self._marked(connection, [submission.student]))
        return report

    def decided(self, student: str) -> Decisions:
        """What people decided about a student, as of the beginning."""
        return self._decisions.get(student, Decisions())

    def finish(self) -> None:
        """Note that all was done."""
        with self._database.writing() as connection:
            connection.execute(sa.update(t.run).where(t.run.c.id == self._run).values(finished_at=now()))

    def apply(self, marks: Iterable[NewMark]) -> None:
        """Let results count where meanwhile nothing else does than what they are to replace."""
        with self._database.writing() as connection:
            current = current_marks(connection, self._assignment.name)
            counting = {mark.handin: mark.result for rows in current.values() for mark in rows}
            for mark in marks:
                if counting.get(mark.handin) == mark.before:
                    self._add_mark(connection, mark.student, mark.handin, mark.result, mark.points)

    def _key(self, submission: Submission) -> str:
        return key_of(content_of(submission), self._basis, self._seed, self._level)

    def _open_run(self, connection: sa.Connection) -> int:
        """The number of a new run, or of a fresh one that was cut short."""
        row = {
            "assignment": self._assignment.name,
            "kind": self._kind,
            "seed": str(self._seed),
            "fresh": self._fresh,
            "tests": self._basis.tests,
            "manifest": self._basis.manifest,
            "toolkit": self._basis.toolkit,
            "level": self._level,
        }
        if self._fresh:
            equal = [t.run.c[name] == value for name, value in row.items()]
            query = sa.select(t.run.c.id).where(*equal, t.run.c.finished_at.is_(None)).order_by(t.run.c.id.desc())
            if (number := connection.execute(query.limit(1)).scalar()) is not None:
                return int(number)
        pieces = pieces_of(self._assignment).to_text()
        added = sa.insert(t.run).values(**row, pieces=pieces, by=who(), started_at=now()).returning(t.run.c.id)
        return int(connection.execute(added).scalar_one())

    def _marked(self, connection: sa.Connection, students: Collection[str]) -> dict[str, tuple[int, int]]:
        """The last hand-in of each student, and the result that counts for it."""
        current = current_marks(connection, self._assignment.name, students)
        return {name: (marks[-1].handin, marks[-1].result) for name, marks in current.items()}

    def _rows(self, connection: sa.Connection, keys: Iterable[str]) -> Iterator[Any]:
        """The results that are graded and have these keys, the first ones first."""
        query = sa.select(*t.result.c["id", "key", "report"]).where(t.result.c.key.in_(keys), t.result.c.graded)
        if self._fresh:
            query = query.where(t.result.c.run == self._run)
        yield from connection.execute(query.order_by(t.result.c.attempt))

    def _add_result(self, connection: sa.Connection, submission: Submission, report: Report) -> tuple[int, Report]:
        """The number of the result, and its report, which is another's if that was there first."""
        key = self._key(submission)
        while True:
            if (row := next(self._rows(connection, [key]), None)) is not None:
                return int(row.id), relabelled(unpack_report(row.report), submission)
            tried = sa.select(sa.func.count()).select_from(t.result).where(t.result.c.key == key)
            number = _insert_once(
                connection,
                t.result,
                key=key,
                attempt=connection.execute(tried).scalar_one(),
                content=content_of(submission),
                graded=not report.ungraded,
                report=pack_report(report),
                run=self._run,
                made_at=now(),
            )
            if number is not None:
                return int(number), report

    def _keep(
        self,
        connection: sa.Connection,
        submission: Submission,
        report: Report,
        result: int,
        marked: dict[str, tuple[int, int]],
    ) -> None:
        handin = self._handin(connection, submission)
        self.kept[handin] = result
        counting = marked.get(submission.student)
        # What could not be graded never takes the place of what was, unless something new was handed in.
        if report.ungraded and counting is not None and counting[0] == handin:
            return
        if self._kind == "batch" and marked.get(submission.student) != (handin, result):
            graded = grade(report, self._assignment, self.decided(submission.student))
            points = "" if graded.ungraded else format_points(graded.points)
            self._add_mark(connection, submission.student, handin, result, points)

    def _add_mark(self, connection: sa.Connection, student: str, handin: int, result: int, points: str) -> None:
        row = {
            "assignment": self._assignment.name,
            "student": student,
            "handin": handin,
            "result": result,
            "run": self._run,
            "points": points,
            "policy": policy_of(self._assignment),
            "marked_at": now(),
        }
        connection.execute(sa.insert(t.mark).values(**row))

    def _handin(self, connection: sa.Connection, submission: Submission) -> int:
        """The number of the hand-in, which is added if it is new."""
        what = {
            "assignment": self._assignment.name,
            "student": submission.student,
            "content": content_of(submission),
            "submitted_at": as_text(submission.submitted_at),
        }
        query = sa.select(t.handin.c.id).where(*(t.handin.c[name] == value for name, value in what.items()))
        while (number := connection.execute(query).scalar()) is None:
            digest, parts = submission.digest, pack_parts(submission.parts)
            _insert_once(connection, t.source, digest=digest, module=submission.module, parts=parts)
            _insert_once(connection, t.handin, **what, digest=digest, details=details_of(submission), seen_at=now())
        return int(number)


def _insert_once(connection: sa.Connection, table: sa.Table, **values: Any) -> Any:
    """Add a row; its primary key, or None if one that may not be there twice is there already."""
    statement = _INSERT[connection.dialect.name](table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key)).scalar()


def _chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    some = iter(items)
    while chunk := list(islice(some, _CHUNK)):
        yield chunk
