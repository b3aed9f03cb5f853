"""Two runs side by side: `grade diff` on reports, and `grade --watch` on a file that is edited."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from grader.cli import main

RIGHT = """
    import numpy as np


    def double(x):
        return 2.0 * np.asarray(x, dtype=float)


    def total(x):
        return float(2.0 * np.sum(x))
"""
SQUARED = RIGHT.replace("2.0 * np.asarray(x, dtype=float)", "np.asarray(x, dtype=float) ** 2")
SECONDS = 120


@pytest.fixture(scope="module")
def runs(shared_course) -> Path:
    """A folder with reports: of right work, of wrong work, and of one exercise alone."""
    folder = shared_course.root / "runs"
    folder.mkdir()
    for name, source, options in (("right", RIGHT, []), ("wrong", SQUARED, []), ("one", RIGHT, ["-e", "double"])):
        file = shared_course.submit(source, f"{name}/tiny.py")
        shared_course.grade("1", file, "--json", "-o", folder / f"{name}.json", *options)
    return folder


@pytest.fixture
def diff(runs, capsys, monkeypatch):
    """Runs `grade diff` in this process; returns the exit code and what it printed."""
    monkeypatch.setenv("COLUMNS", "100")

    def diff(before: str, after: Path | str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["diff", str(runs / before), str(runs / after)])
        return ended.value.code, *capsys.readouterr()

    return diff


def test_what_got_worse(diff):
    """Newly failed tests are told with their sentence, points with both values; the exit code is 1."""
    code, out, _ = diff("right.json", "wrong.json")

    assert code == 1
    assert "✗ double  6/6 → 0/6" in out
    assert "now fails: Random vectors are doubled.\n       for x (1,): 1 of 1 values differ" in out
    assert "0 tests newly passed, 3 newly failed." in out
    assert "total" not in out


def test_what_got_better(diff):
    """The other way round nothing got worse: exit code 0."""
    code, out, _ = diff("wrong.json", "right.json")

    assert code == 0
    assert "now passes: Random vectors are doubled." in out
    assert "Total   4/10 → 10/10\n   3 tests newly passed, 0 newly failed." in out


def test_nothing_changed(diff):
    """What still fails is counted, and is not worse."""
    code, out, _ = diff("wrong.json", "wrong.json")

    assert code == 0
    assert "Nothing changed, 3 still failing: double (3)." in out


def test_tests_of_one_run_alone(diff):
    """Tests that the other run does not have got neither better nor worse."""
    code, out, _ = diff("right.json", "one.json")

    assert code == 0
    assert "Nothing changed. 2 tests are in one run alone." in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"x = 1", "a report must be JSON"),
        (b"\xff", "a report must be UTF-8 text"),
        (b"{}", "'format_version' must be 2 (got None)"),
        (b'{"format_version": 2}', "the file holds no report of one submission (it has 'format_version')"),
        ("other", "The runs are of different assignments: assignment1_tiny and assignment2_small."),
        ("no grade", "the grade is damaged"),
        ("failed", "The second run could not be graded: the toolkit failed."),
    ],
)
def test_what_is_no_run(diff, runs, tmp_path, content, says):
    """Files that cannot be compared are refused with a sentence, and exit code 2."""
    text = (runs / "right.json").read_text("utf-8")
    changed = {
        "other": text.replace('"assignment1_tiny"', '"assignment2_small"'),
        "no grade": text.replace('"max_points": 10', '"max_points": "ten"'),
        "failed": text.replace('"status": "passed"', '"status": "grader_error"'),
    }
    if content is not None:
        (tmp_path / "it.json").write_bytes(changed[content].encode() if content in changed else content)
    code, _, err = diff("right.json", tmp_path / "it.json")

    assert code == 2
    assert says in " ".join(err.split())
    assert "Traceback" not in err


class Watching:
    """A running `grade 1 FILE --watch`, and what it has printed since it was last asked."""

    def __init__(self, course, file: Path) -> None:
        command = [sys.executable, "-m", "grader", "1", str(file), "--watch", "--isolation", "process"]
        env = {**os.environ, "COLUMNS": "100"}
        self.process = subprocess.Popen(
            command, cwd=course.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def until(self, words: str) -> str:
        """What was printed up to the line that holds these words."""
        end = time.monotonic() + SECONDS
        while not any(words in line for line in self.lines):
            assert time.monotonic() < end, "".join(self.lines)
            time.sleep(0.02)
        at = next(k for k, line in enumerate(self.lines) if words in line) + 1
        text = "".join(self.lines[:at])
        del self.lines[:at]
        return text


@pytest.fixture
def watched(shared_course) -> Iterator[tuple[Path, Watching]]:
    """A wrong submission that is watched, and graded once."""
    file = shared_course.submit(SQUARED, "watched/tiny.py")
    watching = Watching(shared_course, file)
    watching.until("Ctrl-C ends it")
    yield file, watching
    watching.close()


def save(file: Path, source: str) -> None:
    """As many editors do: a new file takes the place of the old one."""
    new = file.with_suffix(".tmp")
    new.write_text(dedent(source), encoding="utf-8")
    new.replace(file)


def test_watch_follows_a_file_through_everything(watched):
    """Replaced, broken, deleted and written again: each is told, and compared with the last run that was one."""
    file, watching = watched
    save(file, "def double(x:")
    broken = watching.until("Ctrl-C ends it")
    file.unlink()
    gone = watching.until("Waiting")
    save(file, RIGHT)
    mended = watching.until("Ctrl-C ends it")
    watching.process.send_signal(signal.SIGINT)
    watching.process.wait(SECONDS)

    assert "Line 1 of tiny.py is not valid Python" in broken
    assert "Since the last run" not in broken
    assert f"Not graded: there is no {file}" in gone
    assert "10/10" in mended.partition("Since the last run")[0]
    assert "3 tests newly passed, 0 newly failed." in mended
    assert (watching.process.returncode, "".join(watching.lines).strip()) == (0, "")


def test_watch_without_its_package(shared_course, tmp_path):
    """What is missing is said, and how to install it."""
    (tmp_path / "watchfiles.py").write_text("raise ImportError", encoding="utf-8")
    done = shared_course.grade("1", "--watch", PYTHONPATH=str(tmp_path))

    assert done.returncode == 2
    assert "--watch needs the package watchfiles." in done.stderr
    assert "pip install watchfiles" in done.stderr
