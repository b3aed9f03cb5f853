"""Nothing that the trusted side knows can be found in the child, and no hidden input gets out by the feedback.

Canaries stand in the hidden tests, the reference and its answers, the environment, the arguments, the names of folders
and an open descriptor of a real `grade` command. One submission searches all that it can reach; others try to carry
hidden inputs out by every text that they can choose.
"""

import json
import os
import re
import secrets
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.cage import REQUIRE, ROOT

MANIFEST = """
title = "Leaks"
module = "leaks"
[[exercise]]
name = "search"
points = 1
concept = "Search"
slide = "None"
[[exercise]]
name = "answer"
points = 1
concept = "Answer"
slide = "None"
"""
REFERENCE = """
KEPT = ["{canary}"] * 3

def answer(x):
    return "{canary}" + str(float(x.sum()))
"""
HIDDEN = '''
"""{canary}"""
import numpy as np
import pytest
from reference import leaks as reference

KEPT = "{canary}"

@pytest.mark.exercise("answer")
class TestAnswer:
    def test_hidden(self, student, agree):
        """The answer is right."""
        agree(student.answer, reference.answer, np.array([123456.789, 98765.4321]))

@pytest.mark.exercise("search")
class TestSearch:
    def test_nothing(self, student):
        """The search finds what it hid itself, and nothing else."""
        local = "{canary}"
        assert student.search() == 1, "The search found something else."
'''
# Its own canary shows that the search finds what is there.
SEARCHES = '''
import ctypes
import gc
import os
import re
import sys

WORD = re.compile(b"CANA" + b"RY-[0-9a-f]{16}")
MINE = [b"CANA" + b"RY-" + b"0123456789abcdef"]


def pages(libc, start):
    """Whether memory is mapped, and its content, read by the kernel so that nothing can crash."""
    if libc.mincore(ctypes.c_void_p(start), ctypes.c_size_t(65536), ctypes.create_string_buffer(16)):
        return None
    reading, writing = os.pipe()
    size = libc.write(writing, ctypes.c_void_p(start), ctypes.c_size_t(65536))
    content = os.read(reading, 65536) if size > 0 else b""
    os.close(reading)
    os.close(writing)
    return content


def own_memory():
    libc = ctypes.CDLL(None, use_errno=True)
    environ = ctypes.c_void_p.in_dll(libc, "environ").value
    known = {id(thing) for thing in gc.get_objects()} | {id(MINE[0]), environ, id(sys.argv), id(os)}
    known |= {ctypes.cast(libc.write, ctypes.c_void_p).value, id(0), id(None)}
    if environ:
        pointers = ctypes.cast(environ, ctypes.POINTER(ctypes.c_size_t))
        known |= {pointers[0]} - {0}
    seen = set()
    for start in sorted({address // 65536 for address in known}):
        for step in (1, -1):
            at = start if step == 1 else start - 1
            for _ in range(512):
                if at in seen:
                    break
                content = pages(libc, at * 65536)
                if content is None:
                    break
                seen.add(at)
                yield content
                at += step


def texts():
    yield from own_memory()
    for thing in gc.get_objects():
        if type(thing) in (dict, list, tuple, set):
            yield repr(list(thing.values() if type(thing) is dict else thing))[:100000].encode("utf-8", "replace")
    yield repr((dict(os.environ), sys.argv, sys.orig_argv, sys.path, os.getcwd())).encode()
    for descriptor in range(3, 64):
        try:
            yield os.pread(descriptor, 65536, 0)
        except OSError:
            continue
    for start in ("/proc/self", "/proc/1", "/proc", "/tmp", "/", "/dev/shm", "/var/tmp", *sys.path):
        for folder, folders, files in os.walk(start):
            yield repr((folder, folders, files)).encode("utf-8", "replace")
            for name in files if start in ("/proc/self", "/proc/1", "/tmp") else ():
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        yield file.read(65536)
                except OSError:
                    continue


def search():
    found = set()
    for text in texts():
        found |= set(WORD.findall(text))
    print(found)
    return len(found)


def answer(x):
    return "wrong"
'''
# Each tries to carry x out in a text that it can choose.
SMUGGLERS = {
    "message": "raise ValueError(repr(x.tolist()))",
    "class name": "raise type('X' + x.tobytes().hex(), (Exception,), {})",
    "key": "return {}[str(x.tolist())]",
    "attribute": "return getattr(x, 'a' + x.tobytes().hex())",
    "output": "print(x.tolist()); raise RuntimeError",
    "warning": "import warnings; warnings.warn(str(x.tolist())); raise RuntimeError",
    "returned class": "return type('X' + x.tobytes().hex()[:60], (), {})()",
    "returned text": "return str(x.tolist())",
    "returned shape": "import numpy; return numpy.zeros(x.astype(int))",
    "function name": "exec(f'def f{x.tobytes().hex()}():\\n 1/0\\nf{x.tobytes().hex()}()')",
    "file name": "exec(compile('1/0', str(x.tolist()), 'exec'))",
    "syntax error": "compile(str(x.tolist()) + '(', 'f', 'exec')",
    "chain": "raise ValueError from KeyError(str(x.tolist()))",
    "note": "e = ValueError(); e.add_note(str(x.tolist())); raise e",
    "handle": "return [type('X' + x.tobytes().hex()[:60], (), {})()]",
    "named tuple": "import collections; return collections.namedtuple('X' + x.tobytes().hex(), 'a')(1)",
}
INPUTS = ("123456.789", "98765.4321", "123456", "98765", struct.pack("<d", 123456.789).hex()[:12])


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with canaries in its files and in the name of its folder."""
    root = tmp_path_factory.mktemp("course") / f"CANARY-{secrets.token_hex(8)}"
    for name, text in {
        "assignments/assignment1_leaks/assignment.toml": MANIFEST,
        "reference/__init__.py": "",
        "reference/leaks.py": REFERENCE,
        "tests/hidden/assignment1_leaks/test_leaks.py": HIDDEN,
        "tests/hidden/assignment1_leaks/misconceptions.py": '"""None."""\n',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text.replace("{canary}", f"CANARY-{secrets.token_hex(8)}"))
    return root


def grade(course: Path, source: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Grade one submission by a command that has canaries in its arguments, environment and descriptors."""
    file = course / "mallory.py"
    file.write_text(source)
    environment = {**os.environ, "CANARY_VARIABLE": f"CANARY-{secrets.token_hex(8)}"}
    with (course / "reference" / "leaks.py").open("rb") as kept:
        return subprocess.run(
            [sys.executable, "-m", "grader", "assignment1", str(file), *words],  # its path holds a canary
            cwd=course,
            env=environment,
            pass_fds=[kept.fileno()],
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.mark.parametrize("launcher", ["bwrap", "landlock"])
def test_nothing_is_found(course: Path, launcher: str) -> None:
    """A search of memory, objects, environment, arguments, descriptors and files finds only what it hid itself."""
    REQUIRE[launcher]()
    ran = grade(course, SEARCHES, "--isolation", launcher, "--json", "--staff")
    assert ran.returncode in (0, 1), ran.stderr
    outcomes = {o["exercise"]: o for o in json.loads(ran.stdout)["report"]["outcomes"]}

    assert outcomes["search"]["status"] == "passed", ran.stdout
    assert outcomes["answer"]["status"] == "failed"


# Grades a folder of submissions, and tells by student all that each would read.
SHOWS_ALL = """
import io, json, sys
from pathlib import Path
from rich.console import Console
from grader.catalog import resolve
from grader.console import print_report
from grader.exports import EXPORTERS
from grader.grading import grade_all
from grader.intake import find_submissions
from grader.sandbox import launcher, policy_of
from grader.scoring import grade

assignment, shown = resolve("assignment1", Path.cwd()), {}

def receive(report):
    points, screen = grade(report, assignment), io.StringIO()
    print_report(Console(file=screen, width=200), report, points, assignment, verbose=True, staff=False)
    written = [export(report, points, assignment) for export in EXPORTERS.values()]
    shown[report.student] = "\\n".join([screen.getvalue(), *written])

with launcher(sys.argv[2], policy_of(assignment)) as workers:
    grade_all(find_submissions(Path(sys.argv[1]), assignment), assignment, workers, receive)
print(json.dumps(shown))
"""


@pytest.fixture(scope="module")
def shown(course: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """By the name of each smuggler, all that a student would read, in every format."""
    REQUIRE["landlock"]()
    folder = tmp_path_factory.mktemp("submissions")
    for name, line in SMUGGLERS.items():
        (folder / f"{name}.py").write_text(f"def answer(x):\n    {line}\n\n\ndef search():\n    return 2\n")
    command = [sys.executable, "-c", SHOWS_ALL, str(folder), "landlock"]
    ran = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told: dict[str, str] = json.loads(ran.stdout)
    return told


@pytest.mark.parametrize("how", SMUGGLERS)
def test_no_input_gets_out(course: Path, shown: dict[str, str], how: str) -> None:
    """What a student reads of a hidden test holds no input, no expected value, nothing of the tests, and no path."""
    text = shown[how]

    assert "answer" in text
    assert [word for word in (*INPUTS, str(course), str(ROOT)) if word in text] == []
    assert re.findall(r"CANARY-[0-9a-f]{16}", text) == []
