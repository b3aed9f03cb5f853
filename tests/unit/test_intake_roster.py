"""Rosters: who is in the class, who is missing, and when they handed in."""

from datetime import datetime, timedelta, timezone

import pytest

from grader.errors import RequestError
from grader.intake import HandedIn
from grader.intake.roster import Person, attend, read_roster
from grader.model import Submission

CET = timezone(timedelta(hours=1))


def times(people):
    return {person.student: person.submitted_at for person in people}


@pytest.fixture
def roster(tmp_path):
    def read(text, encoding="utf-8"):
        file = tmp_path / "roster.csv"
        file.write_bytes(text.encode(encoding))
        return read_roster(file)

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_columns(roster, encoding):
    """Other columns, blanks and the encoding of a spreadsheet do not matter; times may be left out."""
    found = roster("name,student,submitted_at\r\nŽofie,zofie, 2026-12-14T22:10:00+01:00\r\nBob,bob,\r\n", encoding)

    assert times(found) == {"zofie": datetime(2026, 12, 14, 22, 10, tzinfo=CET), "bob": None}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiters(roster, delimiter):
    """Spreadsheets of other languages do not write commas; and leave blank rows at the end."""
    found = roster(f"student{delimiter}submitted_at\nada{delimiter}\n{delimiter}\n{delimiter}\n")

    assert times(found) == {"ada": None}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name\nada\n", "must have a column 'student'"),
        ("", "must have a column 'student'"),
        ("student\nada\nbob\nada\n", "line 4: ada is there twice"),
        ("student,submitted_at\nada,yesterday\n", r"line 2: .* time zone \(got 'yesterday'\)"),
        ("student,submitted_at\nada,2026-12-14T22:10:00\n", "with a time zone"),
        (f"student\n{'x' * 200_000}\n", r"is no table: line \d: field larger"),
    ],
)
def test_faults(roster, text, says):
    """Each names the line and the rule."""
    with pytest.raises(RequestError, match=says):
        roster(text)


def test_no_file(tmp_path):
    """The file is named."""
    with pytest.raises(RequestError, match="cannot be read: No such file"):
        read_roster(tmp_path / "roster.csv")


def test_attendance():
    """Who is missing and who is not on the roster is told; nobody is dropped."""
    moment = datetime(2026, 12, 14, 22, 10, tzinfo=CET)
    handed_in = [HandedIn(Submission(name, "tiny")) for name in ("ada", "eve")]
    found = attend(handed_in, [Person("ada", moment), Person("bob")])

    assert [(s.student, s.submitted_at) for s in found.submissions] == [("ada", moment), ("eve", None)]
    assert (found.missing, found.strangers) == (("bob",), ("eve",))
