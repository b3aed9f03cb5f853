"""Graded as a class: each hostile submission has the status that it must get, and all others get full marks.

A tiny course whose one exercise is `attack`: its right answer is a number that each submission could compute.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.cage import LEVELS, PATIENT, SHORT, SUBMISSIONS, Cage, expected
from tests.hostile.cases import CASES, CRASHED, HELD, MISSING, OPAQUE, RAISED, TIMEOUT
from tests.hostile.parcels import HONEST, PARCELS

MANIFEST = """
title = "Cells"
module = "cell"
allowed_imports = ["numpy"]
[limits]
seconds_per_call = {limits.seconds_per_call}
seconds_total = {limits.seconds_total}
memory_mb = {limits.memory_mb}
[[exercise]]
name = "attack"
points = 7
concept = "Attack"
slide = "None"
"""
REFERENCE = """
def attack(bait):
    return float(sum(bait["pids"]))
"""
HIDDEN = '''
import json
from pathlib import Path

import pytest
from reference import cell as reference

@pytest.mark.exercise("attack")
class TestAttack:
    def test_sum(self, student, agree):
        """The process ids are summed."""
        agree(student.attack, reference.attack, json.loads(Path("bait.json").read_text()))
'''
# Grades a folder, and tells by student what became of it.
GRADES = """
import json, sys
from pathlib import Path
from grader.catalog import resolve
from grader.grading import grade_all
from grader.intake import find_submissions
from grader.sandbox import launcher, policy_of
from grader.scoring import grade

assignment, told = resolve(sys.argv[1], Path.cwd()), []

def receive(report):
    (outcome,), place = report.outcomes, Path(report.origin.partition(": ")[0])
    points = float(grade(report, assignment).points)
    told.append([place.relative_to(sys.argv[2]).parts[0], outcome.status.value, points])

with launcher(sys.argv[3], policy_of(assignment)) as workers:
    grade_all(find_submissions(Path(sys.argv[2]), assignment), assignment, workers, receive)
    assert workers.isolation.level == sys.argv[4]
print(json.dumps(told))
"""
STATUS = {
    HELD: "failed",
    OPAQUE: "failed",
    RAISED: "raised",
    TIMEOUT: "timeout",
    CRASHED: "crashed",
    MISSING: "missing",
}
FULL = 7.0


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course: one assignment with long deadlines, one with short ones."""
    root = tmp_path_factory.mktemp("cells")
    files = {"reference/__init__.py": "", "reference/cell.py": REFERENCE}
    for name, policy in (("assignment1_patient", PATIENT), ("assignment2_short", SHORT)):
        files[f"assignments/{name}/assignment.toml"] = MANIFEST.format(limits=policy.limits)
        files[f"tests/hidden/{name}/test_cell.py"] = HIDDEN
        files[f"tests/hidden/{name}/misconceptions.py"] = '"""None."""\n'
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def graded(course: Path, assignment: str, folder: Path, launcher: str) -> list[Any]:
    """File, status and points of every submission in a folder, in their order."""
    command = [sys.executable, "-c", GRADES, assignment, str(folder), launcher, LEVELS[launcher]]
    ran = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told: list[Any] = json.loads(ran.stdout)
    return told


def statuses(name: str, launcher: str) -> set[str]:
    """What a hostile submission may come to when it is graded: never more than "failed"."""
    return {STATUS.get(end, "failed") for end in expected(name, launcher)}


@pytest.mark.parametrize("launcher", ["bwrap", "landlock"])
@pytest.mark.parametrize("assignment", ["assignment1", "assignment2"])
def test_class_of_enemies(course: Path, cages: Any, launcher: str, assignment: str, tmp_path: Path) -> None:
    """Every second submission is hostile: each has its status and no point, and all others have every point."""
    cage: Cage = cages(launcher)
    (course / "bait.json").write_text(json.dumps(cage.bait))
    names = [name for name in CASES if (TIMEOUT in expected(name, launcher)) == (assignment == "assignment2")]
    for name in names:
        (tmp_path / f"{name}.py").write_bytes((SUBMISSIONS / f"{name}.py").read_bytes())
        (tmp_path / f"{name}_z.py").write_text(HONEST)
    told = graded(course, assignment, tmp_path, launcher)

    got = {file.removesuffix(".py"): (status, points) for file, status, points in told}
    assert {n: got[n] for n in names if got[n][0] not in statuses(n, launcher) or got[n][1]} == {}
    assert {n: got[f"{n}_z"] for n in names if got[f"{n}_z"] != ("passed", FULL)} == {}
    assert len(got) == 2 * len(names)


def test_parcels(course: Path, cages: Any, tmp_path: Path) -> None:
    """Archives, folders and notebooks are refused, or read for what they are; nothing that lies beside is run."""
    (course / "bait.json").write_text(json.dumps(cages("bwrap").bait))
    for name, (make, _) in PARCELS.items():
        make(tmp_path / name)
        (tmp_path / f"{name[:100]}_z.py").write_text(HONEST)
    told = {file: (status, points) for file, status, points in graded(course, "assignment1", tmp_path, "bwrap")}

    wanted = {name: (status, FULL if status == "passed" else 0.0) for name, (_, status) in PARCELS.items()}
    assert {n: told.get(n) for n in wanted if told.get(n) != wanted[n]} == {}
    assert {n: told[f"{n[:100]}_z.py"] for n in wanted if told[f"{n[:100]}_z.py"] != ("passed", FULL)} == {}
