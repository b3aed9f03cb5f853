"""A class as a table: for spreadsheets, and for the gradebooks of Canvas and Moodle.

Points that are not known are an empty cell, never a zero: both platforms leave what they have there. A text that a
spreadsheet would take for a formula begins with an apostrophe.

Canvas takes `Student, ID, SIS User ID, SIS Login ID, Section` and a column per assignment, and matches by any of the
three in the middle; the student's name here stands for the login. Who is excused is "EX". Moodle asks on import which
column is which: `username` is the student's name here, the others a grade and its feedback.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grader.model import Assignment, Grade, Status
from grader.printable import one_line
from grader.scoring import format_points


@dataclass(frozen=True, slots=True)
class Line:
    """One student; without a grade nothing was handed in."""

    student: str
    grade: Grade | None
    excused: bool = False

    @property
    def points(self) -> str:
        """The total, as far as it is known."""
        return format_points(self.grade.points) if self.grade and not self.grade.ungraded else ""


def to_csv(assignment: Assignment, lines: Sequence[Line]) -> str:
    """A row per student: points by exercise, total, maximum, what lateness took, status, explanation."""
    exercises = [e.name for e in assignment.exercises]
    head = ["student", *exercises, "points", "max_points", "penalty", "status", "explanation"]
    return _table([head, *(_row(assignment, line) for line in lines)])


def _row(assignment: Assignment, line: Line) -> list[str]:
    grade = line.grade
    if grade is None:
        status = "excused" if line.excused else "nothing handed in"
        points = [""] * len(assignment.exercises)
        return [line.student, *points, "", format_points(assignment.max_points), "", status, ""]
    points = ["" if e.status is Status.GRADER_ERROR else format_points(e.points) for e in grade.exercises]
    status = "excused" if line.excused else "not graded" if grade.ungraded else "graded"
    penalty = "" if grade.ungraded else format_points(grade.penalty)
    maximum = format_points(grade.max_points)
    return [line.student, *points, line.points, maximum, penalty, status, " ".join(grade.explanation)]


def to_canvas(assignment: Assignment, lines: Sequence[Line]) -> str:
    """The points for Canvas: Grades, Import."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment.title]
    possible = ["    Points Possible", "", "", "", "", format_points(assignment.max_points)]
    rows = ([line.student, "", "", line.student, "", "EX" if line.excused else line.points] for line in lines)
    return _table([head, possible, *rows])


def to_moodle(assignment: Assignment, lines: Sequence[Line]) -> str:
    """The points for Moodle: Grades, Import, CSV file."""
    head = ["username", assignment.title, f"{assignment.title} (feedback)"]
    return _table([head, *([line.student, "" if line.excused else line.points, _feedback(line)] for line in lines)])


def _feedback(line: Line) -> str:
    return " ".join(line.grade.explanation) if line.grade else ""


CLASS_EXPORTERS: dict[str, Callable[[Assignment, Sequence[Line]], str]] = {
    "csv": to_csv,
    "canvas": to_canvas,
    "moodle": to_moodle,
}


def _table(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(text: str) -> str:
    """The text on one line; spreadsheets run what begins like a formula, also behind blanks."""
    indent = len(text) - len(text.lstrip(" "))
    plain = " " * indent + one_line(text, 1000)
    return f"'{plain}" if plain.lstrip().startswith(("=", "+", "-", "@")) else plain
