"""In a folder one file is the submission; in a class's folder every entry is."""

from __future__ import annotations

import json
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

from grader.errors import RequestError
from grader.intake import find_submissions, read_submission
from grader.model import Assignment, Exercise

ASSIGNMENT = Assignment(
    "assignment3_convolution", "Convolution", "convolution", (Exercise("f", Fraction(1), "", ""),), Path("/nowhere")
)
NOTEBOOK = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 2"}]}'


def fill(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(NOTEBOOK if path.endswith(".ipynb") else "x = 1\n", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("paths", "origin"),
    [
        (["convolution.py", "helper.py"], "convolution.py"),
        (["convolution.ipynb", "convolution.txt"], "convolution.ipynb"),
        (["convolution.py", "old/convolution.py", "old/convolution.ipynb"], "convolution.py"),
        (["a/b/convolution.py", "a/other.py"], "a/b/convolution.py"),
        (["convolution.py", ".ipynb_checkpoints/convolution.ipynb", "__pycache__/x.pyc"], "convolution.py"),
    ],
)
def test_chooses(tmp_path, paths, origin):
    """The file at the top is taken, or else the only one below; what tools leave behind does not count."""
    got = read_submission(fill(tmp_path / "alice", *paths), ASSIGNMENT)

    assert (got.student, got.problem, got.notes) == ("alice", "", ())
    assert got.origin == str(tmp_path / "alice" / origin)


STUB = "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError\n"
WRITTEN = "def f():\n    return 1\n"


@pytest.mark.parametrize(
    ("source", "cell", "taken"),
    [(STUB, WRITTEN, "cell 1"), (WRITTEN, STUB, "convolution.py"), (STUB, STUB, "convolution.py")],
)
def test_of_both_the_one_worked_on(tmp_path, source, cell, taken):
    """Source and notebook side by side: the one that is no longer the stub counts."""
    (tmp_path / "convolution.py").write_text(source, encoding="utf-8")
    (tmp_path / "convolution.ipynb").write_text(NOTEBOOK.replace('"x = 2"', json.dumps(cell)), encoding="utf-8")

    got = read_submission(tmp_path, ASSIGNMENT)

    assert [part.label for part in got.parts] == [taken]
    assert "nothing is written yet" in got.notes[0]


@pytest.mark.parametrize("name", ["convolution (1).py", "hw3.py", "Convolution.py"])
def test_renamed(tmp_path, name):
    """The only source of another name is taken, and that is said."""
    got = read_submission(fill(tmp_path / "alice", name, "notes.txt"), ASSIGNMENT)

    assert got.parts[0].label == name
    assert got.notes == (f"{name} was taken, since there is no convolution.py or convolution.ipynb.",)


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        (
            ["convolution.py", "convolution.ipynb"],
            "2 files that could be the submission (convolution.ipynb, convolution",
        ),
        (["a/convolution.py", "b/convolution.py"], "(a/convolution.py, b/convolution.py): hand in exactly one"),
        (["one.py", "two.py"], "holds 2 files that could be the submission (one.py, two.py)"),
        (["notes.txt"], "the folder alice holds no convolution.py or convolution.ipynb."),
        (["a.zip", "b.zip"], "holds no convolution.py or convolution.ipynb. An archive within it is not opened."),
        (["a/" * 9 + "convolution.py"], "alice holds folders nested deeper than 8"),
        ([f"{i}.txt" for i in range(2_001)], "alice holds more than 2000 files"),
    ],
)
def test_refuses(tmp_path, paths, says):
    """Where the choice is not clear, the submission's problem names the candidates."""
    assert says in read_submission(fill(tmp_path / "alice", *paths), ASSIGNMENT).problem


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_links(tmp_path):
    """Neither a linked file nor a linked folder is followed."""
    outside = fill(tmp_path / "outside", "convolution.py")
    for student, name in (("alice", "convolution.py"), ("bob", "sub")):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / name).symlink_to(outside / "convolution.py" if "." in name else outside)
    (tmp_path / "class" / "carol").symlink_to(outside)
    problems = [got.problem for got in find_submissions(tmp_path / "class", ASSIGNMENT)]

    assert problems == [
        "convolution.py is a symbolic link: hand in the file itself.",
        "the folder bob holds no convolution.py or convolution.ipynb.",
        "carol is a symbolic link: hand in the file itself.",
    ]


def test_own_folder(tmp_path, monkeypatch):
    """In the assignment's own folder, the student is you."""
    monkeypatch.chdir(fill(tmp_path / "assignment3_convolution", "convolution.py"))

    assert read_submission(Path(), ASSIGNMENT).student == "you"


def test_class(tmp_path):
    """Every entry of a class is a submission, sorted by name; lists and junk are passed over, unknown kinds are not."""
    fill(tmp_path, "Bob.py", "alice/convolution.py", "dave.docx", "eve/notes.txt", "frank.ipynb")
    fill(tmp_path, "README.md", "readme", "grades.csv", "config.toml", ".DS_Store", "Thumbs.db", "__MACOSX/bob.py")
    with zipfile.ZipFile(tmp_path / "carol.zip", "w") as archive:
        archive.writestr("convolution.py", "x = 3\n")
    got = find_submissions(tmp_path, ASSIGNMENT)

    assert [s.student for s in got] == ["alice", "Bob", "carol", "dave", "eve", "frank"]
    assert [s.student for s in got if s.problem] == ["dave", "eve"]


def test_one_name(tmp_path):
    """Two entries of one student are both kept, and told apart by their own names."""
    fill(tmp_path, "alice.py", "alice/convolution.py", "alice.ipynb", "bob.py")
    got = find_submissions(tmp_path, ASSIGNMENT)

    assert [s.student for s in got] == ["alice (alice)", "alice (alice.ipynb)", "alice (alice.py)", "bob"]
    assert got[0].notes == ("Several submissions bear the name alice; this one is alice.",)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids such names")
def test_names_that_look_alike(tmp_path):
    """Names that differ only by what cannot be shown are told apart too."""
    fill(tmp_path, "bob.py", "bob\u202e.py", "bob\u200d.py")

    assert len({s.student for s in find_submissions(tmp_path, ASSIGNMENT)}) == 3


def test_no_class(tmp_path):
    """A class's folder that is not there, or is a file, is the user's mistake."""
    fill(tmp_path, "alice.py")

    with pytest.raises(RequestError, match=r"there is no .*nowhere"):
        find_submissions(tmp_path / "nowhere", ASSIGNMENT)
    with pytest.raises(RequestError, match=r"alice\.py is no folder"):
        find_submissions(tmp_path / "alice.py", ASSIGNMENT)
