"""A notebook's code cells become parts; what only IPython understands is left out, and line numbers stay."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from grader.errors import SubmissionError
from grader.intake import magics, read_submission
from grader.intake.notebook import read_notebook
from grader.model import Assignment

ASSIGNMENT = Assignment("assignment3_convolution", "Convolution", "convolution", (), Path("/nowhere"))


def read(*cells, **metadata):
    notebook = new_notebook(cells=list(cells), metadata=metadata)
    return read_notebook(nbformat.writes(notebook).encode(), "a.ipynb")


def test_cells(tmp_path):
    """Code cells are labelled by their place among all cells; text, empty cells and outputs are passed over."""
    cells = [new_markdown_cell("# Hi"), new_code_cell("x = 1"), new_code_cell(" \n"), new_code_cell("y = 2\nz = 3")]
    cells[1].outputs = [new_output("stream", text="x = 9")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "alice.ipynb")
    got = read_submission(tmp_path / "alice.ipynb", ASSIGNMENT)

    assert [(part.label, part.source) for part in got.parts] == [("cell 2", "x = 1"), ("cell 4", "y = 2\nz = 3")]
    assert (got.student, got.problem, got.notes) == ("alice", "", ())


@pytest.mark.parametrize(
    ("source", "want"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install numpy \\\n  scipy\nx = 1", "pass\n\nx = 1"),
        ("if x:\n    !ls\ny = 1", "if x:\n    pass\ny = 1"),
        ("%time x = f(1)\ny = 2", "x = f(1)\ny = 2"),
        ("files = !ls\nx = 1", "pass\nx = 1"),
        ("np.array?\nx = 1", "pass\nx = 1"),
        ("?np.array\nx = 1", "pass\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%bash\nrm -rf /", ""),
        ("%load_ext autoreload\n%autoreload 2", "pass\npass"),
    ],
)
def test_magics(source, want):
    """Magics, commands and questions give way to as many lines of Python, with a remark for each."""
    got, notes = magics.blank(source)

    assert got == want
    assert notes


@pytest.mark.parametrize(
    "source",
    [
        "x = (a\n     % b)",
        "x = a \\\n  % b",
        's = """\n%matplotlib\n!ls\n"""',
        "s = '''it's\n!ls'''",
        'print("(")\nx = [\n  "]",\n  "%d"\n  % 3]',
        "# an open ( in a comment\nx = a % b",
        "x = y != z",
        "s = 'unclosed (\nx = 1",
        "s = 'what?'",
        "d = {'a': 1,\n     'b?': 2}",
        's = "\\"" # "\nx = 5 % 3',
        '"""unclosed \\',
    ],
)
def test_no_magics(source):
    """A percent sign, an exclamation or a question mark within a statement is Python, and stays."""
    assert magics.blank(source) == (source, ())


def test_many_magics():
    """Thousands of magics cost no more remarks than a student would read."""
    got, notes = magics.blank("!ls\n" * 10_000)

    assert got == "pass\n" * 10_000
    assert notes[-1] == "9995 more lines for IPython alone were left out."


def test_remarks_name_the_cell():
    """The remark says which cell, which line, and what was left out."""
    _, notes = read(new_code_cell("x = 1\n%pylab"), new_code_cell("%%writefile a.py\ny = 1"))

    assert notes == (
        "cell 1: line 2, '%pylab', is for IPython alone and was left out.",
        "cell 2: %%writefile is no Python; the whole cell was left out.",
    )


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
        {"language_info": {"name": "julia"}},
    ],
)
def test_other_languages(metadata):
    """A notebook of another kernel is refused as a whole, rather than cell by cell for its syntax."""
    with pytest.raises(SubmissionError, match=r"notebook for (R|julia): choose a Python kernel"):
        read(new_code_cell("x <- 1"), **metadata)


def test_lone_surrogates():
    """Half a surrogate pair, which JSON can hold and no encoder takes, becomes a replacement character."""
    data = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "s = '\ud800'"}]}).encode()
    parts, _ = read_notebook(data, "a.ipynb")

    assert parts[0].source == "s = '\ufffd'"


def test_old_format():
    """A notebook of format 3 keeps its cells in worksheets."""
    sheet = {"cells": [{"cell_type": "heading"}, {"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}
    parts, _ = read_notebook(json.dumps({"nbformat": 3, "worksheets": [sheet]}).encode(), "a.ipynb")

    assert [(part.label, part.source) for part in parts] == [("cell 2", "x = 1\ny = 2")]


def notebook(cells) -> bytes:
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "a.ipynb is empty"),
        (b"x = 1", r"a.ipynb is damaged: it is no valid notebook \(line 1\)"),
        (b'{"a":\n<<<<<<< HEAD\n1', "unresolved git conflict at line 2"),
        (b"\xff\xfe{", "it is not UTF-8 text"),
        (b"[" * 100_000, "a.ipynb is damaged"),
        (b"9" * 5_000, "a.ipynb is damaged"),
        (b"[]", "a.ipynb is no notebook"),
        (b'{"nbformat": "4"}', "a.ipynb is no notebook"),
        (b'{"nbformat": 4}', "it has no list of cells"),
        (b'{"nbformat": 3, "worksheets": [3, {"cells": 4}]}', "holds no code"),
        (notebook([1]), "it has no list of cells"),
        (notebook([]), "holds no code"),
        (notebook([{"cell_type": "code", "source": 3}]), "cell 1 is damaged"),
        (notebook([{"cell_type": "code", "source": ["x", 3]}]), "cell 1 is damaged"),
        (notebook([{"cell_type": "code", "source": "x\0"}]), "cell 1 holds a NUL character"),
        (notebook([{}] * 2_001), "has 2001 cells"),
        (notebook([{"cell_type": "code", "source": "#" * 200_000}] * 2), "The code in a.ipynb is too large"),
        (b" " * (10 * 1024 * 1024 + 1), r"a.ipynb is too large: at most 10 MB"),
    ],
)
def test_no_notebook(data, says):
    """A file that is no notebook, or no sound one, is refused in the student's terms."""
    with pytest.raises(SubmissionError, match=says):
        read_notebook(data, "a.ipynb")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["code", "%%x", "python"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "source", "cell_type", "metadata", "worksheets", "input", "kernelspec"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["cells", "metadata", "worksheets"]), _JSON))
def test_any_notebook(content):
    """Whatever a notebook holds, it is read or refused; nothing else is raised."""
    try:
        parts, _ = read_notebook(json.dumps(content | {"nbformat": 4}).encode(), "a.ipynb")
    except SubmissionError:
        return

    assert all(part.source.encode() for part in parts)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="%!?\\'\"#()[]\n\t =xy", max_size=60))
def test_any_cell(source):
    """Whatever a cell holds, blanking it never changes a line's number, unless the whole cell goes."""
    got, _ = magics.blank(source)

    assert not got or got.count("\n") == source.count("\n")
