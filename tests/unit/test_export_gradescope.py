"""Gradescope's results.json: the documented fields and values, and no zero for what is not graded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from grader.errors import ExportError
from grader.exports import to_gradescope
from grader.scoring import grade

# The fields of the specification, at the top and in a test.
TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
    "extra_data",
}  # fmt: skip
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def results(report, assignment) -> dict:
    return json.loads(to_gradescope(report, grade(report, assignment), assignment))


@pytest.mark.parametrize("name", ["full_report", "mixed_report", "unreadable_report", "hostile_report"])
def test_specification(name, request, assignment):
    """Only documented fields are written, with documented values; everything is visible."""
    document = results(request.getfixturevalue(name), assignment)

    assert set(document) <= TOP
    assert all(set(test) <= TEST for test in document["tests"])
    assert {document["output_format"], document["test_output_format"], document["test_name_format"]} <= FORMATS
    assert {test["visibility"] for test in document["tests"]} == {"visible"}
    assert {test["status"] for test in document["tests"]} <= {"passed", "failed"}


def test_scores(mixed_report, assignment):
    """One test per exercise, numbered in their order."""
    document = results(mixed_report, assignment)
    tests = [(t["number"], t["name"], t["score"], t["max_score"], t["status"]) for t in document["tests"]]

    assert document["score"] == 8.8
    assert tests == [
        ("1", "pad2d", 4, 4, "passed"),
        ("2", "conv2d_forward", 4.8, 12, "failed"),
        ("3", "max_pool2d", 0, 8, "failed"),
    ]


def test_output(mixed_report, assignment):
    """A test's output lists the hidden tests with their sentences, and the hint once."""
    output = results(mixed_report, assignment)["tests"][1]["output"]

    assert output.startswith("wrong answer, 2 of 5 tests passed.\nhint: You flipped the kernel")
    assert "\n[passed] Property 1 of conv2d_forward holds.\n" in output
    assert "[failed] Property 3 of conv2d_forward holds.\n    for x (2, 3, 7, 6), stride=2: 32 of 42" in output
    assert (output.count("hint: You flipped the kernel"), output.count("for staff")) == (1, 0)


def test_late(full_report, assignment):
    """The score is what remains after the penalty, and the output says why."""
    late = replace(full_report, submitted_at=assignment.due + timedelta(hours=2))
    document = results(late, assignment)

    assert (document["score"], document["extra_data"]["penalty"]) == (21.6, 2.4)
    assert "1 day begun at 10% of 24" in document["output"]


def test_ungraded_is_refused(ungraded_report, assignment):
    """The format cannot say "not graded", so nothing is written rather than a score that is wrong."""
    with pytest.raises(ExportError, match="alice is not graded, and Gradescope's format cannot say so"):
        results(ungraded_report, assignment)


def test_hostile(hostile_report, assignment):
    """Escape sequences and controls of a submission are gone, and output is plain text."""
    document = results(hostile_report, assignment)
    output = document["tests"][0]["output"]

    assert document["test_output_format"] == "text"
    assert output.replace("\n", "").isprintable()
    assert "<script>" in output
