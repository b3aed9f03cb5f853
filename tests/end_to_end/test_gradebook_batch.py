"""`grade batch` with a gradebook: what was done is not done again, what changed is, and nothing is overwritten."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from grader.catalog import resolve
from grader.gradebook import basis_of
from grader.gradebook import tables as t
from grader.gradebook.journal import GradebookJournal
from grader.gradebook.store import Gradebook
from grader.model import Isolation, Outcome, Part, Report, Status, Submission

RIGHT = "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n"
HALF = "def double(x):\n    return 2.0 * x\n"


@pytest.fixture
def batch(course, where):
    """Runs the command on the folder `class`; gives the printed class, and its summary."""

    def run(*args, code=0):
        done = course.grade("batch", "1", "class", "--allow-weak-isolation", "--json", "--gradebook", where, *args)
        assert done.returncode == code, done.stderr
        points = {s["student"]: s["points"] for s in json.loads(done.stdout)["students"]}
        return points, done.stderr

    return run


def rows(where, table):
    with Gradebook(where) as book, book.database.reading() as connection:
        return connection.execute(sa.select(table).order_by(table.c.id)).all()


def test_nothing_is_graded_again(course, batch, where):
    """The same command grades nothing the second time, and nobody has a second result or mark."""
    course.submit(RIGHT, "class/ada.py")
    course.submit(HALF, "class/bob.py")
    first, _ = batch()

    second, summary = batch()

    assert first == second == {"ada": 10, "bob": 6}
    assert "2 of them before" in summary
    assert (len(rows(where, t.result)), len(rows(where, t.mark))) == (2, 2)


def test_only_what_is_new_is_graded(course, batch, where):
    """A new file of one student is graded; the older report stays, and the newer one counts."""
    course.submit(RIGHT, "class/ada.py")
    course.submit(HALF, "class/bob.py")
    batch()
    course.submit(RIGHT + "# better\n", "class/bob.py")

    points, summary = batch()

    assert points == {"ada": 10, "bob": 10}
    assert "1 of them before" in summary
    assert [(m.student, m.points) for m in rows(where, t.mark) if m.student == "bob"] == [("bob", "6"), ("bob", "10")]


def test_equal_work_is_graded_once(course, batch, where):
    """Who handed in the same text has the same report, under the own name."""
    for name in ("ada", "bob", "cyd"):
        course.submit(HALF, f"class/{name}/tiny.py")
    batch("--workers", "1")

    with Gradebook(where) as book:
        standings = list(book.standings("assignment1_tiny"))

    assert len(rows(where, t.result)) == 1
    assert [(s.student, s.report.student, s.report.origin.split("/")[-2]) for s in standings] == [
        ("ada", "ada", "ada"), ("bob", "bob", "bob"), ("cyd", "cyd", "cyd"),
    ]  # fmt: skip


def test_changed_tests_are_run(course, batch):
    """After a change of the hidden tests everybody is graded again, and with another seed too."""
    course.submit(RIGHT, "class/ada.py")
    batch("--seed", "1")
    tests = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    tests.write_text(tests.read_text() + "\n# changed\n")

    assert "before" not in batch("--seed", "1")[1]
    assert "before" not in batch("--seed", "2")[1]
    assert "1 of them before" in batch("--seed", "1")[1]


def test_changed_points_run_nothing(course, batch):
    """Points are applied when a report is read."""
    course.submit(HALF, "class/ada.py")
    batch()
    manifest = course.root / "assignments/assignment1_tiny/assignment.toml"
    manifest.write_text(manifest.read_text().replace("points = 6", "points = 7"))

    points, summary = batch()

    assert "1 of them before" in summary
    assert points == {"ada": 7}


def test_fresh(course, batch, where):
    """With --fresh everybody is graded again, and the older reports stay."""
    course.submit(RIGHT, "class/ada.py")
    course.submit(HALF, "class/bob.py")
    batch()

    _, summary = batch("--fresh")

    assert "before" not in summary
    assert sorted(r.attempt for r in rows(where, t.result)) == [0, 0, 1, 1]


@pytest.mark.parametrize("where", ["book.sqlite"])
def test_only_some(course, batch):
    """After a change of tests, only new work with --changed, and only what failed with --rerun-failed, anew."""
    course.submit(RIGHT, "class/ada.py")
    course.submit(HALF, "class/bob.py")
    batch()
    tests = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    tests.write_text(tests.read_text() + "\n# changed\n")
    course.submit(RIGHT + "# new\n", "class/cyd.py")
    course.submit(RIGHT + "# newer\n", "class/ada.py")

    new, _ = batch("--changed")
    failed, again = batch("--rerun-failed")
    nobody, left = batch("--changed", "--rerun-failed")

    assert new == {"ada": 10, "cyd": 10}
    assert failed == {"bob": 6}
    assert "before" not in again
    assert (nobody, "Nobody is left to be graded." in left) == ({}, True)


def test_interrupted_fresh_run_goes_on(course, batch, where):
    """A fresh run that was cut short finds its own reports again."""
    course.submit(RIGHT, "class/ada.py")
    course.submit(HALF, "class/bob.py")
    batch("--fresh", "--only", "ada")
    with Gradebook(where) as book, book.database.writing() as connection:
        connection.execute(sa.update(t.run).values(finished_at=None))

    _, summary = batch("--fresh")

    assert "1 of them before" in summary


def test_what_could_not_be_graded_is_tried_again(course, batch, where):
    """An ungraded report is kept, but stands in nobody's way."""
    course.submit(RIGHT, "class/ada.py")
    course.submit("def double(x):\n    return 3.0 * x\n", "class/bob.py")
    switch = course.root / "the grader fails"
    switch.touch()
    tests = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    fault = f"if Path({str(switch)!r}).exists() and student.double(1.0) == 3.0:\n            undefined"
    tests.write_text(
        tests.read_text()
        .replace("import pytest\n", "import pytest\nfrom pathlib import Path\n", 1)
        .replace("agree.pure(", f"{fault}\n        agree.pure(")
    )
    before, _ = batch(code=2)
    switch.unlink()

    after, summary = batch()

    assert (before, after) == ({"ada": 10, "bob": None}, {"ada": 10, "bob": 0})
    assert "1 of them before" in summary
    assert [r.graded for r in rows(where, t.result)].count(False) == 1


def test_gradebook_is_private(course, batch, where):
    """Nobody but its owner can read the file."""
    course.submit(RIGHT, "class/ada.py")
    batch()

    assert "://" in where or Path(where).stat().st_mode & 0o077 == 0


def test_two_at_once(course, where):
    """Two batches on one gradebook: both are told everything, and nobody counts twice."""
    for k in range(12):
        course.submit(
            f"import time\ndef double(x):\n    time.sleep(0.05)\n    return 2.0 * x\n# {k}\n", f"class/s{k}.py"
        )
    command = [sys.executable, "-m", "grader", "batch", "1", "class", "--allow-weak-isolation", "--json"]
    command += ["--gradebook", where, "--seed", "5", "--workers", "2"]
    both = [
        subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    answers = [process.communicate(timeout=120) for process in both]

    for output, errors in answers:
        assert {s["points"] for s in json.loads(output)["students"]} == {6}, errors
    assert [process.returncode for process in both] == [0, 0]
    assert len({r.key for r in rows(where, t.result)}) == len(rows(where, t.result)) == 12
    assert sorted(m.student for m in rows(where, t.mark)) == sorted(f"s{k}" for k in range(12))


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_the_first_report_is_the_one(course, where):
    """Who comes second with a report on equal work is given the one that counts, under the own student's name."""
    assignment = resolve("1", course.root)
    level = Isolation("D", "process")

    def recorded(book, student, status):
        journal = GradebookJournal(book, assignment, 5)
        submission = Submission(student, "tiny", (Part("tiny.py", HALF),))
        list(journal.begin([], basis_of(assignment), level))
        outcomes = (Outcome("double", "test", "It works.", status),)
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        return journal.record(
            submission, Report(assignment.name, student, submission.digest, outcomes, level, 5, "", moment)
        )

    with Gradebook(where) as book:
        first = recorded(book, "ada", Status.PASSED)
        second = recorded(book, "bob", Status.TIMEOUT)

    assert (first.student, second.student) == ("ada", "bob")
    assert second.outcomes[0].status is Status.PASSED
