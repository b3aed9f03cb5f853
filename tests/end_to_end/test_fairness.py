"""Rules by which points can be defended: whose fault it is, and that nothing unproven counts."""

import json
import subprocess
import sys

import pytest

RIGHT_TOTAL = "def total(x):\n    return float(2.0 * x.sum())\n"


def graded(course, source, *options):
    result = course.grade("1", course.submit("import numpy as np\n" + source), "--json", *options)
    return result.returncode, json.loads(result.stdout)


def statuses(report, exercise):
    return {
        o["test"].partition("::")[2]: o["status"] for o in report["report"]["outcomes"] if o["exercise"] == exercise
    }


ODD_ANSWERS = """
None | True | ... | np.nan | float("inf") | 1 + 2j | 10 ** 1000 | np.float16(1) | "text" | b"bytes" | object() | type
{1, 2} | {"a": 1} | [[1], [2, 3]] | [[[[]]]] * 3 | (i for i in range(3)) | lambda: 0 | print | np.random | Exception()
np.array(["a"]) | np.array([None]) | np.array(True) | np.zeros((0, 5)) | np.zeros(3, dtype=complex) | np.matrix([[1.0]])
np.ma.array([1.0]) | np.broadcast_to(0.0, (10 ** 9, 1000)) | np.array([2 ** 63], dtype=np.uint64) | -0.0 | [None] * 3
"""


@pytest.mark.parametrize("answer", [a.strip() for line in ODD_ANSWERS.strip().splitlines() for a in line.split("|")])
def test_odd_answers_are_wrong_answers(course, answer):
    """Whatever a submission returns, it is the submission's fault, and the other exercise is graded."""
    code, report = graded(course, f"def double(x):\n    return {answer}\n" + RIGHT_TOTAL)

    assert code == 1
    assert "grader_error" not in statuses(report, "double").values()
    assert "passed" not in statuses(report, "double").values()
    assert set(statuses(report, "total").values()) == {"passed"}


def test_lying_object_earns_nothing(course):
    """An object that says that it equals everything is no number."""
    liar = """
class Liar(np.ndarray):
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __gt__(self, other): return True
    def __array__(self, *args): raise SystemExit
def double(x):
    return np.zeros(len(x)).view(Liar)
def total(x):
    return type("T", (), {"__gt__": lambda self, other: True, "__float__": lambda self: 1.0})()
"""
    code, report = graded(course, liar)

    assert code == 1
    assert report["grade"]["points"] == 0


def test_partial_points_are_shares_of_tests(course):
    """An exercise earns its points times the share of its tests that passed, rounded to 1/100."""
    once = """
calls = []
def double(x):
    calls.append(1)
    return 2.0 * x if len(calls) < 5 else x
"""
    _, report = graded(course, once + RIGHT_TOTAL)

    assert list(statuses(report, "double").values()) == ["passed", "passed", "failed"]
    assert report["grade"]["points"] == 8


def test_endless_loop_costs_its_exercise_alone(course):
    """After two time-outs the other tests of the exercise are not run, and count as too slow."""
    _, report = graded(course, "def double(x):\n    while True: pass\n" + RIGHT_TOTAL)

    assert set(statuses(report, "double").values()) == {"timeout"}
    assert set(statuses(report, "total").values()) == {"passed"}


def test_another_seed_draws_other_inputs(course):
    """Answers learnt by heart under one seed are worth nothing under another."""
    file = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    file.write_text(file.read_text().replace("np.array([1.0, 2.5])", "np.array([1.0, 2.5, 7.0])"))
    learnt = """
import json
def double(x):
    return 2.0 * x if len(x) != 5 or abs(x[0] - FIRST) < 1e-9 else x
"""
    _, report = graded(course, learnt.replace("FIRST", "0.0") + RIGHT_TOTAL)
    other = graded(course, learnt.replace("FIRST", "0.0") + RIGHT_TOTAL, "--seed", "7")[1]

    assert report["report"]["seed"] == 0
    assert other["report"]["seed"] == 7
    assert says(report) != says(other)


def says(report):
    return [o["says"] for o in report["report"]["outcomes"] if o["status"] == "failed"]


def test_fault_of_a_fixture_is_ours(course):
    """A fixture of the hidden tests that fails makes the report ungraded, not the points zero."""
    file = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    broken = "@pytest.fixture\ndef rng():\n    assert False, 'SECRET'\n\n\n"
    file.write_text(
        file.read_text().replace('@pytest.mark.exercise("double")', broken + '@pytest.mark.exercise("double")')
    )

    code, report = graded(course, "def double(x):\n    return 2.0 * x\n" + RIGHT_TOTAL)

    assert code == 2
    assert report["grade"]["ungraded"]
    assert "SECRET" not in json.dumps(report)


def test_ungraded_is_never_a_gradescope_zero(course, tmp_path):
    """If the toolkit failed, no results.json with a score is left behind."""
    (course.root / "reference/tiny.py").write_text("def double(x):\n    raise OSError\ntotal = double\n")
    out = tmp_path / "results.json"

    result = course.grade("1", course.root / "solutions/assignment1_tiny/tiny.py", "--format", "gradescope", "-o", out)

    assert result.returncode == 2
    assert not out.exists()


def test_changed_list_is_noticed(course):
    """An argument that is a list must come back unchanged too, although only arrays can be made read-only."""
    file = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    file.write_text(file.read_text().replace("reference.double, rng.normal(size=4))", "reference.double, [1.0, 2.0])"))

    _, report = graded(
        course, "def double(x):\n    y = 2.0 * np.array(x)\n    x[0] = 7.0\n    return y\n" + RIGHT_TOTAL
    )

    assert statuses(report, "double") == {"test_example": "passed", "test_random": "passed", "test_pure": "failed"}


def test_visible_tests_come_before_any_hidden_input(course):
    """What a visible test shows cannot be a hidden input: the worker has not seen one by then."""
    thief = """
seen = []
def double(x):
    seen.extend(x)
    raise ValueError(f"SEEN {len(seen)}")
def total(x):
    seen.extend(x.ravel())
    return 0.0
"""
    _, report = graded(course, thief)
    (shown,) = [o["says"] for o in report["report"]["outcomes"] if o["visible"]]

    assert "SEEN 2)" in shown


def test_huge_answers_are_not_kept(course):
    """A wrong answer far larger than the right one is a wrong answer, and no more."""
    code, report = graded(course, "def double(x):\n    return np.ones(8_000_000)\n" + RIGHT_TOTAL)

    assert code == 1
    assert set(statuses(report, "double").values()) == {"failed"}


def test_test_that_asks_nothing_is_ours(course):
    """A hidden test that never calls the submission proves nothing: the report is ungraded."""
    file = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    file.write_text(file.read_text() + '\n    def test_empty(self, student):\n        """Nothing."""\n')

    code, report = graded(course, "def double(x):\n    return 2.0 * x\n" + RIGHT_TOTAL)

    assert code == 2
    assert report["grade"]["ungraded"]


def test_full_disk_is_no_grade(course):
    """If the table cannot be printed there is a sentence and exit code 2, not a traceback."""
    solution = course.root / "solutions/assignment1_tiny/tiny.py"
    command = f"{sys.executable} -m grader 1 {solution} > /dev/full"

    result = subprocess.run(command, shell=True, cwd=course.root, capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "could not be printed" in result.stderr
