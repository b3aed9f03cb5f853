"""A result file is written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import ExportError
from grader.exports import write

posix = pytest.mark.skipif(os.name != "posix", reason="modes, devices and limits are those of POSIX")


def test_write(tmp_path):
    """The text is there as UTF-8, with its own line ends, and nothing else is in the folder."""
    write(tmp_path / "report.md", "✓ Žofie\n")

    assert (tmp_path / "report.md").read_bytes() == "✓ Žofie\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["report.md"]


def test_replaces(tmp_path):
    """A file that is there is replaced."""
    path = tmp_path / "report.md"
    path.write_text("old, and longer than the new one")
    write(path, "new")

    assert path.read_text() == "new"


@posix
def test_mode(tmp_path):
    """A new file has the usual mode, an old one keeps its own."""
    old = tmp_path / "old"
    old.touch(mode=0o640)
    plain = tmp_path / "plain"
    plain.touch()
    write(old, "x")
    write(tmp_path / "new", "x")

    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert (tmp_path / "new").stat().st_mode == plain.stat().st_mode


@posix
def test_follows_link(tmp_path):
    """A link stays one, and what it points to is written."""
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write(tmp_path / "link", "x")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "x"


def test_missing_folder(tmp_path):
    """The way out of a missing folder is the command that makes it."""
    with pytest.raises(ExportError, match="its folder does not exist") as caught:
        write(tmp_path / "a" / "report.md", "x")

    assert caught.value.hint == f"Create it first: mkdir -p '{tmp_path / 'a'}'"


def test_braces_in_name(tmp_path):
    """A folder's name is not taken for a format."""
    with pytest.raises(ExportError) as caught:
        write(tmp_path / "{0}" / "report.md", "x")

    assert "{0}" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "says"),
    [(".", "is a folder"), ("file/report.md", "is a file"), ("x" * 300, "cannot be written")],
)
def test_impossible_places(name, says, tmp_path):
    """What cannot be a file is named for what it is."""
    (tmp_path / "file").touch()

    with pytest.raises(ExportError, match=says):
        write(tmp_path / name, "x")


def test_dash():
    """A dash means standard output elsewhere; here it would be a strange file."""
    with pytest.raises(ExportError, match="'-' is no file name"):
        write(Path("-"), "x")


@posix
def test_device_is_not_replaced():
    """A device is left alone, even by root."""
    with pytest.raises(ExportError, match="no regular file"):
        write(Path("/dev/null"), "x")

    assert Path("/dev/null").is_char_device()


@posix
def test_read_only_folder(tmp_path):
    """A folder that may not be written to is named as such (by another user than root, who may write anywhere)."""
    tmp_path.chmod(0o500)
    code = (
        "import os, pathlib, sys; from grader.errors import ExportError; from grader.exports import write\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "try: write(pathlib.Path(sys.argv[1]), 'x')\n"
        "except ExportError as exc: print(exc)"
    )
    command = [sys.executable, "-c", code, tmp_path / "report.md"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.endswith("cannot be written: writing is not allowed there\n")


@posix
def test_failure_keeps_old_file(tmp_path):
    """Where the text does not fit (here by a limit on file sizes), the old file stays, and no part of the new."""
    path = tmp_path / "report.md"
    path.write_text("old")
    code = (
        "import pathlib, resource, sys; from grader.errors import ExportError; from grader.exports import write;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write(pathlib.Path(sys.argv[1]), 'x' * 100_000)\n"
        "except ExportError as exc: print(exc)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.endswith("cannot be written: it is larger than is allowed\n")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("report.md", "old")]
