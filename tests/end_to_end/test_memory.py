"""A command that grades a class never holds all its texts and reports: its memory does not grow with the class."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

FEW, MANY = 8, 100
# In UTF-8 twice as long, and so more than may run: each is refused without a process of its own.
LETTERS = 250_000
MORE_TEXT = (MANY - FEW) * LETTERS
MEASURED = """
import sys
from pathlib import Path
from grader.cli import main
try:
    main(sys.argv[1:])
finally:
    print(Path("/proc/self/status").read_text(), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def classes(shared_course):
    """The course, with a small class and a large one; each hand-in is a text of its own."""
    for number in (FEW, MANY):
        for k in range(number):
            file = shared_course.submit("", f"{number}/s{k:03}.py")
            file.write_bytes(f"# {k}\n# {'é' * LETTERS}\n".encode("latin-1"))
    return shared_course


def most_memory(course, number, command, *arguments):
    """The bytes that the command itself held when it held most; what grades for it are other processes."""
    options = "--gradebook", f"{number}.sqlite", "--allow-weak-isolation", "--workers", "1"
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, command, "1", *arguments, *options],
        cwd=course.root,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert f"{number} " in done.stdout, done.stdout + done.stderr
    return 1024 * int(re.search(r"^VmHWM:\s*(\d+) kB$", done.stderr, re.MULTILINE)[1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is asked for as Linux tells it")
def test_memory_does_not_grow_with_the_class(classes):
    """A batch, and a regrade after a changed test, hold little more for many texts than for a few."""
    batches = [most_memory(classes, number, "batch", str(number), "-q") for number in (FEW, MANY)]
    tests = classes.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    tests.write_text(tests.read_text().replace("(1, 3, 5)", "(1, 3, 6)"))
    regrades = [most_memory(classes, number, "regrade") for number in (FEW, MANY)]

    assert batches[1] - batches[0] < MORE_TEXT / 2
    assert regrades[1] - regrades[0] < MORE_TEXT / 2
