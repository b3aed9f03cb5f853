"""What an author of assignments does: hidden tests in plain pytest, stubs, and the trial of misconceptions."""

import subprocess
import sys

from grader.audit import try_misconceptions
from grader.catalog import resolve


def hidden_tests(course, *options):
    """Plain pytest on the hidden tests of the course."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "grader.plugin",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
    ]
    return subprocess.run(
        [*command, *map(str, options), "tests/hidden/assignment1_tiny", "-o", "pythonpath=."],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_plain_pytest_runs_the_solution(course):
    """Without --submission the hidden tests meet the solution, and pass."""
    result = hidden_tests(course)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "5 passed" in result.stdout


def test_plain_pytest_runs_a_submission(course):
    """With --submission they meet that file; failures read as in the report."""
    file = course.submit("def double(x):\n    return x * x\ndef total(x):\n    return float(2 * x.sum())\n")

    result = hidden_tests(course, "--submission", file)

    assert result.returncode == 1
    assert "3 failed, 2 passed" in result.stdout
    assert "values differ" in result.stdout


def test_stub_is_made_and_checked(course):
    """`grade stub` writes what `grade stub --check` then finds fresh."""
    stale = course.grade("stub", "1", "--check").returncode
    course.stub.write_text("something else\n")
    changed = course.grade("stub", "1", "--check")
    course.grade("stub", "1")

    assert (stale, changed.returncode) == (0, 1)
    assert "tiny.py" in changed.stdout
    assert "raise NotImplementedError" in course.stub.read_text()


def test_misconception_is_tried_and_named(course):
    """A misconception that the tests catch fails them, and is named."""
    (trial,) = try_misconceptions(resolve("1", course.root))

    assert {o.test for o in trial.failed} >= {"TestDouble::test_random"}
    assert trial.right


def test_hole_in_the_tests_is_found(course):
    """A misconception that the tests let through shows as one that nothing failed."""
    file = course.root / "tests/hidden/assignment1_tiny/misconceptions.py"
    file.write_text(
        "from grader.diagnose import misconception\n"
        "@misconception('double', 'You round the billionth digit.')\n"
        "def rounded(x):\n"
        "    return 2.0 * x * (1 + 1e-12)\n"
    )

    (trial,) = try_misconceptions(resolve("1", course.root))

    assert not trial.failed
    assert not trial.right
