"""A gradebook that cannot be used: a clear sentence, the exit code 2, and nothing lost."""

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from grader.gradebook.store import Gradebook

RIGHT = "def double(x):\n    return 2.0 * x\n# {}\n"
NEEDS_BWRAP = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("bwrap") is None,
    reason="bubblewrap makes the small disk and the read-only folder of this test",
)


@pytest.fixture
def batch(course):
    """Runs the command on some students; words before it can change what the file system looks like."""
    for k in range(6):
        course.submit(RIGHT.format(os.urandom(3000).hex()), f"class/s{k}.py")

    def run(where, *around, before=()):
        command = [*before, sys.executable, "-m", "grader", "batch", "1", "class", "-q", "--gradebook", str(where)]
        command += ["--allow-weak-isolation", "--isolation", "process", "--workers", "1", *around]
        return subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=120, check=False)

    return run


def complaint(result):
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def with_file_system(*words):
    return ["bwrap", "--dev-bind", "/", "/", *words, "--"]


@NEEDS_BWRAP
def test_full_disk(course, batch):
    """What was recorded before the disk was full is there; with more room the same command goes on."""
    folder = course.root / "books"
    folder.mkdir()
    where = folder / "book.sqlite"
    # Room for the empty tables and their log, and for some of the reports: the small disk begins with a copy.
    Gradebook(str(where)).database.close()
    script = (
        f'cp {where} {folder}/small/book.sqlite; shift; "$@"; '
        f"status=$?; cp {folder}/small/* {folder}/kept; exit $status"
    )
    (folder / "small").mkdir()
    (folder / "kept").mkdir()
    small = ["--size", str(180 * 1024), "--tmpfs", str(folder / "small")]
    before = [*with_file_system(*small), "sh", "-c", script, "sh", "--"]

    said = complaint(batch(folder / "small/book.sqlite", before=before))
    with Gradebook(str(folder / "kept/book.sqlite")) as book:
        recorded = len(list(book.standings("assignment1_tiny")))
    again = batch(folder / "kept/book.sqlite")

    assert "the disk" in said
    assert "the same command goes on" in said
    assert again.returncode == 0, again.stderr
    assert "6 of 6 submissions graded" in again.stdout
    assert recorded == 0 or f"{recorded} of them before" in again.stdout


@NEEDS_BWRAP
def test_full_temporary_disk(course, batch):
    """Where the texts of the class find no room, nobody is graded; with more room the same command goes on."""
    where, folder = course.root / "book.sqlite", course.root / "small"
    folder.mkdir()
    small = ["--size", str(8 * 1024), "--tmpfs", str(folder), "--setenv", "TMPDIR", str(folder)]

    said = complaint(batch(where, before=with_file_system(*small)))
    again = batch(where)

    assert "cannot be written: No space left on device." in said
    assert "TMPDIR=FOLDER" in said
    assert "6 of 6 submissions graded" in again.stdout


@NEEDS_BWRAP
def test_read_only_folder(course, batch):
    """A gradebook can neither be made nor be written there."""
    folder = course.root / "books"
    folder.mkdir()
    read_only = with_file_system("--ro-bind", str(folder), str(folder))

    new = complaint(batch(folder / "book.sqlite", before=read_only))
    Gradebook(str(folder / "book.sqlite")).database.close()
    old = complaint(batch(folder / "book.sqlite", before=read_only))

    assert "cannotbemade:Read-onlyfilesystem" in "".join(new.split())
    assert "book.sqlitecannotbeopened" in "".join(old.split())  # a long path is broken between lines


def test_locked(course, batch):
    """Another program that does not let go is named as the reason, after a wait."""
    where = course.root / "book.sqlite"
    Gradebook(str(where)).database.close()
    with sqlite3.connect(where) as other:
        other.execute("BEGIN IMMEDIATE")

        said = complaint(batch(f"sqlite:///{where}?timeout=0.5"))

    assert "is locked by another program" in said


def test_no_database(course, batch):
    """A file of another kind is left as it is."""
    file = course.submit("these are my notes\n" * 100, "notes.txt")

    said = complaint(batch(file))

    assert "is no SQLite database" in said
    assert file.read_text() == "these are my notes\n" * 100


def test_folder_that_is_not_there(course, batch):
    """The folder is named."""
    assert "No such file or directory" in complaint(batch(course.root / "nowhere/book.sqlite"))


def test_newer_schema(course, batch):
    """What a newer toolkit made is not touched."""
    where = course.root / "book.sqlite"
    Gradebook(str(where)).database.close()
    with sqlite3.connect(where) as book:
        book.execute("UPDATE alembic_version SET version_num = '9999'")

    assert "has the schema 9999, of a newer toolkit" in complaint(batch(where))


@pytest.mark.parametrize("url", ["mysql://host/course", "postgresql:///?host=/nowhere", "://"])
def test_other_urls(batch, url):
    """Neither a database of another kind nor a server that is not there ends in a traceback."""
    assert "radebook" in complaint(batch(url))


def test_no_gradebook_to_read(course):
    """Who asks before anything was graded is told what makes a gradebook."""
    result = course.grade("export", "1")

    assert "There is no gradebook" in complaint(result)
    assert not (course.root / "gradebook.sqlite").exists()


WITHOUT = "import sys; sys.modules['sqlalchemy'] = None; from grader.cli import main; main()"


@pytest.mark.parametrize(("asked", "code"), [((), 0), (("--gradebook", "book.sqlite"), 2)])
def test_without_the_packages(course, asked, code):
    """A class is graded without them, and told what is missing; a gradebook that was asked for is refused."""
    course.submit(RIGHT, "class/ada.py")
    command = [sys.executable, "-c", WITHOUT, "batch", "1", "class", "-q", "--allow-weak-isolation", *asked]

    result = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=120, check=False)

    assert result.returncode == code
    assert "pip install sqlalchemy alembic" in " ".join(result.stderr.split())
    assert code or "1 of 1 submissions graded" in result.stdout


def test_student_pays_nothing():
    """The command of a student imports neither SQLAlchemy nor Alembic."""
    code = (
        "import sys; import grader.cli, grader.grading, grader.console, grader.exports, grader.batch;"
        "print([name for name in ('sqlalchemy', 'alembic', 'psycopg') if name in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert shown.strip() == "[]"
