"""The catalog finds assignments by any of their names, and refuses a manifest with what to do about it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from grader import catalog
from grader.errors import AssignmentError, RequestError
from grader.model import LatePolicy, Limits, Tolerance

HEAD = """\
title = "Convolution and pooling"
module = "convolution"
due = 2026-12-01T23:59:00+01:00
"""

EXERCISES = """
[[exercise]]
name = "pad2d"
points = 2.5
concept = "Convolution"
slide = "Convolutional neural networks"

[[exercise]]
name = "conv2d_forward"
points = 12
concept = "Convolution"
slide = "Convolutional neural networks"
rtol = 1e-6
atol = 1e-8
builds_on = ["pad2d"]
seconds_per_call = 20.0
"""


def write(root: Path, text: str = HEAD + EXERCISES, name: str = "assignment3_convolution") -> Path:
    folder = root / "assignments" / name
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(text, encoding="utf-8")
    return folder


def test_reads_exactly(tmp_path):
    """Points are exact, tolerances come in pairs, and what is left out has the model's defaults."""
    assignment = catalog.load_assignment(write(tmp_path))
    pad, conv = assignment.exercises

    assert (pad.points, conv.points, assignment.max_points) == (Fraction(5, 2), 12, Fraction(29, 2))
    assert (pad.tolerance, conv.tolerance) == (Tolerance(), Tolerance(1e-6, 1e-8))
    assert (conv.builds_on, conv.seconds_per_call) == (("pad2d",), 20.0)
    assert assignment.due is not None
    assert assignment.due.utcoffset() == timedelta(hours=1)
    assert (assignment.late, assignment.limits, assignment.root) == (LatePolicy(), Limits(), tmp_path)


def test_reads_late_and_limits(tmp_path):
    """The tables [late] and [limits] fill the policy and the limits, percentages exactly."""
    tables = "[late]\ngrace_minutes = 15\npercent_per_day = 0.1\nmax_days = 7\n[limits]\nmemory_mb = 64\n"
    assignment = catalog.load_assignment(write(tmp_path, HEAD + tables + EXERCISES))

    assert assignment.late == LatePolicy(15, Fraction(1, 10), Fraction(100), 7)
    assert assignment.limits == Limits(memory_mb=64)


def test_windows_text(tmp_path):
    """A manifest saved by a Windows editor, with a byte order mark and CRLF, reads the same."""
    folder = write(tmp_path)
    file = folder / "assignment.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert catalog.load_assignment(folder).title == "Convolution and pooling"


POINTS = "points = 12"


@pytest.mark.parametrize(
    ("old", "new", "says", "hint"),
    [
        ("title", "tittle", "there is no key 'tittle' here", "did you mean 'title'?"),
        ("title = ", "#", "'title' is missing", "add 'title = …'"),
        ('"convolution"', '"con-volution"', "'module' must be a Python identifier .* 'con-volution'", "without .py"),
        ('"convolution"', '"class"', "no keyword .got 'class'", "without .py"),
        ("+01:00", "", r"'due' must be .* time zone \(got 2026-12-01T23:59:00\)", "like 2026"),
        ("due = 2026-12-01T23:59:00+01:00", "due = 2026-12-01", r"time zone \(got 2026-12-01\)", "like 2026"),
        (POINTS, "points = 0", r"2 \(conv2d_forward\): 'points' must be a number above 0 .*got 0\)", "correct"),
        (POINTS, "points = -3", r"above 0 .*got -3\)", "correct"),
        (POINTS, "points = true", r"above 0 .*got true\)", "correct"),
        (POINTS, "points = '12'", r"above 0 .*got '12'\)", "correct"),
        (POINTS, "points = nan", r"above 0 .*got NaN\)", "correct"),
        (POINTS, "points = 0.125", r"two decimals \(got 0.125\)", "correct"),
        (POINTS, "points = 1e-999999999", r"two decimals \(got 1E-999999999\)", "correct"),
        (POINTS, "points = 1e999999999", r"at most 10000.* \(got 1E\+999999999\)", "correct"),
        ("atol = 1e-8\n", "", r"both given or both left out \(got only 'rtol = 1e-06'\)", "add 'atol = …'"),
        ("rtol = 1e-6\natol = 1e-8", "rtol = 0\natol = 0", "'atol' must be above 0", "never nearer"),
        ("atol = 1e-8", "atol = nan", "'atol' must be a number from 0 to 1", "1e-7"),
        ('"pad2d"\n', '"conv2d_forward"\n', "'name' must be the exercise's own", "rename"),
        ('["pad2d"]', '["pad2"]', r"name exercises of this manifest \(got 'pad2'\)", "did you mean 'pad2d'?"),
        ('["pad2d"]', '["conv2d_forward"]', "must name earlier exercises only", "move"),
        ('["pad2d"]', '"pad2d"', r"a list of the names .* \(got 'pad2d'\)", "correct"),
        ("[[exercise]]", "[exercise]", "valid TOML", "toml.io"),
        (EXERCISES, "", "'exercise' is missing; it must be one or more tables", "[[exercise]]"),
        (EXERCISES, "exercise = []", r"one or more tables \(got \[\]\)", "[[exercise]]"),
        (EXERCISES, "late = 3\n" + EXERCISES, r"'late' must be a table \(got 3\)", "[late]"),
        (
            EXERCISES,
            'attempts = "first"\n' + EXERCISES,
            r"'attempts' must be \"last\" or \"best\" \(got 'first'\)",
            "which",
        ),
        (EXERCISES, "[late]\nmax_days = 0" + EXERCISES, r"\[late\] 'max_days' must .* \(got 0\)", "leave it out"),
        (EXERCISES, "[limits]\nmemory_gb = 1" + EXERCISES, r"\[limits\] there is no key", "did you mean 'memory_mb'"),
        (EXERCISES, "[limits]\nseconds_per_call = 90" + EXERCISES, r"at most 'seconds_total', 60 \(got 90\)", "raise"),
        ("title = ", "title = = ", r"valid TOML: .*line 1", "toml.io"),
    ],
)
def test_refuses(tmp_path, old, new, says, hint):
    """A manifest that breaks a rule is refused with the file, the key, the rule, the value and a way out."""
    folder = write(tmp_path, (HEAD + EXERCISES).replace(old, new, 1))
    with pytest.raises(AssignmentError, match=says) as caught:
        catalog.load_assignment(folder)

    assert str(caught.value).startswith(str(folder / "assignment.toml"))
    assert hint in caught.value.hint


def test_refuses_other_encodings(tmp_path):
    """A manifest that is not UTF-8 is refused with the place of the first bad byte."""
    folder = write(tmp_path)
    (folder / "assignment.toml").write_bytes('title = "Rückwärts"'.encode("latin-1"))

    with pytest.raises(AssignmentError, match=r"must be UTF-8 text \(byte 11 is not\)"):
        catalog.load_assignment(folder)


@pytest.mark.parametrize(
    "name", ["Assignment3_convolution", "assignment_convolution", "hw3_convolution", "assignment3"]
)
def test_refuses_folder_names(tmp_path, name):
    """A folder that is not named assignment<number>_<topic> is refused."""
    with pytest.raises(AssignmentError, match=r"must be assignments/assignment<number>_<topic>"):
        catalog.load_assignment(write(tmp_path, name=name))


def test_finds_by_number(tmp_path):
    """Assignments come sorted by number, and a folder without a manifest is none."""
    for name in ("assignment10_last", "assignment2_backprop", "assignment9_text"):
        write(tmp_path, name=name)
    (tmp_path / "assignments" / "assignment4_lstm").mkdir()

    found = [assignment.name for assignment in catalog.find_assignments(tmp_path)]

    assert found == ["assignment2_backprop", "assignment9_text", "assignment10_last"]


def test_refuses_equal_numbers(tmp_path):
    """Two assignments of one number are refused, since the number must name one."""
    write(tmp_path, name="assignment2_backprop")
    write(tmp_path, name="assignment2_text")

    with pytest.raises(AssignmentError, match=r"must be its own .got assignment2_backprop and assignment2_text"):
        catalog.find_assignments(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "3",
        "03",
        "assignment3",
        "Assignment 3",
        "Convolution",
        "assignment3_convolution",
        "assignments/assignment3_convolution/",
        ".\\assignments\\assignment3_convolution",
    ],
)
def test_resolves_names(tmp_path, name):
    """The number, the topic, the full name and a path from the shell's completion all name an assignment."""
    write(tmp_path)
    write(tmp_path, name="assignment4_language_model")

    assert catalog.resolve(name, tmp_path).name == "assignment3_convolution"
    assert catalog.resolve("language-model", tmp_path).name == "assignment4_language_model"


def test_suggests_the_nearest(tmp_path):
    """A misspelt name is refused with the nearest one, and with the list of what there is."""
    write(tmp_path)
    write(tmp_path, name="assignment4_lstm")
    with pytest.raises(RequestError, match="there is no assignment 'convolutoin'") as caught:
        catalog.resolve("convolutoin", tmp_path)

    assert caught.value.hint == (
        "did you mean 'convolution'? the course has assignment3_convolution and assignment4_lstm"
    )


@pytest.mark.parametrize("name", ["", "7", ".", "/", "assignment", "🙂", "a" * 1000])
def test_unknown_names(tmp_path, name):
    """A name like nothing in the course is refused with the list alone."""
    write(tmp_path)
    with pytest.raises(RequestError, match="there is no assignment") as caught:
        catalog.resolve(name, tmp_path)

    assert "the course has assignment3_convolution" in caught.value.hint


def test_ambiguous_topic(tmp_path):
    """A topic that two assignments share asks for the full name."""
    write(tmp_path)
    write(tmp_path, name="assignment9_convolution")

    with pytest.raises(RequestError, match="may mean assignment3_convolution or assignment9_convolution"):
        catalog.resolve("convolution", tmp_path)


def test_other_faults_do_not_matter(tmp_path):
    """A broken manifest does not keep another assignment from being found by name."""
    write(tmp_path)
    write(tmp_path, "title = ", name="assignment4_lstm")

    assert catalog.resolve("3", tmp_path).title == "Convolution and pooling"


def test_finds_the_root(tmp_path):
    """The course folder is found from any folder or file below it."""
    folder = write(tmp_path)

    assert catalog.find_root(folder / "assignment.toml") == tmp_path.resolve()


def test_no_course(tmp_path):
    """Outside a course, every entry says so, and what to do."""
    for attempt in (catalog.find_root, catalog.find_assignments, lambda root: catalog.resolve("3", root)):
        with pytest.raises(RequestError, match=r"holds (no|a) folder 'assignments'") as caught:
            attempt(tmp_path)

        assert "inside the course folder" in caught.value.hint


def test_no_manifest(tmp_path):
    """An assignment's folder without its manifest says which file is missing."""
    (write(tmp_path) / "assignment.toml").unlink()

    with pytest.raises(RequestError, match=r"there is no .*assignment\.toml"):
        catalog.resolve("3", tmp_path)
