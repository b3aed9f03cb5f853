"""`grade new`: whole from the first day, and nothing half written."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.end_to_end.conftest import Course

NAME = "assignment9_word_counts"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Course:
    """A course that was an empty folder, with spaces in its name."""
    made = Course(tmp_path_factory.mktemp("my first course"))
    assert (done := made.grade("new", NAME)).returncode == 0, done.stderr
    return made


def files_in(root):
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts}


def test_new_assignment_keeps_its_contract(fresh):
    """The audit of the whole finds nothing, and its stub and notebook are the generated ones."""
    audited = fresh.grade("audit", "9", "--quick", "--json", "--isolation", "process", "--lanes", "1")
    result = json.loads(audited.stdout)

    assert audited.returncode == 0, audited.stderr
    assert len(result["mutants"]) > 5
    assert fresh.grade("stub", "9", "--check").returncode == 0


def test_solution_full_stub_nothing(fresh):
    """The first lines of the tutorial end as it says."""
    assert re.search(r"Total +0/100", fresh.grade("word_counts").stdout)
    assert fresh.grade("9", f"solutions/{NAME}/word_counts.py").returncode == 0


def test_samples_get_their_points_and_the_hint(fresh):
    """Right work in another style is right, and the mistake is named."""
    right, wrong = (fresh.grade("9", f"tests/submissions/{NAME}/{who}.py").stdout for who in ("anna_loops", "ben_mean"))

    assert re.search(r"Total +100/100", right)
    assert re.search(r"Total +0/100", wrong)
    assert "You take the mean of each row" in wrong


def test_bundle_can_be_made(fresh):
    """What the templates tell everybody is no leak."""
    done = fresh.grade("release", "9", "-o", "out", "--no-wheel", "--salt-seed", "x")

    assert (done.returncode, done.stderr) == (0, "")
    assert "4 hidden tests are sealed" in done.stdout


def test_hidden_tests_run_in_plain_pytest(fresh):
    """While one writes them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/hidden/{NAME}"]
    file = f"solutions/{NAME}/word_counts.py"
    done = subprocess.run([*command, "--submission", file], cwd=fresh.root, capture_output=True, text=True, check=False)

    assert "5 passed" in done.stdout


def test_what_is_there_is_not_overwritten(shared_course):
    """The command says what is in the way, and writes nothing."""
    before = files_in(shared_course.root)
    done = shared_course.grade("new", "assignment1_tiny", COLUMNS="400")

    assert (done.returncode, files_in(shared_course.root)) == (2, before)
    assert "assignments/assignment1_tiny exists already" in done.stderr


def test_second_assignment_of_a_course(course):
    """It joins what is there, from any folder of the course."""
    before = files_in(course.root)
    done = course.grade("new", "assignment2_sums", cwd=course.stub.parent)

    assert done.returncode == 0
    assert before < files_in(course.root)
    assert "assignment2_sums" in course.grade().stdout


FAILING = """
import pathlib, sys

moves = 0
def on_event(event, args):
    global moves
    if event == "os.rename" and ".grade-new-" in str(args[0]):
        moves += 1
        if moves == 4:
            raise OSError(28, "No space left on device")

sys.addaudithook(on_event)
from grader.cli import main

main(["new", "assignment9_name"])
"""


def test_nothing_half_written(tmp_path):
    """Where the disk is full in the middle, the folder is as it was."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FAILING], cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ}
    )

    assert done.returncode == 2
    assert "No space left on device" in " ".join(done.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
