"""Carried-forward marks call the course's own solution with what a submission likes: that must harm nobody either.

In a tiny course `total` builds on `double`. Each submission's `double` is wrong, so that its `total` is tried again on
top of the right one, which lives in a sandbox of its own and is called through the trusted side.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.cage import LEVELS, REQUIRE

MANIFEST = """
title = "Carried"
module = "carried"
allowed_imports = ["numpy"]
[limits]
seconds_per_call = 1.0
seconds_total = 6.0
[[exercise]]
name = "double"
points = 3
concept = "Double"
slide = "None"
[[exercise]]
name = "total"
points = 4
concept = "Total"
slide = "None"
builds_on = ["double"]
"""
SOLUTION = """
import numpy as np

def double(x):
    ### BEGIN SOLUTION
    return 2.0 * np.asarray(x)
    ### END SOLUTION

def total(x):
    ### BEGIN SOLUTION
    return float(double(x).sum())
    ### END SOLUTION
"""
HIDDEN = '''
import numpy as np
import pytest
from reference import carried as reference

@pytest.mark.exercise("double")
class TestDouble:
    def test_double(self, student, agree, rng):
        """Vectors are doubled."""
        agree(student.double, reference.double, rng.normal(size=3))

@pytest.mark.exercise("total")
class TestTotal:
    def test_total(self, student, agree, rng):
        """Vectors are doubled and summed."""
        agree(student.total, reference.total, rng.normal(size=4))
'''
GRADES = """
import json, sys
from pathlib import Path
from grader.catalog import resolve
from grader.grading import grade_all
from grader.intake import find_submissions
from grader.sandbox import launcher, policy_of
from grader.scoring import grade

assignment, told = resolve("assignment1", Path.cwd()), {}

def receive(report):
    told[report.student] = [float(grade(report, assignment).points), [o.status.value for o in report.outcomes]]

with launcher(sys.argv[2], policy_of(assignment)) as workers:
    grade_all(find_submissions(Path(sys.argv[1]), assignment), assignment, workers, receive)
print(json.dumps(told))
"""
HEAD = "import os\nimport numpy as np\n\n\ndef double(x):\n    return 3.0 * np.asarray(x)\n\n\n"
# What `total` does with the right `double` in the place of its own.
ENEMIES = {
    "own object": "return double(object())",
    "its own class": "return double(type('float', (), {})())",
    "terabytes": "return double(np.empty((2**40, 0)))",
    "strided": "return double(np.broadcast_to(np.zeros(1), (2**40,)))",
    "deep": "y = [1.0]\n    for _ in range(5000):\n        y = [y]\n    return double(y)",
    "in itself": "y = []\n    y.append(y)\n    return double(y)",
    "huge integer": "return double(10**100000)",
    "no numbers": "return double('\\ud800\\x1b[2J')",
    "objects": "return double(np.array([object()], dtype=object))",
    "without end": "while True:\n        double(1.0)",
    "too many names": "return double(1.0, **{'x' * 10**6: 1})",
    "function": "return double(total)",
    "itself": "return double",
    "swallows": "while True:\n        try:\n            double(x)\n        except BaseException:\n            pass",
    "exits": "double(x)\n    os._exit(0)",
    "memory": "return float(double(np.zeros(7 * 2**20)).sum())",
    "looks inside": "return double.__closure__[0].cell_contents",
    "answers itself": "double(x)\n    return 42.0",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, with its solution."""
    root = tmp_path_factory.mktemp("carried")
    reference = SOLUTION.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")
    for name, text in {
        "assignments/assignment1_carried/assignment.toml": MANIFEST,
        "solutions/assignment1_carried/carried.py": SOLUTION,
        "reference/__init__.py": "",
        "reference/carried.py": reference,
        "tests/hidden/assignment1_carried/test_carried.py": HIDDEN,
        "tests/hidden/assignment1_carried/misconceptions.py": '"""None."""\n',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize("launcher", ["bwrap", "landlock"])
def test_enemies_of_the_solution(course: Path, tmp_path: Path, launcher: str) -> None:
    """None earns a point, none makes the report ungraded, and an honest one after each has its carried marks."""
    REQUIRE[launcher]()
    for name, body in ENEMIES.items():
        (tmp_path / f"{name}.py").write_text(f"{HEAD}def total(x):\n    {body}\n")
        (tmp_path / f"{name} z.py").write_text(f"{HEAD}def total(x):\n    return float(double(x).sum())\n")
    command = [sys.executable, "-c", GRADES, str(tmp_path), launcher]
    ran = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)

    assert LEVELS[launcher] in "AB"
    assert {n: told[n] for n in ENEMIES if told[n][0] or "grader_error" in told[n][1]} == {}
    assert {n: told[f"{n} z"] for n in ENEMIES if told[f"{n} z"] != [4.0, ["failed", "passed"]]} == {}
