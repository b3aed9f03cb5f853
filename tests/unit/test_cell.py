"""What `grader.check` takes from a session: the code of the live objects, and what it rests on."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import FrameType

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from grader.cell.course import choose
from grader.cell.session import Session, namespace_of
from grader.cell.slicing import cut
from grader.cell.table import to_html
from grader.errors import GradeError, RequestError
from grader.scoring import grade


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    """A real IPython, without a history file."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    yield shell
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell):
    """Runs cells in a fresh session."""
    shell.reset(new_session=True)

    def run(*cells: str) -> dict:
        for cell in cells:
            shell.run_cell(dedent(cell).strip("\n"), store_history=True)
        return shell.user_ns

    return run


def taken(namespace: dict, *names: str, caller: FrameType | None = None) -> dict[str, str]:
    """By the label of each part, the source that is taken for the named objects."""
    session = Session(namespace, caller or sys._getframe())
    parts, _ = cut(session, {name: namespace[name] for name in names})
    return {part.label: part.source for part in parts}


def answer(namespace: dict, name: str, *args: object) -> object:
    """What the taken source answers when it runs alone."""
    fresh: dict = {}
    for source in taken(namespace, name).values():
        exec(source, fresh)
    return fresh[name](*args)


def test_helpers_and_constants_come_along(run):
    """Taken is what a function needs, directly or through others, and nothing else."""
    namespace = run(
        "import math", "E = 2\nx = 1 / 1", "def helper(n):\n    return E * n", "def f(n):\n    return helper(n)"
    )

    assert taken(namespace, "f") == {
        "cell [2]": "E = 2\n",
        "cell [3]": "def helper(n):\n    return E * n\n",
        "cell [4]": "def f(n):\n    return helper(n)\n",
    }


def test_lines_stay_where_they_stood(run):
    """Line numbers are those of the cell, whatever was left out above."""
    namespace = run("print('x', end='')\n\n@staticmethod\ndef f():\n    return 1; y = 2")

    assert taken(namespace, "f") == {"cell [1]": "\n\n@staticmethod\ndef f():\n    return 1; y = 2\n"}


@pytest.mark.parametrize(
    ("cells", "want"),
    [
        (["def f(): return 1", "def f(): return 2"], 2),
        (["def f(): return 1", "def f(): return 2", "def f(): return 1"], 1),
        (["def f(): return 1", "1 / 0\ndef f(): return 2"], 1),
        (["def f(): return 1", "def f(): return 2 +"], 1),
        (["E = 1", "def f(): return E", "E = 2"], 2),
        (["E = 1", "E = E + 1", "E += 1", "def f(): return E"], 3),
        (["E = [1]", "E.append(2)", "def f(): return sum(E)"], 3),
        (["D = {}", "D['a'] = 4", "def f(): return D['a']"], 4),
        (["def make(k):\n    def inner(): return k\n    return inner", "f = make(5)"], 5),
        (["def g(): return 6", "f = g", "def g(): return 7", "E = 1"], 6),
        (["%%time\ndef f():\n    return 8"], 8),
        (["a = 1\nb = a\na = 9\ndef f(): return b"], 1),
        (["import functools", "@functools.cache\ndef f(): return 3"], 3),
        (["class A:\n    def m(self): return 1", "class A:\n    def m(self): return 2", "def f(): return A().m()"], 2),
        (["from math import *", "def f(): return floor(2.5)"], 2),
        (["def f():\n    f.n += 1\n    return f.n", "f.n = 1"], 2),
        (["for k in range(4):\n    pass", "def f(): return k"], 3),
    ],
)
def test_live_meaning_is_taken(run, capsys, cells, want):
    """Whatever was redefined, changed, or failed on the way: the taken code answers as the live one does."""
    namespace = run(*cells)
    capsys.readouterr()

    assert answer(namespace, "f") == namespace["f"]() == want


def test_deleted_name_is_left_out(run):
    """A name that was deleted means nothing any more."""
    assert taken(run("E = 1", "def f(): return E", "del E"), "f") == {"cell [2]": "def f(): return E\n"}


def test_code_that_did_not_run_here_is_refused(run):
    """A function whose source is not among the cells cannot be graded."""
    namespace = run("def f(): return 1")
    exec("def f(): return 2", namespace)

    with pytest.raises(RequestError, match="code of f as it is now is not in the cells of this session"):
        taken(namespace, "f")


def test_module_that_changed_since_its_import(tmp_path):
    """The code of an imported file is taken from the file, unless that is another one by now."""
    file = tmp_path / "mine.py"
    file.write_text("E = 1\ndef f():\n    return E\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("mine", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert namespace_of(module.f, {}) is vars(module)
    assert taken(vars(module), "f") == {"mine.py": "E = 1\ndef f():\n    return E\n"}
    file.write_text("E = 1\ndef f():\n    return E + 1\n", encoding="utf-8")
    with pytest.raises(RequestError, match=r"code of f as it is now is not in mine\.py") as caught:
        taken(vars(module), "f")
    assert "importlib.reload" in caught.value.hint


@pytest.mark.parametrize(
    ("names", "assignment", "says"),
    [
        (["pad2"], None, "This course has no exercise 'pad2'. Did you mean pad2d?"),
        (
            ["pad2d", "sdpa_backward"],
            None,
            "of several assignments: pad2d of assignment3_convolution; sdpa_backward of",
        ),
        (["pad2d"], "assignment1", "assignment1_perceptron has no exercise 'pad2d'. It has: perceptron_predict"),
        ([], None, "This session defines no exercise of assignment1_perceptron, "),
        (["pad2d"], "assignment33", "no assignment 'assignment33'"),
    ],
)
def test_choice_of_the_assignment(names, assignment, says):
    """What cannot be found is said, with what is near."""
    with pytest.raises(GradeError) as caught:
        choose(names, assignment, {}, Path(__file__).parents[2])

    assert says in f"{caught.value} {caught.value.hint}"


def test_imported_namesakes_do_not_decide():
    """Without names, the assignment is the one that the session defines most of."""
    namespace = dict.fromkeys(["conv2d_forward", "tanh", "pad2d", "pad"], len)
    found, names = choose((), None, namespace, Path(__file__).parents[2])

    assert (found.name, names) == ("assignment3_convolution", ("pad2d", "conv2d_forward"))


def test_no_course_around(tmp_path):
    """Elsewhere than in a course or a bundle, the way there is told."""
    with pytest.raises(RequestError) as caught:
        choose(["pad2d"], None, {}, tmp_path)

    assert (
        f"There is no course around the folder {tmp_path}. Change to the folder" in caught.value._render_traceback_()[0]
    )


def test_html_escapes_what_a_submission_chose(hostile_report, assignment):
    """No text of a submission becomes a tag, and nothing is loaded from elsewhere."""
    html = to_html(hostile_report, grade(hostile_report, assignment), assignment)

    assert "&lt;script&gt;" in html
    assert not [text for text in ("<script", "\x1b", "\u202e", "http", "url(") if text in html]


def test_html_tells_what_the_terminal_does(mixed_report, assignment):
    """Points, words, hints and differences are there."""
    html = to_html(mixed_report, grade(mixed_report, assignment), assignment)

    assert all(
        words in html
        for words in (
            "4.80/12",
            "wrong answer, 2 of 5 tests passed",
            "You flipped the kernel",
            "not written yet",
            "8.80/24",
        )
    )
