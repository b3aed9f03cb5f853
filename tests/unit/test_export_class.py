"""A class as a table or as JSON: what is not known is no zero, and no cell is a formula."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grader.exports.class_csv import CLASS_EXPORTERS, Line
from grader.exports.class_json import class_to_json
from grader.model import Decisions, Excuse
from grader.scoring import grade

EXCUSED = Decisions(excuse=Excuse("eva", datetime(2026, 11, 22, 12, tzinfo=UTC), "ill"))


@pytest.fixture
def lines(full_report, mixed_report, ungraded_report, assignment):
    """Right, partly right, not graded, excused, and nothing handed in."""
    reports = {"ada": full_report, "bob": mixed_report, "cyd": ungraded_report, "dan": full_report}
    decided = {"dan": EXCUSED}
    graded = [
        Line(name, grade(replace(report, student=name), assignment, decided.get(name, Decisions())), name in decided)
        for name, report in reports.items()
    ]
    return [*graded, Line("eve", None)]


def table(name, assignment, lines):
    return list(csv.reader(io.StringIO(CLASS_EXPORTERS[name](assignment, lines), newline="")))


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("csv", ["24", "8.80", "", "24", ""]),
        ("canvas", ["24", "8.80", "", "EX", ""]),
        ("moodle", ["24", "8.80", "", "", ""]),
    ],
)
def test_points(name, points, assignment, lines):
    """Who is not graded, or handed in nothing, has an empty cell."""
    head, *rows = table(name, assignment, lines)
    column = head.index("points" if name == "csv" else assignment.title)

    assert [row[column] for row in rows[-5:]] == points


def test_exercise_that_could_not_be_graded(assignment, lines):
    """Of a report that is not graded, the exercises that are known are there."""
    rows = {row[0]: row for row in table("csv", assignment, lines)}

    assert rows["cyd"][1:4] == ["4", "12", ""]
    assert [rows[name][-2] for name in ("ada", "cyd", "dan", "eve")] == [
        "graded",
        "not graded",
        "excused",
        "nothing handed in",
    ]


@pytest.mark.parametrize("name", sorted(CLASS_EXPORTERS))
@pytest.mark.parametrize("student", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", '"\r\n=1'])
def test_no_formulas(name, student, assignment, full_report):
    """No cell begins as a formula does, and a name cannot make a row of its own."""
    rows = table(name, assignment, [Line(student, grade(full_report, assignment))])

    assert not [cell for row in rows for cell in row if cell.lstrip()[:1] in ("=", "+", "-", "@", "\t")]
    assert len({len(row) for row in rows}) == 1


def test_hostile_texts(hostile_report, assignment):
    """Controls and escape sequences do not reach a table."""
    text = CLASS_EXPORTERS["csv"](assignment, [Line(hostile_report.student, grade(hostile_report, assignment))])

    assert text.replace("\r\n", "").isprintable()


def test_json(full_report, ungraded_report, assignment):
    """Points that are not known are null, and do not count for the mean."""
    reports = [replace(full_report, student="ada"), replace(ungraded_report, student="bob")]
    found = json.loads(class_to_json(assignment, [(r, grade(r, assignment)) for r in reports]))

    assert [s["points"] for s in found["students"]] == [24, None]
    assert found["students"][1]["exercises"] == {"pad2d": 4, "conv2d_forward": 12, "max_pool2d": None}
    assert found["summary"] == {"submissions": 2, "graded": 1, "ungraded": 1, "mean": 24, "median": 24}
