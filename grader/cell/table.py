"""The table below a cell: HTML with its styles inline, without scripts or anything from elsewhere; or plain text.

Everything that a submission could choose is cleaned and escaped. Colours are those of the page, but for a few that are
read on white and on black alike; what a notebook's own style sheet sets for tables is set back.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape

from rich.console import Console

from grader.console import print_report
from grader.feedback import exercise_points, is_missing, problems, result, told, total_points
from grader.model import Assignment, ExerciseGrade, Grade, Outcome, Report, Status
from grader.printable import clean, one_line

_WIDTH = 88
_GREEN, _RED, _AMBER, _BLUE = "#1e8e4e", "#d9453c", "#b07508", "#2f7fd0"
_LINE = "1px solid rgba(128,128,128,.35)"
_MARKS = {
    Status.PASSED: ("✓", _GREEN),
    Status.MISSING: ("–", _AMBER),
    Status.SKIPPED: ("–", _AMBER),
    Status.GRADER_ERROR: ("!", _AMBER),
}
_WRONG = ("✗", _RED)
_CELL = f"background:none;border:0;border-top:{_LINE};padding:5px 14px 5px 0;text-align:left;vertical-align:top;"
_NUMBER = "white-space:nowrap;font-variant-numeric:tabular-nums;text-align:right;"
_BELOW = "max-width:76ch;margin:5px 0 3px;"
_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em;"


def to_text(report: Report, grade: Grade, assignment: Assignment) -> str:
    """What the command would print, without colours."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=_WIDTH,
        force_jupyter=False,
        force_terminal=False,
        no_color=True,
        highlight=False,
        markup=False,
        emoji=False,
    )
    print_report(console, report, grade, assignment, rest="")
    return out.getvalue().rstrip("\n")


def to_html(report: Report, grade: Grade, assignment: Assignment) -> str:
    """The same as a table."""
    rows = "".join(_row(e, report.of(e.name)) for e in grade.exercises)
    return (
        '<div style="font-size:14px;line-height:1.45;color:inherit;margin:4px 0">'
        f'<div style="font-weight:600;margin-bottom:6px">{_line(assignment.title)}</div>'
        f"{''.join(_faults(report))}"
        '<table style="border-collapse:collapse;border:0;margin:0;font-size:inherit;color:inherit;background:none">'
        f"<tbody>{rows}{_total(grade)}</tbody></table>"
        f"{''.join(_foot(report, grade))}</div>"
    )


def _row(exercise: ExerciseGrade, outcomes: tuple[Outcome, ...]) -> str:
    char, colour = _MARKS.get(exercise.status, _WRONG)
    words = "passed" if exercise.status is Status.PASSED and not exercise.carried else result(exercise, outcomes)
    below = "" if is_missing(exercise, problems(outcomes)) else "".join(_below(exercise, outcomes))
    return (
        '<tr style="background:none">'
        f'<td style="{_CELL}color:{colour};font-weight:700">{char}</td>'
        f'<td style="{_CELL}{_MONO}white-space:nowrap">{_line(exercise.name)}</td>'
        f'<td style="{_CELL}{_NUMBER}">{_line(exercise_points(exercise))}</td>'
        f'<td style="{_CELL}padding-right:0">{_line(words)}{below}</td></tr>'
    )


def _below(exercise: ExerciseGrade, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    """What to do about an exercise: the hints, then what differs."""
    hints, found, more = told(outcomes, exercise.status)
    for hint in hints:
        yield f'<div style="{_BELOW}border-left:3px solid {_BLUE};padding-left:9px">{_text(hint)}</div>'
    for problem in found:
        title = f"{len(problem.titles)} tests" if len(problem.titles) > 1 else problem.titles[0]
        says = f'<div style="opacity:.82">{_says(problem.says)}</div>'
        yield f'<div style="{_BELOW}"><div>{_line(title)}</div>{says}</div>'
    if more:
        tests = "test" if more == 1 else "tests"
        yield f'<div style="{_BELOW}opacity:.7">… and {more} more {tests}.</div>'


def _total(grade: Grade) -> str:
    if len(grade.exercises) < 2:
        return ""
    return (
        f'<tr style="background:none;font-weight:700"><td style="{_CELL}"></td><td style="{_CELL}">Total</td>'
        f'<td style="{_CELL}{_NUMBER}">{_line(total_points(grade))}</td><td style="{_CELL}"></td></tr>'
    )


def _faults(report: Report) -> Iterator[str]:
    for problem in report.problems:
        style = f"{_MONO}white-space:pre-wrap;border-left:3px solid {_RED};padding-left:9px;margin:5px 0"
        yield f'<div style="{style}">{escape(clean(problem))}</div>'


def _foot(report: Report, grade: Grade) -> Iterator[str]:
    lines = [*grade.explanation, *report.notes]
    if lines:
        yield f'<div style="opacity:.7;font-size:.9em;margin-top:7px">{"<br>".join(map(_line, lines))}</div>'


def _line(text: str) -> str:
    return escape(one_line(text, 500))


def _text(text: str) -> str:
    return "<br>".join(escape(line.strip()) for line in clean(text).split("\n"))


def _says(text: str) -> str:
    """A sentence, and below it the arrays that it tells, which stand in columns."""
    first, _, rest = clean(text).partition("\n")
    return escape(first) + (f'<div style="{_MONO}white-space:pre-wrap">{escape(rest)}</div>' if rest else "")
