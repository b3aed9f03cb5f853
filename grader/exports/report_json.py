"""A report as JSON: to keep it, and for programs of one's own.

::

    {"format_version": 1,
     "report": {…the fields of `model.Report`; times in ISO 8601…},
     "grade":  {"points": 8.8, "max_points": 24, "penalty": 0, "ungraded": false, "explanation": [],
                "exercises": [{"name": "pad2d", "points": 4, "max_points": 4, "status": "passed", …}]}}

`report` can be read back. `grade` is there for whoever has no assignment at hand; reading ignores it, for points are
computed anew. Points that are not known, because the toolkit failed, are null. The text is pure ASCII: what a
submission could choose is escaped, not lost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from grader.errors import RequestError
from grader.model import FORMAT_VERSION, Assignment, Diagnosis, ExerciseGrade, Grade, Isolation, Outcome, Report, Status


def to_json(report: Report, grade: Grade, assignment: Assignment, *, staff: bool = False) -> str:
    """The report with its grade; with `staff` also each outcome's detail, without which a report is not complete."""
    document = {
        "format_version": FORMAT_VERSION,
        "title": assignment.title,
        "report": _report(report, staff=staff),
        "grade": _grade(grade),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def report_from_json(text: str) -> Report:
    """The report that `to_json` wrote; without `staff` its details are empty.

    Raises RequestError if the text is no report, or one of another format version.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise RequestError(f"a report must be JSON ({exc})", "Was the file cut short? Grade again.") from exc
    version = document.get("format_version") if isinstance(document, dict) else None
    if version != FORMAT_VERSION or isinstance(version, bool):
        message = f"'format_version' must be {FORMAT_VERSION} (got {version!r})"
        raise RequestError(message, "The file is no report, or of another version of the toolkit: grade again.")
    try:
        return _read_report(document["report"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        message = f"the report is damaged ({type(exc).__name__}: {exc})"
        raise RequestError(message, "Grade the submission again.") from exc


def _report(report: Report, *, staff: bool) -> dict[str, Any]:
    return {
        "assignment": report.assignment,
        "student": report.student,
        "digest": report.digest,
        "origin": report.origin,
        "submitted_at": report.submitted_at.isoformat() if report.submitted_at else None,
        "started": report.started.isoformat(),
        "seconds": report.seconds,
        "seed": report.seed,
        "toolkit": report.toolkit,
        "problems": list(report.problems),
        "notes": list(report.notes),
        "isolation": {
            "level": report.isolation.level,
            "launcher": report.isolation.launcher,
            "guards": dict(report.isolation.guards),
            "reasons": dict(report.isolation.reasons),
        },
        "outcomes": [_outcome(o, staff=staff) for o in report.outcomes],
        "diagnoses": [asdict(d) for d in report.diagnoses],
    }


def _outcome(outcome: Outcome, *, staff: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "exercise": outcome.exercise,
        "test": outcome.test,
        "title": outcome.title,
        "status": outcome.status.value,
        "weight": outcome.weight,
        "visible": outcome.visible,
        "says": outcome.says,
        "hint": outcome.hint,
        "seconds": outcome.seconds,
        "carried": list(outcome.carried),
    }
    return fields | ({"detail": outcome.detail, "excess": _excess(outcome.excess)} if staff else {})


def _excess(excess: float | None) -> float | str | None:
    """JSON knows no infinity: it stands as text."""
    return str(excess) if excess is not None and not math.isfinite(excess) else excess


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


def _read_report(fields: Mapping[str, Any]) -> Report:
    return Report(
        assignment=_text(fields["assignment"]),
        student=_text(fields["student"]),
        digest=_text(fields["digest"]),
        origin=_text(fields["origin"]),
        submitted_at=None if fields["submitted_at"] is None else _time(fields["submitted_at"]),
        started=_time(fields["started"]),
        seconds=float(fields["seconds"]),
        seed=int(fields["seed"]),
        toolkit=_text(fields["toolkit"]),
        problems=tuple(map(_text, fields["problems"])),
        notes=tuple(map(_text, fields["notes"])),
        isolation=Isolation(
            level=_text(fields["isolation"]["level"]),
            launcher=_text(fields["isolation"]["launcher"]),
            guards={_text(name): bool(held) for name, held in fields["isolation"]["guards"].items()},
            reasons={_text(name): _text(why) for name, why in fields["isolation"]["reasons"].items()},
        ),
        outcomes=tuple(map(_read_outcome, fields["outcomes"])),
        diagnoses=tuple(map(_read_diagnosis, fields["diagnoses"])),
    )


def _read_diagnosis(fields: Mapping[str, Any]) -> Diagnosis:
    return Diagnosis(*(_text(fields[name]) for name in ("exercise", "name", "kind", "says")))


def _read_outcome(fields: Mapping[str, Any]) -> Outcome:
    return Outcome(
        exercise=_text(fields["exercise"]),
        test=_text(fields["test"]),
        title=_text(fields["title"]),
        status=Status(fields["status"]),
        weight=int(fields["weight"]),
        visible=bool(fields["visible"]),
        says=_text(fields["says"]),
        hint=_text(fields["hint"]),
        detail=_text(fields.get("detail", "")),
        seconds=float(fields["seconds"]),
        carried=tuple(map(_text, fields["carried"])),
        excess=None if fields.get("excess") is None else float(fields["excess"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r:.80}")
    return value


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"a time must have a time zone, got '{value}'")
    return moment
