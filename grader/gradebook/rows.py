"""Values of the model as they stand in rows, and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from grader.document import report_from_document, report_to_document
from grader.errors import GradebookError
from grader.model import FORMAT_VERSION, Report, Submission
from grader.packing import pack, unpack, unpack_parts


@dataclass(frozen=True, slots=True)
class NewMark:
    """A result that is to count for a hand-in in the place of the one that does so far, and the points for it."""

    student: str
    handin: int
    before: int
    result: int
    points: str


def now() -> str:
    """This moment as it is stored: ISO 8601 in UTC, so that texts sort as moments do."""
    return as_text(datetime.now(UTC))


def as_text(moment: datetime | None) -> str:
    """A moment as it is stored; "" for none."""
    return moment.astimezone(UTC).isoformat() if moment else ""


def as_moment(text: str) -> datetime | None:
    """The moment that was stored."""
    return datetime.fromisoformat(text) if text else None


def pack_report(report: Report) -> bytes:
    """The report, complete, in about a tenth of its size."""
    return pack({"format_version": FORMAT_VERSION, "report": report_to_document(report, staff=True)})


def unpack_report(data: bytes) -> Report:
    """The report. Raises GradebookError if its form is not the one of this toolkit."""
    document = unpack(data)
    if (form := document.get("format_version")) != FORMAT_VERSION:
        message = f"A report in the gradebook has the form {form}; this toolkit reads {FORMAT_VERSION}."
        raise GradebookError(message, "Grade again with `grade batch … --fresh`.")
    return report_from_document(document["report"])


def details_of(submission: Submission) -> str:
    """What is known of a hand-in besides its text and its time."""
    fields = {
        "origin": submission.origin,
        "problem": submission.problem,
        "unopened": submission.unopened,
        "notes": submission.notes,
    }
    return json.dumps(fields)


def submission_of(row: Any) -> Submission:
    """The submission in a row that joins `handin` and `source`."""
    details = json.loads(row.details)
    return Submission(
        student=row.student,
        module=row.module,
        parts=unpack_parts(row.parts),
        origin=details["origin"],
        problem=details["problem"],
        unopened=details["unopened"],
        notes=tuple(details["notes"]),
        submitted_at=as_moment(row.submitted_at),
    )


def report_of(row: Any) -> Report:
    """The report in a row that joins `result` and `handin`: equal work has one result, whoever handed it in."""
    details = json.loads(row.details)
    return replace(
        unpack_report(row.report),
        student=row.student,
        origin=details["origin"],
        notes=tuple(details["notes"]),
        submitted_at=as_moment(row.submitted_at),
    )


def relabelled(report: Report, submission: Submission) -> Report:
    """A report on equal work as that of this submission."""
    return replace(
        report,
        student=submission.student,
        origin=submission.origin,
        notes=submission.notes,
        submitted_at=submission.submitted_at,
    )
