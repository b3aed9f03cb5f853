"""JUnit XML: valid by the schema, unique names, and never green by accident."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from grader.exports import to_junit
from grader.model import Status
from grader.scoring import grade

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "junit.xsd"))
SAMPLES = ["full_report", "mixed_report", "ungraded_report", "unreadable_report", "hostile_report"]


def suite_of(report, assignment) -> etree._Element:
    """The one suite of the file, which the schema has accepted."""
    root = etree.fromstring(to_junit(report, grade(report, assignment), assignment).encode())
    SCHEMA.assertValid(root)
    return root[0]


@pytest.mark.parametrize("name", SAMPLES)
def test_schema(name, request, assignment):
    """Every report is valid, and its counts are those of its cases."""
    suite = suite_of(request.getfixturevalue(name), assignment)

    for attribute, path in (("tests", "testcase"), ("failures", "*/failure"), ("errors", "*/error")):
        assert int(suite.get(attribute)) == len(suite.findall(path))


@given(text=st.text(st.characters(codec=None)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_any_text(text, assignment, report, outcome):
    """No text that a submission can choose makes the file invalid."""
    failed = outcome("pad2d", 1, Status.FAILED, says=text, hint=text, title=text)

    assert suite_of(report(failed, student=text, problems=(text,)), assignment) is not None


@pytest.mark.parametrize(
    ("status", "element"),
    [
        ("failed", "failure"),
        ("missing", "failure"),
        ("raised", "error"),
        ("timeout", "error"),
        ("crashed", "error"),
        ("grader_error", "error"),
        ("skipped", "skipped"),
    ],
)
def test_kinds(status, element, assignment, report, outcome):
    """A wrong answer is a failure, what stopped the program an error."""
    suite = suite_of(report(outcome("pad2d", 1, Status(status), says="It differs.", hint="Flip it.")), assignment)
    case = suite.find("testcase")

    assert [child.tag for child in case] == [element]
    assert (case[0].get("type"), case[0].get("message"), case[0].text) == (
        status,
        "It differs.",
        "It differs.\nhint: Flip it.",
    )


def test_unique_names(assignment, report, outcome):
    """Equal titles get numbers, even if a title looks like one with a number."""
    titles = ["A", "A (2)", "A", "A"]
    outcomes = [outcome("pad2d", n, title=title) for n, title in enumerate(titles)]
    names = [case.get("name") for case in suite_of(report(*outcomes), assignment).findall("testcase")]

    assert len(names) == len(set(names))


def test_points(mixed_report, assignment):
    """The points are properties of the suite."""
    suite = suite_of(mixed_report, assignment)
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}

    assert (properties["points"], properties["points.conv2d_forward"]) == ("8.80/24", "4.80/12")


def test_ungraded(ungraded_report, assignment):
    """A fault of the toolkit is an error, and no points are given."""
    suite = suite_of(ungraded_report, assignment)
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}

    assert (suite.get("errors"), properties["points"], properties["points.max_pool2d"]) == ("1", "not graded", "?/8")


def test_no_outcomes(unreadable_report, assignment):
    """A submission that no test was run for fails in every exercise; it does not look like a success."""
    suite = suite_of(unreadable_report, assignment)

    assert [case.get("classname") for case in suite.findall("testcase")] == ["pad2d", "conv2d_forward", "max_pool2d"]
    assert suite.get("failures") == "3"


def test_no_detail(mixed_report, assignment):
    """What is meant for staff is not in the file."""
    assert "for staff" not in to_junit(mixed_report, grade(mixed_report, assignment), assignment)


def test_long_run(full_report, assignment):
    """A run of hours has a time that the schema takes."""
    assert suite_of(replace(full_report, seconds=12345.678), assignment).get("time") == "12345.678"
