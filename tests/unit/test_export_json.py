"""Reports as JSON: complete for staff, safe for students, and read back as they were."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import RequestError
from grader.exports import EXPORTERS, report_from_json, to_json
from grader.model import FORMAT_VERSION, Isolation, Status
from grader.scoring import grade


def staff_json(report, assignment) -> str:
    return to_json(report, grade(report, assignment), assignment, staff=True)


@pytest.mark.parametrize(
    "name", ["full_report", "mixed_report", "ungraded_report", "unreadable_report", "hostile_report"]
)
def test_round_trip(name, request, assignment):
    """What was written is read back, hostile texts and all."""
    isolation = Isolation("B", "process", {"no network": True, "own pids": False}, {"own pids": "no bwrap"})
    submitted = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    report = replace(request.getfixturevalue(name), isolation=isolation, submitted_at=submitted)

    assert report_from_json(staff_json(report, assignment)) == report


@given(student=st.text(st.characters(codec=None)), seconds=st.floats(0, 1e9), seed=st.integers(0, 2**32 - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_any_student(student, seconds, seed, full_report, assignment):
    """Any name, time and seed comes back exactly."""
    report = replace(full_report, student=student, seconds=seconds, seed=seed)

    assert report_from_json(staff_json(report, assignment)) == report


def test_students_see_no_detail(mixed_report, assignment):
    """Without `staff`, an outcome's detail is not in the file, and is empty when read."""
    text = EXPORTERS["json"](mixed_report, grade(mixed_report, assignment), assignment)

    assert "for staff" not in text
    assert {o.detail for o in report_from_json(text).outcomes} == {""}


def test_grade(mixed_report, assignment):
    """The grade is there for whoever has no assignment at hand."""
    written = json.loads(staff_json(mixed_report, assignment))["grade"]

    assert (written["points"], written["max_points"], written["full"]) == (8.8, 24, False)
    assert written["exercises"][1] == {
        "name": "conv2d_forward", "points": 4.8, "max_points": 12, "status": "failed", "passed": 2, "tests": 5,
        "carried": [],
    }  # fmt: skip


def test_ungraded_is_null(ungraded_report, assignment):
    """Points that are not known are null, neither in total nor in the exercise zero."""
    written = json.loads(staff_json(ungraded_report, assignment))["grade"]

    assert (written["points"], written["penalty"], written["ungraded"]) == (None, None, True)
    assert [e["points"] for e in written["exercises"]] == [4, 12, None]


def test_ascii(hostile_report, assignment):
    """Controls are escaped, so that the file does no harm even to a terminal."""
    text = staff_json(hostile_report, assignment).replace("\n", "")

    assert text.isascii()
    assert text.isprintable()


def damaged(full_report, assignment, **changes) -> str:
    document = json.loads(staff_json(full_report, assignment))
    document["report"].update(changes)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"student": 3}, "TypeError: expected text, got 3"),
        ({"started": "2026-11-22T12:00:00"}, "must have a time zone"),
        ({"started": "noon"}, "Invalid isoformat"),
        ({"outcomes": [{}]}, "KeyError: 'exercise'"),
        ({"outcomes": None}, "TypeError"),
        ({"isolation": "A"}, "TypeError"),
    ],
)
def test_damaged(changes, says, full_report, assignment):
    """A damaged report is refused, with what is damaged."""
    with pytest.raises(RequestError, match=f"the report is damaged.*{says}"):
        report_from_json(damaged(full_report, assignment, **changes))


def test_unknown_status(full_report, assignment):
    """A status that this version does not know is not guessed."""
    text = staff_json(full_report, assignment).replace(f'"{Status.PASSED}"', '"perfect"')

    with pytest.raises(RequestError, match="'perfect' is not a valid Status"):
        report_from_json(text)


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 0, "1", None, True, 1.5])
def test_other_version(version, full_report, assignment):
    """A report of another format version is refused."""
    document = json.loads(staff_json(full_report, assignment)) | {"format_version": version}

    with pytest.raises(RequestError, match=rf"'format_version' must be {FORMAT_VERSION} \(got {version!r}\)"):
        report_from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", "3", "null", '"report"', '{"format_version": 1}'])
def test_no_report(text):
    """What is no report at all is refused in one sentence, with a way out."""
    with pytest.raises(RequestError) as caught:
        report_from_json(text)

    assert "rade" in caught.value.hint
