"""A report as JSON: to keep it, and for programs of one's own.

::

    {"format_version": 1,
     "report": {…the fields of `model.Report`; times in ISO 8601…},
     "grade":  {"points": 8.8, "max_points": 24, "penalty": 0, "ungraded": false, "explanation": [],
                "exercises": [{"name": "pad2d", "points": 4, "max_points": 4, "status": "passed", …}]}}

`report` can be read back. `grade` is there for whoever has no assignment at hand (`run_from_json`); else points are
computed anew. Points that are not known, because the toolkit failed, are null. The text is pure ASCII: what a
submission could choose is escaped, not lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.difference import Run
from grader.document import report_from_document, report_to_document
from grader.errors import RequestError
from grader.model import FORMAT_VERSION, Assignment, ExerciseGrade, Grade, Report, Status


def to_json(report: Report, grade: Grade, assignment: Assignment, *, staff: bool = False) -> str:
    """The report with its grade; with `staff` also each outcome's detail, without which a report is not complete."""
    document = {
        "format_version": FORMAT_VERSION,
        "title": assignment.title,
        "report": report_to_document(report, staff=staff),
        "grade": _grade(grade),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def report_from_json(text: str) -> Report:
    """The report that `to_json` wrote; without `staff` its details are empty.

    Raises RequestError if the text is no report, or one of another format version.
    """
    return report_from_document(_document(text)["report"])


def run_from_json(text: str) -> Run:
    """The report with the title and the grade that were written with it. Raises RequestError as `report_from_json`."""
    document = _document(text)
    report = report_from_document(document["report"])
    try:
        return Run(str(document["title"]), report, _read_grade(document["grade"], report))
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        message = f"the grade is damaged ({type(exc).__name__}: {exc})"
        raise RequestError(message, "Grade the submission again.") from exc


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise RequestError(f"a report must be JSON ({exc})", "Was the file cut short? Grade again.") from exc
    version = document.get("format_version") if isinstance(document, dict) else None
    if version != FORMAT_VERSION or isinstance(version, bool):
        message = f"'format_version' must be {FORMAT_VERSION} (got {version!r})"
        raise RequestError(message, "The file is no report, or of another version of the toolkit: grade again.")
    if not isinstance(document.get("report"), dict):
        message = f"the file holds no report of one submission (it has {', '.join(sorted(map(repr, document))[:6])})"
        raise RequestError(message, "`grade ASSIGNMENT FILE --json -o REPORT` writes one.")
    return {**document}


def _read_grade(fields: Mapping[str, Any], report: Report) -> Grade:
    return Grade(
        assignment=report.assignment,
        student=report.student,
        exercises=tuple(map(_read_exercise, fields["exercises"])),
        points=_points(fields["points"]),
        max_points=_points(fields["max_points"]),
        penalty=_points(fields["penalty"]),
        ungraded=bool(fields["ungraded"]),
        explanation=tuple(map(str, fields["explanation"])),
    )


def _read_exercise(fields: Mapping[str, Any]) -> ExerciseGrade:
    return ExerciseGrade(
        name=str(fields["name"]),
        points=_points(fields["points"]),
        max_points=_points(fields["max_points"]),
        status=Status(fields["status"]),
        passed=int(fields["passed"]),
        tests=int(fields["tests"]),
        carried=tuple(map(str, fields["carried"])),
    )


def _points(value: Any) -> Fraction:
    """Points in decimals, exactly; null, where they are not known, counts as 0."""
    return Fraction(0) if value is None else Fraction(str(value))


def _grade(grade: Grade) -> dict[str, Any]:
    return {
        "points": None if grade.ungraded else _number(grade.points),
        "max_points": _number(grade.max_points),
        "penalty": None if grade.ungraded else _number(grade.penalty),
        "ungraded": grade.ungraded,
        "full": grade.full,
        "explanation": list(grade.explanation),
        "exercises": [_exercise(e) for e in grade.exercises],
    }


def _exercise(exercise: ExerciseGrade) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "points": None if exercise.status is Status.GRADER_ERROR else _number(exercise.points),
        "max_points": _number(exercise.max_points),
        "status": exercise.status.value,
        "passed": exercise.passed,
        "tests": exercise.tests,
        "carried": list(exercise.carried),
    }


def _number(points: Fraction) -> int | float:
    return points.numerator if points.denominator == 1 else float(points)
