"""A roster: who is in a class, and when they handed in, as a CSV file with a heading.

::

    student,submitted_at
    ada,2026-12-14T22:10:00+01:00
    bob,

`student` is the name that the file, folder or archive of the submission bears. Other columns are passed over. Times may
be left out; where there is none, nobody is late.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader.errors import RequestError, SubmissionError
from grader.intake.names import student_name
from grader.intake.source import decode
from grader.model import Submission

_MOST = 10 * 1024 * 1024
_HINT = "The heading is: student,submitted_at"


@dataclass(frozen=True, slots=True)
class Attendance:
    """The submissions of those on the roster with their times, who is missing, and who is not on it."""

    submissions: tuple[Submission, ...]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]


def read_roster(file: Path) -> dict[str, datetime | None]:
    """The students, in the order of the file, each with the time of the hand-in, if it is there.

    Raises RequestError if the file cannot be read, a name is there twice, or a time has no time zone.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST + 1)
        text, _ = decode(data, file.name)
    except OSError as exc:
        raise RequestError(f"The roster {file} cannot be read: {exc.strerror}.") from exc
    except SubmissionError as exc:
        raise RequestError(f"The roster {file} is no text: {exc}") from exc
    if len(data) > _MOST:
        raise RequestError(f"The roster {file} is larger than {_MOST} bytes.", _HINT)
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    if "student" not in (rows.fieldnames or ()):
        raise RequestError(f"The roster {file} must have a column 'student' (got {rows.fieldnames}).", _HINT)
    students: dict[str, datetime | None] = {}
    for row in rows:
        where = f"{file}, line {rows.line_num}"
        name = student_name((row["student"] or "").strip())
        if name in students:
            raise RequestError(f"{where}: {name} is there twice.", "Leave one of the lines out.")
        students[name] = _moment((row.get("submitted_at") or "").strip(), where)
    return students


def _moment(text: str, where: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        rule = "'submitted_at' must be a date and time with a time zone"
        raise RequestError(f"{where}: {rule} (got {text!r}).", "Write it like 2026-12-14T22:10:00+01:00.")
    return moment


def attend(submissions: Sequence[Submission], roster: Mapping[str, datetime | None]) -> Attendance:
    """Who of the roster handed in; submissions of others are kept, and told."""
    there = {s.student for s in submissions}
    return Attendance(
        submissions=tuple(replace(s, submitted_at=roster.get(s.student) or s.submitted_at) for s in submissions),
        missing=tuple(name for name in roster if name not in there),
        strangers=tuple(s.student for s in submissions if s.student not in roster),
    )
