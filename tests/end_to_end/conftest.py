"""A tiny real course in a temporary folder, and the real command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from tests import postgresql

MANIFEST = """
title = "Tiny"
module = "tiny"
due = 2030-01-01T12:00:00+00:00

[limits]
seconds_per_call = 1.0

[[exercise]]
name = "double"
points = 6
concept = "Scaling"
slide = "Basic notions"

[[exercise]]
name = "total"
points = 4
concept = "Sums"
slide = "Basic notions"
builds_on = ["double"]
"""

REFERENCE = '''
"""The oracle."""
import numpy as np


def double(x):
    return 2.0 * np.asarray(x, dtype=float)


def total(x):
    return float(np.sum(double(x)))
'''

HIDDEN = '''
"""Hidden tests of the tiny assignment. SECRET-OF-THE-TESTS"""
import numpy as np
import pytest
from reference import tiny as reference


@pytest.mark.exercise("double")
class TestDouble:
    @pytest.mark.visible
    def test_example(self, student, agree):
        """The example of the docstring is right."""
        agree(student.double, reference.double, np.array([1.0, 2.5]))

    def test_random(self, student, agree, rng):
        """Random vectors are doubled."""
        for n in (1, 3, 5):
            agree(student.double, reference.double, rng.normal(size=n))

    def test_pure(self, student, agree, rng):
        """The argument comes back unchanged, and a second call gives the same answer."""
        agree.pure(student.double, reference.double, rng.normal(size=4))


@pytest.mark.exercise("total")
class TestTotal:
    def test_random(self, student, agree, rng):
        """Random matrices are summed."""
        for n in (1, 3, 5):
            agree(student.total, reference.total, rng.normal(size=(n, 2)))

    def test_bound(self, student, rng):
        """The total of positive numbers is positive."""
        assert student.total(rng.uniform(1, 2, size=7)) > 0, "A sum of positive numbers came out negative."
'''

MISCONCEPTIONS = '''
"""Misconceptions of the tiny assignment."""
from grader.diagnose import misconception


@misconception("double", "You squared the number: doubling adds it to itself.")
def squared(x):
    return x * x
'''

SOLUTION = '''
"""Tiny."""
import numpy as np


def double(x):
    """Twice x, any shape."""
    ### BEGIN SOLUTION
    return 2.0 * np.asarray(x, dtype=float)
    ### END SOLUTION


def total(x):
    """The sum of double(x)."""
    ### BEGIN SOLUTION
    return float(double(x).sum())
    ### END SOLUTION
'''


@dataclass(frozen=True)
class Course:
    """A course folder and the command run in it."""

    root: Path

    @property
    def stub(self) -> Path:
        return self.root / "assignments" / "assignment1_tiny" / "tiny.py"

    def grade(self, *args: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the real `grade` with these arguments in the course (or in `cwd`)."""
        command = [sys.executable, "-m", "grader", *map(str, args)]
        env = {**os.environ, "COLUMNS": "100", **environment}
        return subprocess.run(
            command, cwd=cwd or self.root, env=env, capture_output=True, text=True, timeout=240, check=False
        )

    def submit(self, source: str, name: str = "mine/tiny.py") -> Path:
        """Write a submission and return its path."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(source), encoding="utf-8")
        return file

    def copied_to(self, root: Path) -> Course:
        """A course like this one in another folder."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return Course(root)


def make_course(root: Path) -> Course:
    """One assignment of two exercises; the solution and its stub."""
    files = {
        "assignments/assignment1_tiny/assignment.toml": MANIFEST,
        "reference/__init__.py": "",
        "reference/tiny.py": REFERENCE,
        "tests/hidden/assignment1_tiny/test_tiny.py": HIDDEN,
        "tests/hidden/assignment1_tiny/misconceptions.py": MISCONCEPTIONS,
        "solutions/assignment1_tiny/tiny.py": SOLUTION,
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip(), encoding="utf-8")
    made = Course(root)
    made.grade("stub", "assignment1")
    return made


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A real server."""
    programs = postgresql.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed and could not be: see tools/install_postgresql.sh")
    with postgresql.server(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for a gradebook, in each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "book.sqlite")
    return str(request.getfixturevalue("postgresql_server").database())


@pytest.fixture(scope="session")
def pristine_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course that nobody touches: others are copies of it."""
    return make_course(tmp_path_factory.mktemp("pristine"))


@pytest.fixture
def course(tmp_path: Path, pristine_course: Course) -> Course:
    """A course of one's own."""
    return pristine_course.copied_to(tmp_path)


@pytest.fixture(scope="module")
def shared_course(tmp_path_factory: pytest.TempPathFactory, pristine_course: Course) -> Course:
    """One course for the tests of a module that leave it as it is."""
    return pristine_course.copied_to(tmp_path_factory.mktemp("course"))
