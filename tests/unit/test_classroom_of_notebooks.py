"""Notebooks as teachers get them: whatever became of the cells, the functions in them are found and answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import nbformat
import pytest
from nbformat import v3, v4

from grader.intake import read_submission
from grader.intake.notebook import read_notebook
from grader.model import Assignment, Submission
from grader.sandbox.launcher import Policy
from grader.sandbox.process import ProcessLauncher, launch
from grader.student import Session

ASSIGNMENT = Assignment("assignment1_tiny", "Tiny", "tiny", (), Path("/nowhere"))
IMPORT = "import numpy as np"
DOUBLE = "def double(x):\n    return FACTOR * np.asarray(x, float)"
TOTAL = "def total(x):\n    return float(double(x).sum())"
FACTOR = "FACTOR = 2.0"
SLOW = "history = train()\nwhile True: pass"

Read = Callable[..., Submission]


@pytest.fixture(scope="module")
def launcher() -> Iterator[ProcessLauncher]:
    with launch(Policy()) as launched:
        yield launched


@pytest.fixture
def read(tmp_path) -> Read:
    """Reads a notebook of these cells."""

    def read(*cells: str | dict, **metadata: object) -> Submission:
        made = [cell if isinstance(cell, dict) else v4.new_code_cell(cell) for cell in cells]
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made}
        file = tmp_path / "alice.ipynb"
        file.write_text(json.dumps(notebook), encoding="utf-8")
        return read_submission(file, ASSIGNMENT)

    return read


@pytest.fixture
def opened(launcher) -> Iterator[Callable[[Submission], Session]]:
    """Opens a submission in a worker."""
    with ExitStack() as stack:
        yield lambda submission: stack.enter_context(Session(submission, launcher, Policy(), asked=("double", "total")))


@pytest.mark.parametrize(
    "cells",
    [
        [IMPORT, FACTOR, DOUBLE, TOTAL],
        [f"{IMPORT}\n\n{FACTOR}\n\n{DOUBLE}\n\n{TOTAL}"],
        [TOTAL, DOUBLE, FACTOR, IMPORT],
        [IMPORT, FACTOR, DOUBLE, DOUBLE, TOTAL, TOTAL],
        [IMPORT, FACTOR, DOUBLE.replace("FACTOR", "7"), DOUBLE, TOTAL],
        [v4.new_code_cell(IMPORT, metadata={"tags": ["remove"], "nbgrader": {"locked": True}}), FACTOR, DOUBLE, TOTAL],
        [IMPORT, FACTOR, DOUBLE, SLOW, TOTAL, "total([1, 2"],
        [IMPORT, FACTOR, "double([1", DOUBLE, "1 / 0", TOTAL],
        [IMPORT, FACTOR, "%matplotlib inline\n!pip install x\n" + DOUBLE, "%%time\n" + TOTAL, "%run other.py"],
        [IMPORT, "SETTINGS = {}", "SETTINGS['factor'] = 2", DOUBLE.replace("FACTOR", "SETTINGS['factor']"), TOTAL],
        [IMPORT, "FACTORS = []", "FACTORS.append(2)", DOUBLE.replace("FACTOR", "FACTORS[0]"), TOTAL],
        [IMPORT, "double = lambda x: 2 * np.asarray(x, float)", TOTAL],
        [IMPORT, "x = out = train()", FACTOR, DOUBLE.replace("return", "out ="), "", DOUBLE, TOTAL],
    ],
    ids=["apart", "merged", "turned", "doubled", "redefined", "retagged", "slow", "broken", "magics", "dict", "list",
         "lambda", "locals"],
)  # fmt: skip
def test_functions_are_found_by_name(opened, read, cells):
    """Cells that are merged, moved, doubled, retagged, broken or slow take nothing from the others."""
    session = opened(read(*cells))

    assert session.module.double([1.0, 2.5]).tolist() == [2.0, 5.0]
    assert session.module.total([[1.0, 2.0]]) == 6.0


def test_broken_cells_are_reported_with_their_place(opened, read):
    """Each cell that is no Python is named with its line, counted among all cells."""
    cells = [v4.new_markdown_cell("# Text"), IMPORT, "x = (1\ny = 2", FACTOR, DOUBLE, "def total(x):\nreturn"]
    session = opened(read(*cells))

    first, second = session.problems
    assert first.startswith("Line 1 of cell 3 is not valid Python")
    assert second.startswith("Line 2 of cell 6 is not valid Python")


def test_a_file_is_run_as_a_whole(opened, tmp_path):
    """What holds for notebooks does not hold for files, however long their names."""
    file = tmp_path / f"{'cell ' * 20}.py"
    file.write_text("exec('def double(x): return 2 * x')", encoding="utf-8")

    assert opened(read_submission(file, ASSIGNMENT)).module.double(2) == 4


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (
            [DOUBLE, TOTAL, "\n" + DOUBLE],
            "double is defined 2 times, the last time in line 2 of cell 3: that one counts.",
        ),
        ([IMPORT, "'''\ndef double(x):\n'''", DOUBLE], None),
        ([IMPORT, "def f():\n    def double(x): pass", DOUBLE], None),
        ([IMPORT, v4.new_raw_cell(DOUBLE)], "cell 2 defines double, but is no code cell: change its type."),
        ([IMPORT, v4.new_markdown_cell(DOUBLE)], "cell 2 defines double, but is no code cell: change its type."),
        ([IMPORT, v4.new_markdown_cell(f"```\n{DOUBLE}\n```")], None),
        ([IMPORT, v4.new_raw_cell(DOUBLE), DOUBLE], None),
        (["<<<<<<< HEAD\nx = 1"], "cell 1 holds marks of an unresolved git conflict at line 1: choose one side."),
        (["%%writefile tiny.py\n" + DOUBLE, IMPORT], "cell 1: %%writefile is no Python; the whole cell was left out."),
        (["%run tiny.py\nx = 1"], "cell 1: line 1, '%run tiny.py', is for IPython alone and was left out."),
    ],
)
def test_remarks(read, cells, note):
    """What a student may not see in a long notebook is remarked."""
    submission = read(*cells)

    assert submission.notes == ((note,) if note else ())


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "display_name": "R"}},
        {"kernelspec": {"name": "julia-1.10", "display_name": "Julia 1.10"}},
        {"kernelspec": {"name": "x", "language": "julia"}},
    ],
)
def test_other_kernels(read, metadata):
    """A notebook of another language is told as one."""
    submission = read("x <- 1", **metadata)

    assert "choose a Python kernel, and save it again" in submission.problem


def test_large_outputs(read):
    """Outputs are passed over up to 10 MB; beyond, the way out is told."""
    picture = v4.new_output("display_data", {"image/png": "A" * 9_000_000})
    submission = read(v4.new_code_cell(FACTOR, outputs=[picture]))
    larger = read(v4.new_code_cell(FACTOR, outputs=[picture, picture]))

    assert [part.source for part in submission.parts] == [FACTOR]
    assert (
        larger.problem
        == "alice.ipynb is too large (17.17 MB): at most 10 MB are read. Clear its outputs, and save it again."
    )


def old_notebook() -> str:
    """A notebook of format 3."""
    cells = [v3.new_heading_cell("Title"), v3.new_code_cell(IMPORT), v3.new_code_cell(DOUBLE)]
    return v3.writes_json(v3.new_notebook(worksheets=[v3.new_worksheet(cells=cells)]))


def new_one(minor: int) -> str:
    """A notebook of format 4, without ids before 4.5."""
    cells = [v4.new_markdown_cell("# Title"), v4.new_code_cell(IMPORT), v4.new_code_cell(DOUBLE)]
    for cell in cells if minor < 5 else ():
        del cell["id"]
    return json.dumps({"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": cells})


@pytest.mark.parametrize("text", [old_notebook(), *map(new_one, range(6))], ids=["3", *(f"4.{n}" for n in range(6))])
def test_formats_are_read_as_nbformat_does(text):
    """What is read is the code cells that nbformat finds, in the same places, after converting to format 4."""
    parts, _ = read_notebook(text.encode(), "a.ipynb")
    cells = nbformat.reads(text, as_version=4).cells

    assert {part.label: part.source for part in parts} == {
        f"cell {number}": cell.source for number, cell in enumerate(cells, 1) if cell.cell_type == "code"
    }
