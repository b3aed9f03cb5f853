"""`grade` as a student meets it: right, wrong, unfinished and broken work, and requests that make no sense."""

import json
import subprocess
import sys

import pytest

GOOD_DOUBLE = """
import numpy as np

def double(x):
    return 2.0 * np.asarray(x, dtype=float)
"""
GOOD_TOTAL = """
def total(x):
    return float(2.0 * np.sum(x))
"""


def test_solution_gets_full_marks(course):
    """Full marks exit with 0."""
    result = course.grade("assignment1", course.root / "solutions/assignment1_tiny/tiny.py")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "10/10" in result.stdout


def test_stub_gets_nothing(course):
    """The untouched stub earns no point, and is told so without blame."""
    result = course.grade("assignment1")

    assert result.returncode == 1
    assert "0/10" in result.stdout
    assert "not written yet" in result.stdout


@pytest.mark.parametrize("name", ["1", "tiny", "assignment1", "assignment1_tiny"])
def test_every_name_means_the_assignment(course, name):
    """Number, topic, short and full name all do, from any folder below the root."""
    result = course.grade(name, cwd=course.root / "assignments" / "assignment1_tiny")

    assert "0/10" in result.stdout


def test_misconception_is_named(course):
    """A wrong answer that fits a misconception gets its hint, what differs, and its partial points."""
    file = course.submit("def double(x):\n    return x * x\n" + "import numpy as np\n" + GOOD_TOTAL)

    result = course.grade("1", file)

    assert result.returncode == 1
    assert "You squared the number" in result.stdout
    assert "4/10" in result.stdout


def test_hidden_values_stay_hidden(course):
    """Visible tests show expected values; hidden ones show shapes and differences alone."""
    file = course.submit("import numpy as np\ndef double(x):\n    return np.asarray(x) + 1.5\n" + GOOD_TOTAL)

    shown = course.grade("1", file).stdout

    assert "x (3,)" in shown or "x (1,)" in shown
    assert shown.count("expected = ") == 1
    assert "SECRET" not in shown


def test_syntax_error_points_to_the_place(course):
    """Line, source and caret are shown."""
    file = course.submit("def double(x):\n    return 2 * (x\n\ndef total(x):\n    return 1\n")

    result = course.grade("1", file)

    assert result.returncode == 1
    assert "Line 2 of tiny.py" in result.stdout
    assert "^" in result.stdout
    assert "0/10" in result.stdout


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def double(x):\n    while True: pass\n", "time"),
        ("import os\ndef double(x):\n    os._exit(0)\n", "exited"),
        ("def double(x):\n    return 1 / 0\n", "line 4"),
        ("def double(x):\n    return None\n", "return"),
        ("def double(x):\n    return x * float('nan')\n", "NaN"),
        ("def double():\n    return 1\n", "argument"),
        ("def dubble(x):\n    return 2 * x\n", "double"),
        ("def double(x):\n    import torch\n    return x\n", "torch"),
        ("import torch\ndef double(x):\n    return torch.ones(1)\n", "torch"),
        ("def double(x):\n    raise NotImplementedError\n", "not written yet"),
        ("def double(x):\n    return [2 * v for v in x]\n", "list"),
        ("def double(x):\n    x *= 2\n    return x\n", "read-only"),
    ],
)
def test_broken_exercise_does_not_hide_the_other(course, source, words):
    """Each fault has a sentence that helps, costs its own exercise, and shows no traceback."""
    file = course.submit("import numpy as np\n\n" + source + GOOD_TOTAL)

    result = course.grade("1", file)

    assert result.returncode == 1, result.stdout + result.stderr
    assert words in result.stdout
    assert "4/4" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_message_is_shown_in_visible_tests_only(course):
    """What an exception says may carry hidden inputs out: only its class and line are shown for hidden tests."""
    source = "import numpy as np\ndef double(x):\n    raise ValueError(f'VALUES {x.tolist()} n={len(x)}')\n"

    shown = course.grade("1", course.submit(source + GOOD_TOTAL)).stdout

    assert "VALUES [1.0, 2.5] n=2" in " ".join(shown.split())
    assert "n=3" not in shown
    assert "line 3" in shown


def test_selected_exercise_alone(course):
    """-e grades one exercise, and full marks in it exit with 0."""
    file = course.submit(GOOD_DOUBLE)

    result = course.grade("1", file, "-e", "double")

    assert result.returncode == 0
    assert "6/6" in result.stdout
    assert "total" not in result.stdout.replace("Total", "")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["asignment1"], "assignment1"),
        (["assignment9"], "assignment1"),
        (["1", "-e", "dubble"], "double"),
        (["1", "nowhere.py"], "nowhere.py"),
        (["1", "--format", "junit", "-o", "no/such/folder/x.xml"], "no/such/folder"),
        (["1", "--json", "--format", "junit"], "--json"),
        (["1", "-o", "x.xml"], "--format"),
        (["1", "--frobnicate"], "--frobnicate"),
        (["bach", "1", "x"], "batch"),
        (["batch", "1", "nowhere"], "nowhere"),
    ],
)
def test_wrong_request_exits_with_2(course, args, words):
    """A request that makes no sense names the rule, what was given and the way out, on standard error."""
    result = course.grade(*args)

    assert result.returncode == 2, result.stdout + result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_outside_a_course(course, tmp_path_factory):
    """Without a course there is a sentence and exit code 2."""
    result = course.grade("1", cwd=tmp_path_factory.mktemp("elsewhere"))

    assert result.returncode == 2
    assert "assignments" in result.stderr


def test_fault_of_the_reference_is_no_zero(course):
    """If the oracle fails, the report is ungraded and the exit code 2."""
    (course.root / "reference/tiny.py").write_text(
        "def double(x):\n    return x.nothing\ndef total(x):\n    return 0.0\n"
    )

    result = course.grade("1", course.root / "solutions/assignment1_tiny/tiny.py")

    assert result.returncode == 2
    assert "not graded" in result.stdout


def test_hidden_tests_that_cannot_be_collected(course):
    """A broken test file is reported with its place, and grades nobody."""
    (course.root / "tests/hidden/assignment1_tiny/test_tiny.py").write_text("import nothing_like_it\n")

    result = course.grade("1")

    assert result.returncode == 2
    assert "nothing_like_it" in result.stderr


def test_exercise_without_a_test_grades_nobody(course):
    """The maximum comes from the manifest: an exercise that nothing tests is a fault of the assignment."""
    file = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    file.write_text(file.read_text().partition('@pytest.mark.exercise("total")')[0])

    result = course.grade("1")

    assert result.returncode == 2
    assert "total" in result.stderr


def test_json_goes_to_standard_output_alone(course):
    """--json prints one JSON document and nothing else."""
    result = course.grade("1", "--json")

    report = json.loads(result.stdout)

    assert result.returncode == 1
    assert [e["name"] for e in report["grade"]["exercises"]] == ["double", "total"]


@pytest.mark.parametrize("kind", ["json", "junit", "gradescope", "markdown"])
def test_file_is_written_and_the_table_shown(course, kind, tmp_path):
    """With -o the file gets the format and the terminal the table, without colours."""
    out = tmp_path / "out.file"
    solution = course.root / "solutions/assignment1_tiny/tiny.py"

    result = course.grade("1", solution, "--format", kind, "-o", out)

    assert result.returncode == 0, result.stderr
    assert out.stat().st_size > 100
    assert "10/10" in result.stdout
    assert "\x1b" not in result.stdout


def test_two_runs_agree(course):
    """Two runs give the same report but for the times."""

    def report():
        return json.loads(course.grade("1", course.submit("def double(x):\n    return x\n"), "--json").stdout)

    def without_times(value):
        if isinstance(value, dict):
            return {k: without_times(v) for k, v in value.items() if k not in ("seconds", "started")}
        return [without_times(v) for v in value] if isinstance(value, list) else value

    assert without_times(report()) == without_times(report())


def test_assignments_are_listed(course):
    """`grade` alone lists the assignments with points and due dates."""
    result = course.grade()

    assert result.returncode == 0
    assert "assignment1" in result.stdout
    assert "10" in result.stdout
    assert "2030" in result.stdout


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"], ["batch", "--help"], ["doctor", "--help"]])
def test_help_is_everywhere(course, args):
    """Every command explains itself."""
    result = course.grade(*args)

    assert result.returncode == 0
    assert "Usage" in result.stdout


def test_student_path_is_light(course):
    """Grading a .py file imports neither torch nor nbformat."""
    code = (
        "import sys; from grader.cli import main\n"
        "try: main(['1'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch', 'nbformat', 'jupytext', 'matplotlib') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=course.root, capture_output=True, text=True, check=True)

    assert result.stdout.strip().endswith("[]")
