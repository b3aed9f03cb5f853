"""A roster: who is in a class, and when they handed in, as a CSV file with a heading.

::

    student,submitted_at
    ada,2026-12-14T22:10:00+01:00
    bob,

`student` is the name under which the gradebook knows somebody, and which the file, folder or archive of the submission
bears. Where a platform gives it another name, that may stand in the columns `name`, `email`, `canvas_id`, `moodle_id`
and `github_username`. Other columns are passed over. Times may be left out; where there is none, nobody is late.

Also read are, told by their columns, what platforms give out (`_FORMS`). The student is then the first of the named
columns that has a value of its own for everybody. Moodle's times are not read: they have no time zone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from grader.errors import RequestError, SubmissionError
from grader.intake.collected import HandedIn, told_apart
from grader.intake.layouts import alias
from grader.intake.names import student_name
from grader.intake.source import decode
from grader.model import Submission

_MOST = 10 * 1024 * 1024
_HINT = "The heading is: student,submitted_at"

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a roster. `known_as` are other names and numbers, each with its kind (see `layouts.alias`)."""

    student: str
    submitted_at: datetime | None = None
    known_as: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who handed in, by the names and times of the roster, who is missing, and who is not on it.

    `unclear` are those of whom the roster knows several.
    """

    handed_in: tuple[HandedIn, ...]
    missing: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()

    @property
    def submissions(self) -> tuple[Submission, ...]:
        """The submissions alone."""
        return tuple(h.submission for h in self.handed_in)


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of table: the columns that tell it, those that may name a student, and those by which others do."""

    needs: frozenset[str]
    students: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    time: str = ""


_OWN = _Form(
    needs=frozenset({"student"}),
    students=("student",),
    aliases={
        "name": "name",
        "email": "email",
        "canvas_id": "canvas",
        "moodle_id": "moodle",
        "github_username": "github",
    },
    time="submitted_at",
)
_FORMS = (
    # Canvas: Grades, Export. Rows without an ID are no students: "Points Possible".
    _Form(
        needs=frozenset({"student", "id", "section"}),
        students=("sis login id", "sis user id", "id"),
        aliases={"student": "name", "id": "canvas", "sis user id": "sid", "sis login id": "login"},
    ),
    # Moodle: the grading worksheet of an assignment ("Participant 12345"), without names where marking is blind.
    _Form(
        needs=frozenset({"identifier", "status"}),
        students=("username", "id number", "email address", "full name", "identifier"),
        aliases={"identifier": "moodle", "full name": "name", "email address": "email", "id number": "sid"},
    ),
    # Moodle: Participants, "Download table data as comma separated values"; "Surname" in older versions.
    *(
        _Form(
            needs=frozenset({"first name", last, "email address"}),
            students=("username", "id number", "email address", "full name"),
            aliases={"full name": "name", "email address": "email", "id number": "sid"},
        )
        for last in ("last name", "surname")
    ),
    # GitHub Classroom: the roster, and the grades of an assignment, which tell when somebody handed in.
    *(
        _Form(
            needs=frozenset({identifier, "github_username"}),
            students=(identifier, "github_username"),
            aliases={"github_username": "github", "name": "name", identifier: "name"},
            time="submission_timestamp",
        )
        for identifier in ("identifier", "roster_identifier")
    ),
    _OWN,
)


def read_roster(file: Path) -> tuple[Person, ...]:
    """The students, in the order of the file, each with the time of the hand-in, if it is there.

    Raises RequestError if the file cannot be read, a name is there twice, or a time has no time zone.
    """
    heading, rows = _table(file)
    columns = {name.casefold() for name in heading}
    form = next((form for form in _FORMS if form.needs <= columns), None)
    if form is None:
        raise RequestError(f"The roster {file} must have a column 'student' (got {heading}).", _HINT)
    if form.needs >= {"student", "id"}:
        rows = [(line, row) for line, row in rows if row["id"] and row["student"].casefold() != "student, test"]
    column = next(c for c in form.students if c in _named(columns) and (c == form.students[-1] or _tells(rows, c)))
    people: dict[str, Person] = {}
    for line, row in rows:
        where = f"{file}, line {line}"
        student = student_name(row[column])
        if student in people:
            raise RequestError(f"{where}: {student} is there twice.", "Leave one of the lines out.")
        moment = _moment(row.get(form.time, ""), where, form.time)
        people[student] = Person(student, moment, frozenset(_aliases(row, form, student)))
    return tuple(people.values())


def _table(file: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    """The heading, and each row that is not blank with the number of its line."""
    text = _text(file)
    # Spreadsheets of many languages write semicolons.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True, delimiter=delimiter)
    try:
        heading = [(name or "").strip() for name in reader.fieldnames or ()]
        return heading, [(reader.line_num, values) for row in reader if any((values := _row(row)).values())]
    except csv.Error as exc:
        raise RequestError(f"The roster {file} is no table: line {reader.line_num}: {exc}.", _HINT) from exc


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST + 1)
        if len(data) > _MOST:
            raise RequestError(f"The roster {file} is larger than {_MOST} bytes.", _HINT)
        return decode(data, file.name, most=_MOST)[0]
    except OSError as exc:
        raise RequestError(f"The roster {file} cannot be read: {exc.strerror}.") from exc
    except SubmissionError as exc:
        raise RequestError(f"The roster {file} is no text: {exc}") from exc


def _row(row: Mapping[str | None, str | None]) -> Row:
    """The values by their columns' names in small letters; a full name is put together where there are two parts."""
    values = {(k or "").strip().casefold(): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)}
    last = values.get("last name", values.get("surname"))
    if "first name" in values and last is not None and "full name" not in values:
        values["full name"] = f"{values['first name']} {last}"
    if "identifier" in values and "status" in values:
        values["identifier"] = re.sub(r"^\D*(?=\d+$)", "", values["identifier"])
    return values


def _named(columns: set[str]) -> set[str]:
    return columns | ({"full name"} if "first name" in columns else set())


def _tells(rows: Sequence[tuple[int, Row]], column: str) -> bool:
    """Whether everybody has a value of his own there."""
    values = [row[column] for _, row in rows]
    return all(values) and len(set(values)) == len(values)


def _aliases(row: Row, form: _Form, student: str) -> Iterable[str]:
    yield from (alias("name", student), alias("login", student), alias("email", student), alias("github", student))
    for column, kind in form.aliases.items():
        if value := row.get(column, ""):
            yield alias(kind, value)
            if kind == "name":
                yield from (alias(kind, name) for name in _orders(value))


def _orders(name: str) -> Iterable[str]:
    """A full name with its parts in the other order: Canvas names its files "lovelaceada", Moodle "Ada Lovelace"."""
    if "," in name:
        last, _, first = name.partition(",")
        yield f"{first} {last}"
    else:
        words = name.split()
        yield from (" ".join(words[n:] + words[:n]) for n in range(1, len(words)))


def _moment(text: str, where: str, column: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        rule = f"'{column}' must be a date and time with a time zone"
        raise RequestError(f"{where}: {rule} (got {text!r}).", "Write it like 2026-12-14T22:10:00+01:00.")
    return moment


def attend(handed_in: Sequence[HandedIn], roster: Sequence[Person]) -> Attendance:
    """Who of the roster handed in, under the name that the roster has; what others handed in is kept, and told."""
    by_name = {person.student: person for person in roster}
    by_alias: dict[str, list[Person]] = {}
    for person in roster:
        for known in person.known_as:
            by_alias.setdefault(known, []).append(person)
    people = [_people(one, by_name, by_alias) for one in handed_in]
    found = [known[0] if len(known) == 1 else None for known in people]
    apart = told_apart([_as_on_roster(one, person) for one, person in zip(handed_in, found, strict=True)])
    there = {person.student for person in found if person}
    return Attendance(
        handed_in=tuple(sorted(apart, key=lambda one: one.submission.student.casefold())),
        missing=tuple(person.student for person in roster if person.student not in there),
        strangers=tuple(one.submission.student for one, known in zip(apart, people, strict=True) if not known),
        unclear=tuple(one.submission.student for one, known in zip(apart, people, strict=True) if len(known) > 1),
    )


def _as_on_roster(one: HandedIn, person: Person | None) -> HandedIn:
    if person is None:
        return one
    moment = person.submitted_at or one.submission.submitted_at
    return replace(one, submission=replace(one.submission, student=person.student, submitted_at=moment))


def _people(one: HandedIn, by_name: Mapping[str, Person], by_alias: Mapping[str, Sequence[Person]]) -> list[Person]:
    """Those on the roster who may have handed this in; numbers tell more than names do."""
    if one.submission.student in by_name:
        return [by_name[one.submission.student]]
    numbers = [known for known in one.known_as if not known.startswith("name ")]
    for kinds in (numbers, [known for known in one.known_as if known.startswith("name ")]):
        people = {person.student: person for known in kinds for person in by_alias.get(known, ())}
        if people:
            return list(people.values())
    return []
