"""A whole class: students down, exercises across, as many side by side as the terminal is wide.

::

    student      1     2  total
    alice        4    12     16
    bob          4  9.60  13.60
    carol        –     –  ! 0

Exercises are numbered, with a legend below. "–" is not written, "?" could not be graded, "!" marks a submission that
had a problem before any test. Mean and median are over the graded submissions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, median

from rich.console import Console

from grader.console.lines import cell, say, say_line, width_of
from grader.feedback import total_points
from grader.model import Assignment, ExerciseGrade, Grade, Report, Status
from grader.printable import one_line
from grader.scoring import format_points

_GAP = "  "
_WIDEST_NAME = 24
_NARROWEST_NAME = 8


@dataclass(frozen=True, slots=True)
class _Column:
    """A head, one cell per student, and the footer's mean, median and maximum."""

    head: str
    cells: tuple[str, ...]
    foot: tuple[str, str, str]

    @property
    def width(self) -> int:
        return width_of([self.head, *self.cells, *self.foot])


def print_class(console: Console, assignment: Assignment, rows: Sequence[tuple[Report, Grade]]) -> None:
    """Print the points of every student in every exercise, then problems, then what each number stands for."""
    say(console, f"{one_line(assignment.title)} · {_submissions(len(rows))}", "bold")
    if not rows:
        return
    names = _Column("student", tuple(_name(report) for report, _ in rows), ("mean", "median", "of"))
    width = min(names.width, _WIDEST_NAME, max(_NARROWEST_NAME, console.width // 3))
    for block in _blocks(_columns(assignment, rows), console.width - width):
        console.print()
        _print_block(console, names, width, block)
    console.print()
    _print_legend(console, assignment)
    print_remarks(console, rows)


def _submissions(number: int) -> str:
    return "1 submission" if number == 1 else f"{number or 'no'} submissions"


def _name(report: Report) -> str:
    return one_line(report.student, 60) or "(no name)"


def _columns(assignment: Assignment, rows: Sequence[tuple[Report, Grade]]) -> list[_Column]:
    graded = [grade for _, grade in rows if not grade.ungraded]
    columns = []
    for number, exercise in enumerate(assignment.exercises, start=1):
        own = [(grade.ungraded, grade.exercises[number - 1]) for _, grade in rows]
        points = [e.points for ungraded, e in own if not ungraded]
        columns.append(_Column(str(number), tuple(_points(e) for _, e in own), _foot(points, exercise.points)))
    totals = tuple(_total(report, grade) for report, grade in rows)
    foot = _foot([grade.points for grade in graded], assignment.max_points)
    return [*columns, _Column("total", totals, foot)]


def _points(exercise: ExerciseGrade) -> str:
    if exercise.status is Status.GRADER_ERROR:
        return "?"
    unwritten = exercise.status in (Status.MISSING, Status.SKIPPED) and not exercise.passed
    return "–" if unwritten else format_points(exercise.points)


def _total(report: Report, grade: Grade) -> str:
    if grade.ungraded:
        return total_points(grade)
    return ("! " if report.problems else "") + format_points(grade.points)


def _foot(points: list[Fraction], maximum: Fraction) -> tuple[str, str, str]:
    if not points:
        return "–", "–", format_points(maximum)
    return format_points(mean(points)), format_points(median(points)), format_points(maximum)


def _blocks(columns: list[_Column], width: int) -> Iterator[list[_Column]]:
    """The columns in groups that fit into the width; each has at least one."""
    block: list[_Column] = []
    for column in columns:
        if block and sum(c.width + len(_GAP) for c in [*block, column]) > width:
            yield block
            block = []
        block.append(column)
    yield block


def _print_block(console: Console, names: _Column, width: int, block: list[_Column]) -> None:
    def line(name: str, values: Sequence[str], style: str = "") -> None:
        cells = (cell(console, v, c.width, right=True) for v, c in zip(values, block, strict=True))
        say_line(console, (_GAP.join([cell(console, name, width), *cells]), style))

    line(names.head, [c.head for c in block], "bold")
    for number, name in enumerate(names.cells):
        values = [c.cells[number] for c in block]
        line(name, values, "yellow" if values[-1] == "not graded" else "")
    console.print()
    for number, name in enumerate(names.foot):
        line(name, [c.foot[number] for c in block], "dim")


def _print_legend(console: Console, assignment: Assignment) -> None:
    legend = ", ".join(f"{n} {e.name}" for n, e in enumerate(assignment.exercises, start=1))
    say(console, legend, "dim", hanging=2)
    say(console, "– not written or not tested, ? not graded, ! see below", "dim", hanging=2)


def print_remarks(console: Console, rows: Sequence[tuple[Report, Grade]]) -> None:
    """Who could not be read or graded, and why, in the order of the table."""
    for report, grade in rows:
        for problem in report.problems:
            say(console, f"! {_name(report)}: {one_line(problem.strip().partition(chr(10))[0])}", "red", hanging=2)
        if grade.ungraded:
            say(console, f"? {_name(report)}: {grade.explanation[0]}", "yellow", hanging=2)
