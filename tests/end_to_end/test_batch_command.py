"""`grade batch`: a class in one table, and the preflight before it."""

import os

import pytest

RIGHT = "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n"


def test_class_table_has_everyone(course):
    """Right, wrong and unreadable submissions all have a row; the exit code is 0 since everyone was graded."""
    course.submit(RIGHT, "class/ada.py")
    course.submit("def double(x):\n    return x\n", "class/bob/tiny.py")
    (course.root / "class/eve.zip").write_bytes(b"this is no archive")

    result = course.grade("batch", "1", "class", "--allow-weak-isolation")

    assert result.returncode == 0, result.stdout + result.stderr
    assert all(name in result.stdout for name in ("ada", "bob", "eve"))
    assert "10" in result.stdout


def test_points_do_not_depend_on_the_neighbours(course):
    """A submission gets in a class what it gets alone, whatever runs beside it."""
    course.submit("import os\ndef double(x):\n    os._exit(0)\n", "class/ann.py")
    course.submit("def double(x):\n    while True: pass\n", "class/bea.py")
    course.submit(RIGHT, "class/cyd.py")

    result = course.grade("batch", "1", "class", "--allow-weak-isolation")

    row = next(line for line in result.stdout.splitlines() if "cyd" in line)
    assert "10" in row


def test_preflight_refuses_a_wrong_solution(course):
    """If the solution does not get full marks, nobody is graded."""
    course.submit(RIGHT, "class/ada.py")
    solution = course.root / "solutions/assignment1_tiny/tiny.py"
    solution.write_text(solution.read_text().replace("2.0 *", "3.0 *"))

    result = course.grade("batch", "1", "class", "--allow-weak-isolation")

    assert result.returncode == 2
    assert "Preflight" in result.stderr


def test_plain_processes_are_refused(course):
    """Other people's code does not run unisolated unless that is allowed in so many words."""
    course.submit(RIGHT, "class/ada.py")

    result = course.grade("batch", "1", "class", "--isolation", "process")

    assert result.returncode == 2
    assert "--allow-weak-isolation" in result.stderr


def test_work_on_the_stub_in_place_stops_no_class(course):
    """Preflight makes the stub anew: somebody may be working in the course's own folder."""
    course.submit(RIGHT, "class/ada.py")
    course.stub.write_text(RIGHT)

    result = course.grade("batch", "1", "class", "--allow-weak-isolation")

    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may open everything; needs file modes")
def test_what_the_grader_may_not_open_is_ungraded(course):
    """A file that is closed to whoever grades is no zero for its student."""
    course.submit(RIGHT, "class/ada.py")
    course.submit(RIGHT, "class/bob.py").chmod(0)

    result = course.grade("batch", "1", "class", "--allow-weak-isolation")

    assert result.returncode == 2
    assert "not graded" in result.stdout


def test_no_bar_without_a_terminal(course):
    """Redirected, the errors' stream stays empty."""
    course.submit(RIGHT, "class/ada.py")

    result = course.grade("batch", "1", "class", "--allow-weak-isolation")

    assert result.stderr == ""
