"""A source file is read in whatever encoding it was left, or refused with a sentence; it is never run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.errors import RequestError
from grader.intake import read_submission
from grader.model import Assignment

ASSIGNMENT = Assignment("assignment3_convolution", "Convolution", "convolution", (), Path("/nowhere"))
CODE = "name = 'Jiří'\n"


def read(folder: Path, data: bytes, name: str = "alice.py"):
    (folder / name).write_bytes(data)
    return read_submission(folder / name, ASSIGNMENT)


@pytest.mark.parametrize(
    "data",
    [
        CODE.encode(),
        CODE.encode("utf-8-sig"),
        CODE.replace("\n", "\r\n").encode(),
        CODE.replace("\n", "\r").encode(),
    ],
)
def test_plain_utf8(tmp_path, data):
    """UTF-8 is read with or without a byte order mark, with the line ends of any system, and without a remark."""
    got = read(tmp_path, data)

    assert [(part.label, part.source) for part in got.parts] == [("alice.py", CODE)]
    assert (got.student, got.problem, got.notes) == ("alice", "", ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings(tmp_path, encoding):
    """UTF-16 and UTF-32, which Windows editors save, are known by their byte order mark."""
    got = read(tmp_path, CODE.encode(encoding))

    assert got.parts[0].source == CODE
    assert "save it as UTF-8" in got.notes[0]


@pytest.mark.parametrize("encoding", ["cp1250", "iso-8859-2", "latin2", "utf-8"])
def test_declared_encoding(tmp_path, encoding):
    """A declaration in the first two lines is respected, as Python does."""
    source = f"#!/usr/bin/env python\n# -*- coding: {encoding} -*-\n{CODE}"
    got = read(tmp_path, source.encode(encoding))

    assert (got.parts[0].source, got.notes) == (source, ())


@pytest.mark.parametrize("encoding", ["rot13", "zlib", "unicode_escape", "utf-7", "undefined", "klingon", "idna"])
def test_unsafe_declarations(tmp_path, encoding):
    """A declared encoding that is unknown, or that encodes something other than text, is not used."""
    got = read(tmp_path, f"# coding: {encoding}\nx = '\\u0041'\n".encode())

    assert got.parts[0].source.endswith("x = '\\u0041'\n")
    assert f"{encoding}, is not known" in got.notes[0]


def test_guesses_latin1(tmp_path):
    """Bytes that are not UTF-8, and declare nothing, are read as Latin-1, with a remark."""
    got = read(tmp_path, "x = 'é'\n".encode("latin-1"))

    assert got.parts[0].source == "x = 'é'\n"
    assert got.notes == ("alice.py is not UTF-8 and was read as Latin-1; save it as UTF-8.",)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "alice.py is empty."),
        (b" \n\t\n", "alice.py is empty."),
        (b"x = 1\0\n", "holds a NUL byte at position 6"),
        ("x = 1\0\n".encode("utf-16"), "holds a NUL character"),
        (b"\xff\xfe\x00\xd8x\x00", "begins like UTF-16 but is not"),
        (b"\xef\xbb\xbf\xff", "begins like UTF-8 but is not"),
        (b"#" * (256 * 1024 + 1), "alice.py is too large: at most 256 KB are read."),
    ],
)
def test_no_source(tmp_path, data, says):
    """What is no source code is the submission's problem, in words; nothing is raised."""
    got = read(tmp_path, data)

    assert says in got.problem
    assert got.parts == ()


def test_largest_source(tmp_path):
    """A file of exactly the largest size is read."""
    assert len(read(tmp_path, b"#" * (256 * 1024)).parts[0].source) == 256 * 1024


def test_git_conflict(tmp_path):
    """Marks of a git conflict are pointed out; what can run still runs."""
    got = read(tmp_path, b"x = 1\n<<<<<<< HEAD\ny = 1\n=======\ny = 2\n>>>>>>> main\n")

    assert got.notes == ("alice.py holds marks of an unresolved git conflict at line 2: choose one side.",)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "alice.py is a symbolic link"),
        (lambda path: path.symlink_to("nowhere"), "alice.py is a symbolic link"),
        (os.mkfifo if hasattr(os, "mkfifo") else None, "alice.py is no regular file"),
    ],
)
def test_no_regular_file(tmp_path, make, says):
    """A link is not followed, and a pipe is not waited for."""
    make(tmp_path / "alice.py")

    assert says in read_submission(tmp_path / "alice.py", ASSIGNMENT).problem


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs devices")
def test_device():
    """A device is not read, though it would never end."""
    assert "zero is no regular file" in read_submission(Path("/dev/zero"), ASSIGNMENT).problem


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_counts_bytes(tmp_path):
    """A file that says that it is empty, as those in /proc do, is read by counted bytes."""
    from grader.errors import SubmissionError
    from grader.intake.files import read_file

    with pytest.raises(SubmissionError, match="at most 100 bytes are read"):
        read_file(Path("/proc/self/maps"), 100)


def test_unknown_kind(tmp_path):
    """A file of a kind that is not read says which kinds are."""
    assert "alice.rar is of no kind that is read: hand in .py" in read(tmp_path, b"Rar!", "alice.rar").problem


def test_nothing_there(tmp_path):
    """A path with nothing at it is the user's mistake, not a submission."""
    with pytest.raises(RequestError, match=r"there is no .*alice\.py"):
        read_submission(tmp_path / "alice.py", ASSIGNMENT)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    """A file that the user may not read is the user's to mend."""
    (tmp_path / "alice.py").touch(mode=0)

    with pytest.raises(RequestError, match="may not be read by you"):
        read_submission(tmp_path / "alice.py", ASSIGNMENT)


@pytest.mark.parametrize(
    ("place", "want"),
    [
        ("alice.py", "alice"),
        ("alice/convolution.py", "alice"),
        ("alice/Convolution.PY", "alice"),
        ("assignment3_convolution/convolution.py", "you"),
        ("al\u202eice\x1b[31m.py", "alice"),
        ("   .py", "unnamed"),
        ("x" * 200 + ".py", "x" * 79 + "…"),
    ],
)
def test_student(tmp_path, place, want):
    """The student is told by the name of the file or its folder, without anything that acts on a terminal."""
    (tmp_path / place).parent.mkdir(exist_ok=True)

    assert read(tmp_path, CODE.encode(), place).student == want


def test_given_student(tmp_path):
    """A name that is given wins over the file's, and is made fit to be shown too."""
    (tmp_path / "alice.py").write_text(CODE, encoding="utf-8")

    assert read_submission(tmp_path / "alice.py", ASSIGNMENT, "../b\nob").student == ".._b ob"
