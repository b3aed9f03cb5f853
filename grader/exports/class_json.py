"""A class as JSON: for programs of one's own, and for CI.

::

    {"format_version": 1, "assignment": "assignment3_convolution", "title": …, "max_points": 100, "seed": 4711,
     "summary": {"submissions": 2, "graded": 1, "ungraded": 1, "mean": 88.5, "median": 88.5},
     "students": [{"student": "ada", "points": 88.5, "penalty": 0, "ungraded": false,
                   "exercises": {"pad2d": 4, …}, "problems": [], "explanation": [], "digest": "3f2a…"}]}

Points that are not known, because the toolkit failed, are null. The text is pure ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from statistics import mean, median
from typing import Any

from grader.model import Assignment, Grade, Report, Status

# History: 1: first.
CLASS_FORMAT_VERSION = 1


def class_to_json(assignment: Assignment, rows: Sequence[tuple[Report, Grade]]) -> str:
    """The points of every student in every exercise, and their mean and median."""
    points = [grade.points for _, grade in rows if not grade.ungraded]
    seeds = {report.seed for report, _ in rows}
    document = {
        "format_version": CLASS_FORMAT_VERSION,
        "assignment": assignment.name,
        "title": assignment.title,
        "max_points": _number(assignment.max_points),
        "seed": seeds.pop() if len(seeds) == 1 else None,
        "summary": {
            "submissions": len(rows),
            "graded": len(points),
            "ungraded": len(rows) - len(points),
            "mean": _number(mean(points)) if points else None,
            "median": _number(median(points)) if points else None,
        },
        "students": [_student(report, grade) for report, grade in rows],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _student(report: Report, grade: Grade) -> dict[str, Any]:
    return {
        "student": report.student,
        "points": None if grade.ungraded else _number(grade.points),
        "penalty": None if grade.ungraded else _number(grade.penalty),
        "ungraded": grade.ungraded,
        "exercises": {e.name: None if e.status is Status.GRADER_ERROR else _number(e.points) for e in grade.exercises},
        "problems": list(report.problems),
        "explanation": list(grade.explanation),
        "digest": report.digest,
    }


def _number(points: Fraction) -> int | float:
    return points.numerator if points.denominator == 1 else float(points)
