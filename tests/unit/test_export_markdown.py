"""Markdown: a table that stays one, and no meaning in what a submission wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exports import to_markdown
from grader.exports.markdown import escape, fenced
from grader.model import Status
from grader.scoring import grade


def markdown_of(report, assignment) -> str:
    return to_markdown(report, grade(report, assignment), assignment)


def test_table(mixed_report, assignment):
    """The exercises are a table."""
    assert markdown_of(mixed_report, assignment).startswith(
        "## Convolution and pooling: 8.80/24\n"
        "\n"
        "Submission of alice\n"
        "\n"
        "| | Exercise | Points | Result |\n"
        "|---|---|--:|---|\n"
        "| ✅ | pad2d | 4/4 | passed |\n"
        "| ❌ | conv2d\\_forward | 4.80/12 | wrong answer, 2 of 5 tests passed |\n"
        "| ➖ | max\\_pool2d | 0/8 | not written yet |\n"
    )


def test_details(mixed_report, assignment):
    """Below the table: what differs, equal sentences once, and the hint once."""
    text = markdown_of(mixed_report, assignment)

    assert "### conv2d\\_forward\n\n**Hint:** You flipped" in text
    assert "\n\n- **Property 3 of conv2d\\_forward holds.**\n\n  for x \\(2, 3, 7, 6\\)" in text
    assert (text.count("**2 tests**"), text.count("**Hint\\:**") + text.count("**Hint:**")) == (1, 1)
    assert "for staff" not in text


def test_ungraded(ungraded_report, assignment):
    """What is not graded has no points."""
    text = markdown_of(ungraded_report, assignment)

    assert text.startswith("## Convolution and pooling: not graded\n")
    assert "| ⚠️ | max\\_pool2d | ?/8 | could not be graded, 1 of 2 tests passed |" in text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a | b", "a \\| b"),
        ("`x` *y* _z_", "\\`x\\` \\*y\\* \\_z\\_"),
        ("<script>&lt;", "\\<script\\>\\&lt;"),
        ("[a](http://b)", "\\[a\\]\\(http\\://b\\)"),
        ("# heading", "\\#\u200b heading"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("12.5 points", "12.5 points"),
        ("@everyone, #1, www.a.b", "@\u200beveryone, #\u200b1, www\u200b.a.b"),
        ("two\nlines", "two lines"),
        ("\x1b[31mred\u202e", "red"),
    ],
)
def test_escape(text, escaped):
    """What has a meaning in Markdown loses it."""
    assert escape(text) == escaped


@given(st.text(st.sampled_from("`~\n x")))
def test_fence_holds(text):
    """No text can close its own fence."""
    first, *inside, last = fenced(text).split("\n")
    fence = first.removesuffix("text")

    assert last == fence
    assert all(len(run) < len(fence) for line in inside for run in re.findall("`+", line))


def test_hostile_stays_in_place(hostile_report, assignment):
    """Hostile text adds no heading, row or HTML, and reaches no one."""
    lines = re.sub(r"(?ms)^( *)(`{3,})text\n.*?\n\1\2$", "", markdown_of(hostile_report, assignment)).split("\n")
    text = "\n".join(lines)

    assert [line[:1] for line in lines if line[:1] in ("#", "|")] == ["#", *"|||||", "#"]
    assert not re.search(r"(?<!\\)<|@e|\x1b", text)


def test_several_lines(assignment, report, outcome):
    """Values that are set out in lines keep them."""
    failed = outcome("pad2d", 1, Status.FAILED, says="differs.\n  x = [1 2]\n  got = 3", visible=True)

    assert "  ```text\n  differs.\n    x = [1 2]\n    got = 3\n  ```\n" in markdown_of(report(failed), assignment)
