"""`grade batch`: a class in one table, and the preflight before it."""

import json
import os
import signal
import subprocess
import sys
import time

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


def test_only_some(course):
    """Students can be chosen by name or pattern."""
    for name in ("ada", "bob", "bea", "cyd"):
        course.submit(RIGHT, f"class/{name}.py")

    result = course.grade("batch", "1", "class", "--allow-weak-isolation", "--only", "b*", "--only", "cyd", "--json")

    assert [row["student"] for row in json.loads(result.stdout)["students"]] == ["bea", "bob", "cyd"]


def test_nobody_of_that_name(course):
    """A name that nobody bears is an error, not an empty class."""
    course.submit(RIGHT, "class/ada.py")

    result = course.grade("batch", "1", "class", "--allow-weak-isolation", "--only", "zoe")

    assert result.returncode == 2
    assert "'zoe'" in result.stderr


def test_json_is_the_class(course):
    """Points by exercise, what is not known as null, and nothing else on standard output."""
    course.submit(RIGHT, "class/ada.py")
    course.submit("def double(x):\n    return 2.0 * x\n", "class/bob.py")

    result = course.grade("batch", "1", "class", "--allow-weak-isolation", "--json", "--seed", "7", "--workers", "1")

    found = json.loads(result.stdout)
    assert {s["student"]: s["points"] for s in found["students"]} == {"ada": 10, "bob": 6}
    assert found["students"][1]["exercises"] == {"double": 6, "total": 0}
    assert (found["seed"], found["summary"]["mean"]) == (7, 8)


def test_quiet(course):
    """Only the summary, and whose submission had a problem."""
    course.submit(RIGHT, "class/ada.py")
    (course.root / "class/eve.zip").write_bytes(b"this is no archive")

    lines = course.grade("batch", "1", "class", "--allow-weak-isolation", "-q").stdout.splitlines()

    assert len(lines) == 2
    assert "eve" in lines[0]
    assert lines[1].startswith("2 of 2 submissions graded")


DEADLY = """

    def test_deadly(self, student):
        \"\"\"A submission that answers 666 ends the process that grades it.\"\"\"
        import os

        answer = student.double(1.0)
        if answer == 666.0:
            os.kill(os.getpid(), 9)
        assert answer > 0
"""


def test_one_submission_never_stops_the_others(course):
    """Who ends every process that grades is told as not graded; everybody else has their points."""
    tests = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    head, total = tests.read_text().split('@pytest.mark.exercise("total")')
    tests.write_text(head.rstrip() + DEADLY.replace("\\", "") + '\n\n@pytest.mark.exercise("total")' + total)
    course.submit("def double(x):\n    return 666.0\n", "class/bad.py")
    for name in ("ada", "bob", "cyd"):
        course.submit(RIGHT, f"class/{name}.py")

    result = course.grade("batch", "1", "class", "--allow-weak-isolation", "--json")

    points = {s["student"]: s["points"] for s in json.loads(result.stdout)["students"]}
    assert points == {"ada": 10, "bad": None, "bob": 10, "cyd": 10}
    assert result.returncode == 2


def descendants(pid):
    """The processes below one, nearest first."""
    found, waiting = [], [pid]
    while waiting:
        children = subprocess.run(["pgrep", "-P", str(waiting.pop(0))], capture_output=True, text=True, check=False)
        found += (new := [int(word) for word in children.stdout.split()])
        waiting += new
    return found


def alive(pids):
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]  # noqa: PTH110 - a process, not a file


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_goes_on_after_the_command(course, number):
    """Interrupted, ended or killed: every process that graded is gone soon after, and Ctrl-C is answered in words."""
    for k in range(8):
        course.submit("import time\ndef double(x):\n    time.sleep(0.9)\n    return 2.0 * x\n", f"class/s{k}.py")
    command = [sys.executable, "-m", "grader", "batch", "1", "class", "--allow-weak-isolation", "--workers", "2"]
    process = subprocess.Popen(
        command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    below = []
    # Two lanes, each with its sandbox: then it is at work.
    while process.poll() is None and len(below) < 6:
        time.sleep(0.2)
        below = descendants(process.pid)

    process.send_signal(number)
    output, errors = process.communicate(timeout=120)
    for _ in range(600):
        time.sleep(0.1)
        if not alive(below):
            break

    assert len(below) >= 6
    assert not alive(below)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "Interrupted." in errors
        assert "the same command goes on from there" in output
        assert "Traceback" not in errors
