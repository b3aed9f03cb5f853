"""A report as plain data, to be stored or sent, and back (`model.FORMAT_VERSION` counts the forms that it had)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from grader.errors import RequestError
from grader.model import Diagnosis, Isolation, Outcome, Report, Status


def report_to_document(report: Report, *, staff: bool) -> dict[str, Any]:
    """The report as numbers, texts, lists and dicts; with `staff` also what it takes to be complete."""
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


def report_from_document(fields: Mapping[str, Any]) -> Report:
    """The report that `report_to_document` wrote. Raises RequestError for anything else."""
    try:
        return _read_report(fields)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        message = f"the report is damaged ({type(exc).__name__}: {exc})"
        raise RequestError(message, "Grade the submission again.") from exc


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
