"""What a student gets: the bundle, its verdicts without hidden tests, and what it does not tell."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from grader.catalog import resolve
from grader.grading.recording import record
from grader.kit import Salts, find_leaks
from grader.kit.secrets import secrets_of
from grader.kit.wheel import make_wheel
from grader.sealing import SEALED_TESTS
from tests.end_to_end.conftest import make_course

RIGHT = """
    import numpy as np


    def double(x):
        return 2.0 * np.asarray(x, dtype=float)


    def total(x):
        return float(double(x).sum())
"""
SQUARED = RIGHT.replace("2.0 * np.asarray(x, dtype=float)", "np.asarray(x, dtype=float) ** 2")
HOME = "assignments/assignment1_tiny"
ROOT = Path(__file__).parents[2]


def release(course, *options, **environment):
    return course.grade("release", "1", "-o", "out", "--salt-seed", "salt", "--no-wheel", *options, **environment)


@pytest.fixture(scope="module")
def released(shared_course) -> Path:
    """The folder of a bundle."""
    assert (done := release(shared_course)).returncode == 0, done.stderr
    return shared_course.root / "out" / "assignment1_tiny"


@pytest.fixture
def bundle(released, tmp_path) -> Path:
    """A student's own copy, away from the course."""
    return Path(shutil.copytree(released, tmp_path / "a student's kůň"))


@pytest.fixture
def without_tools(tmp_path_factory) -> str:
    """A folder that hides what a student may lack: whoever imports it fails."""
    folder = tmp_path_factory.mktemp("hidden_modules")
    for name in ("pytest", "torch", "nbformat", "jupytext", "hypothesis"):
        (folder / f"{name}.py").write_text("raise RuntimeError('a student does not have this')", encoding="utf-8")
    return str(folder)


def grade(course, bundle, source, *options, **environment):
    file = bundle / HOME / "tiny.py"
    course.submit(source, str(file))
    return course.grade("1", *options, cwd=bundle, **environment)


def test_bundle_holds_what_a_student_needs(course):
    """Handout, stub, notebook, manifest and sealed tests are there, in the folder and in the archive."""
    (course.root / HOME / "README.md").write_text("# Tiny\n", encoding="utf-8")
    (course.root / HOME / "notes.txt").write_text("for the author only", encoding="utf-8")
    release(course)
    folder = course.root / "out" / "assignment1_tiny"
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    inside = ("README.md", "assignment.toml", "tiny.ipynb", "tiny.py", SEALED_TESTS)

    assert files == {"START.md", *(f"{HOME}/{name}" for name in inside)}
    assert set(zipfile.ZipFile(f"{folder}.zip").namelist()) == {f"assignment1_tiny/{name}" for name in files}


def test_right_work_passes_without_the_hidden_tests(shared_course, bundle, without_tools):
    """Neither pytest nor torch nor the course is needed."""
    done = grade(shared_course, bundle, RIGHT, "--json", PYTHONPATH=without_tools)
    outcomes = json.loads(done.stdout)["report"]["outcomes"]

    assert done.stderr == ""
    assert [(o["test"], o["status"]) for o in outcomes] == [
        ("TestDouble::test_example", "passed"),
        ("TestDouble::test_random", "passed"),
        ("TestDouble::test_pure", "passed"),
    ]


def test_mistake_unlocks_its_hint(shared_course, bundle):
    """Whoever squares reads about squaring; the test that is shown shows its values."""
    done = grade(shared_course, bundle, SQUARED)

    assert done.returncode == 1
    assert "hint: You squared the number: doubling adds it to itself." in done.stdout
    assert "expected = [2., 5.]" in done.stdout


def test_other_mistakes_unlock_nothing(shared_course, bundle):
    """A wrong answer of another kind is told as wrong, without a hint."""
    done = grade(shared_course, bundle, RIGHT.replace("2.0 *", "3.0 *"))

    assert done.returncode == 1
    assert "hint" not in done.stdout


def test_withheld_tests_are_counted(shared_course, bundle):
    """What could not be sealed is said, so that nobody takes the points for final."""
    done = grade(shared_course, bundle, RIGHT, COLUMNS="200")

    assert "Not tested at home: total." in done.stdout


def test_reason_is_told_to_the_author(course):
    """Each test that is left out is listed with the reason."""
    told = release(course, "--explain", COLUMNS="200").stdout

    assert "total TestTotal::test_bound: it uses answers beside its comparisons" in told
    assert "total TestTotal::test_random: its answers could be guessed" in told
    assert "double TestDouble::test_pure, call 1: " in told


def test_same_salt_gives_the_same_bytes(course):
    """A bundle can be made again; without a salt of one's own every bundle is another."""
    archive = course.root / "out" / "assignment1_tiny.zip"

    def made(*options):
        course.grade("release", "1", "-o", "out", "--no-wheel", *options)
        raw = archive.read_bytes()
        archive.unlink()
        (course.root / "out" / "assignment1_tiny").rename(course.root / f"old{len(list(course.root.iterdir()))}")
        return raw

    assert made("--salt-seed", "a") == made("--salt-seed", "a")
    assert made() != made()


LIMITED = """
import resource, signal, sys

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
from grader.cli import main

main(sys.argv[1:])
"""
KILLED = """
import os, pathlib, signal, sys

count = 0
def on_event(event, args):
    global count
    if event == "open" and ".assignment1_tiny-" in str(args[0]) and "w" in str(args[1]):
        count += 1
        if count == 4:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(on_event)
from grader.cli import main

main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name != "posix", reason="limits and signals are POSIX's")
@pytest.mark.parametrize(("program", "said"), [(LIMITED, "cannot be written: File too large"), (KILLED, "")])
def test_half_a_bundle_is_nobodys(course, program, said):
    """Where the disk is full, or the command is killed in the middle, there is no bundle, and then a whole one."""
    arguments = ["release", "1", "-o", "out", "--no-wheel"]
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    left = [path.name for path in (course.root / "out").iterdir() if not path.name.startswith(".")]

    assert (left, done.returncode != 0, said in " ".join(done.stderr.split())) == ([], True, True)
    assert course.grade(*arguments).returncode == 0


def contents(wheel):
    """The files of a wheel but for the list of them, and the lines of that list, in any order."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    record = next(name for name in files if name.endswith("/RECORD"))
    return files | {record: sorted(files[record].split())}


def test_wheel_holds_the_toolkit_alone(tmp_path):
    """No test, solution or reference can reach a student by the wheel, which is the same however it is made."""
    (name, first), (_, second) = (make_wheel(ROOT) for _ in range(2))
    zipfile.ZipFile(io.BytesIO(first)).extractall(tmp_path)
    (tmp_path / "of_another_package.py").write_text("x = 1", encoding="utf-8")
    packed_name, packed = make_wheel(tmp_path)
    tops = {member.partition("/")[0] for member in zipfile.ZipFile(io.BytesIO(first)).namelist()}

    assert first == second
    assert name == packed_name
    assert contents(packed) == contents(first)
    assert {top.partition("-")[0] for top in tops} == {"grader", "deepgrade"}


def test_learnt_answers_open_seals_and_earn_nothing(shared_course, bundle):
    """The inputs of the final grading are others than those that a student can read."""
    sealed = json.loads((bundle / HOME / SEALED_TESTS).read_text(encoding="utf-8"))
    source = f"""
        import numpy as np

        KNOWN = {sealed_inputs(sealed)!r}


        def double(x):
            for known in KNOWN:
                if np.array_equal(known, x):
                    return 2.0 * np.array(known)
            return np.zeros(np.shape(x))


        def total(x):
            return 0.0
    """
    mine = grade(shared_course, bundle, source)
    final = shared_course.grade("1", str(bundle / HOME / "tiny.py"), "--seed", "77")

    assert re.search(r"✓ double +6/6", mine.stdout)
    assert "✓ double" not in final.stdout


def sealed_inputs(sealed):
    from grader.sealing import from_json

    tests = from_json(json.dumps(sealed)).tests
    return [np.asarray(call.case.args[0]).tolist() for test in tests for call in test.calls]


def test_bundle_of_other_format_is_refused(shared_course, bundle):
    """A damaged file is an error in a sentence, with exit code 2."""
    (bundle / HOME / SEALED_TESTS).write_text("{}", encoding="utf-8")
    done = grade(shared_course, bundle, RIGHT)

    assert done.returncode == 2
    assert "sealed_tests.json is damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_solution_that_fails_is_not_sealed(course):
    """Only tests that the solution passes go to students."""
    solution = course.root / "solutions/assignment1_tiny/tiny.py"
    solution.write_text(solution.read_text(encoding="utf-8").replace("2.0 *", "3.0 *"), encoding="utf-8")
    done = release(course)

    assert done.returncode == 2
    assert "The solution fails TestDouble::test_example" in " ".join(done.stderr.split())


# Leaks ---------------------------------------------------------------------------------------------------------------

LINES = {
    "the solution": "    return float(double(x).sum()) + 0.0 * len(x)",
    "the reference": "    return 2.0 * np.asarray(x, dtype=float) + 0.0",
    "the hidden tests": "            agree(student.total, reference.total, rng.normal(size=(n, 2)))",
}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    """The secrets of a course, the recording that they are of, and the course's folder."""
    made = make_course(tmp_path_factory.mktemp("secretive"))
    for name, line in (("solutions/assignment1_tiny/tiny.py", "the solution"), ("reference/tiny.py", "the reference")):
        file = made.root / name
        text = file.read_text(encoding="utf-8")
        old = next(row for row in text.splitlines() if squeeze(row)[:12] == squeeze(LINES[line])[:12])
        file.write_text(text.replace(old, LINES[line]), encoding="utf-8")
    assignment = resolve("1", made.root)
    recording = record(assignment, Salts("salt"), seed=123456789)
    return secrets_of(assignment, recording, 123456789), recording, str(made.root)


def squeeze(line):
    return "".join(line.split())


def notebook(source="pass", **cell):
    code = {"cell_type": "code", "source": [source], "outputs": [], "execution_count": None, "metadata": {}, "id": "a"}
    return json.dumps({"cells": [code | cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize("what", LINES)
@pytest.mark.parametrize("file", ["README.md", "tiny.py", "tiny.ipynb"])
def test_line_of_hidden_source_is_caught(secrets, what, file):
    """A line of the solution, the reference or the tests is found in text, in source and in a cell, with its place."""
    text = notebook("x = 1\n" + LINES[what]) if file == "tiny.ipynb" else f"one\n{LINES[what]}\n"
    (leak,) = find_leaks({file: text.encode()}, secrets[0])

    assert (leak.line, what in leak.what, leak.file.startswith(file)) == (2, True, True)


def expected_value(recording):
    return next(float(a[0]) for a in recording.secrets if isinstance(a, np.ndarray) and a.size)


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("tiny.py", "# see {course}/notes", "path of this computer"),
        ("tiny.ipynb", notebook(outputs=[{"output_type": "stream", "text": ["1"]}]), "output"),
        ("tiny.ipynb", notebook(execution_count=3), "output, or was run"),
        (".git/HEAD", "ref: main", "history"),
        ("figures/__pycache__/draw.pyc", "", "cache"),
        ("START.md", "made with seed 123456789.", "seed"),
        ("START.md", "You squared the number: doubling\nadds it to itself.", "hint of squared"),
    ],
)
def test_other_leaks_are_caught(secrets, file, text, what):
    """Outputs, histories, caches, the seed, hints and paths are found."""
    text = text.replace("{course}", secrets[2])
    leaks = find_leaks({file: text.encode()}, secrets[0])

    assert [leak for leak in leaks if what in leak.what]


def test_expected_value_is_caught(secrets):
    """A number that a hidden test expects is found in a text, to the digits that are printed."""
    found, recording, _ = secrets
    value = expected_value(recording)

    assert find_leaks({"README.md": f"the answer is {value:.10g}".encode()}, found)
    assert not find_leaks({"README.md": f"the answer is {value:.3g}".encode()}, found)


def test_expected_array_among_sealed_values_is_caught(secrets):
    """An answer in the open is found even in the encoded values of the sealed tests."""
    from grader.sealing import to_json
    from grader.sealing.document import framed

    found, recording, _ = secrets
    array = next(a for a in recording.secrets if isinstance(a, np.ndarray) and a.size > 3)
    text = to_json(recording.sealed)
    planted = text.replace('"arguments":"', f'"arguments":"{framed([array])}","was":"', 1)

    assert not find_leaks({SEALED_TESTS: text.encode()}, found)
    assert find_leaks({SEALED_TESTS: planted.encode()}, found)


def test_leak_stops_the_release(course):
    """Nothing is written, and the place is named."""
    (course.root / HOME / "README.md").write_text(
        "# Tiny\n\nassert student.total(rng.uniform(1, 2, size=7)) > 0, "
        '"A sum of positive numbers came out negative."\n',
        encoding="utf-8",
    )
    done = release(course)

    assert done.returncode == 2
    assert f"{HOME}/README.md, line 3: it holds a line of the hidden tests" in " ".join(done.stderr.split())
    assert not (course.root / "out").exists()
