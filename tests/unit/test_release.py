"""The stub holds everything of the solution but the solution, and the notebook everything of the stub."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from grader.errors import AssignmentError
from grader.model import Assignment
from grader.release import make_notebook, make_stub, stale_release_files, write_release_files

SOLUTION = '''\
# %% [markdown]
# # Convolution

# %%
import numpy as np


def pad2d(x, pad: int = 0):
    """Pad both sides."""
    x = np.asarray(x)
    ### BEGIN SOLUTION
    widths = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    return np.pad(x, widths)
    ### END SOLUTION
'''

STUB = '''\
# %% [markdown]
# # Convolution

# %%
import numpy as np


def pad2d(x, pad: int = 0):
    """Pad both sides."""
    x = np.asarray(x)
    # YOUR CODE HERE
    raise NotImplementedError
'''


def test_cuts_a_region():
    """What lies between the markers gives way to a placeholder and an exception, at the same indentation."""
    assert make_stub(SOLUTION) == STUB


def test_otter_region():
    """The markers of otter-grader, with one hash, do the same, and so do Windows line ends."""
    assert make_stub(SOLUTION.replace("### ", "# ").replace("\n", "\r\n")) == STUB


def test_module_level_region():
    """At the module's level nothing raises: public names become placeholders, private helpers vanish."""
    source = (
        "### BEGIN SOLUTION\nsize, _eps = 3, 1e-9\nrate: float = 0.1\ndef _flip(x):\n    return x\n### END SOLUTION\n"
    )

    assert make_stub(source) == "# YOUR CODE HERE\nsize = ...\nrate = ...\n"


def test_class_level_region():
    """In a class, but outside its methods, nothing raises either."""
    source = "class Scalar:\n    ### BEGIN SOLUTION\n    def _topological(self):\n        pass\n    ### END SOLUTION\n"

    assert make_stub(source) == "class Scalar:\n    # YOUR CODE HERE\n    ...\n"


def test_region_without_prompt():
    """A region marked NO PROMPT vanishes, and leaves no gap behind."""
    source = "import math\n\n\n# BEGIN SOLUTION NO PROMPT\ndef _f():\n    return 1\n# END SOLUTION\n\n\nx = 1\n"

    assert make_stub(source) == "import math\n\n\nx = 1\n"


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("x = 1  # SOLUTION", "x = ..."),
        ("x: int = 1  # SOLUTION", "x: int = ..."),
        ("x = y = 1  # SOLUTION", "x = y = ..."),
        ("a, b = 1, 2  # SOLUTION", "a, b = ..., ..."),
        ("größe['é'] = 1  # SOLUTION", "größe['é'] = ..."),
        ("x += 1  # SOLUTION", "..."),
        ("print('é')  # SOLUTION", "..."),
        ("print('é'); x = 2  # SOLUTION", "..."),
        ("if True: x = 1  # SOLUTION", "if True: x = ..."),
        ("x = max(\n    1,\n    2,\n)  # SOLUTION", "x = ..."),
        ("x = max(  # SOLUTION\n    1,\n    2,\n)", "x = ..."),
        ("x = 1  # SOLUTION NO PROMPT", "y = 2"),
        ("x = 1  # SEED", "y = 2"),
    ],
)
def test_marked_statement(line, want):
    """A statement with a trailing marker keeps what it assigns to, and nothing else."""
    assert make_stub(f"{line}\ny = 2\n").splitlines()[0] == want


def test_prompt():
    """A prompt, hidden from Python in a string, is what the student gets instead."""
    source = '# BEGIN SOLUTION NO PROMPT\nnine = 9\n# END SOLUTION\n""" # BEGIN PROMPT\nnine = ...\n""" # END PROMPT\n'

    assert make_stub(source) == "nine = ...\n"


def test_strings_are_no_markers():
    """A docstring may speak of a solution, since only comments are markers."""
    source = SOLUTION.replace("Pad both sides.", "Pad both sides; the line ends in # SOLUTION there.")

    assert "the line ends in # SOLUTION there" in make_stub(source)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1\n### BEGIN SOLUTION\ny = 2\n", "line 2: BEGIN SOLUTION without an END SOLUTION"),
        ("x = 1\n### END SOLUTION\n", "line 2: END SOLUTION without a BEGIN SOLUTION"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n", "line 2: .* inside the region of line 1"),
        ("# BEGIN SOLUTION\nx = 1\n# END SOLUTIONS\n", "line 3: '# END SOLUTIONS' is no marker"),
        ("# Begin solution\nx = 1\n", "line 1: '# Begin solution' is no marker"),
        ("x = 1  # SOLUTION: one\n", "line 1: '# SOLUTION: one' is no marker"),
        ("x = 1  ### BEGIN SOLUTION\n", "line 1: 'BEGIN SOLUTION' must stand on a line of its own"),
        ("# SOLUTION\nx = 1\n", "line 1: 'SOLUTION' must stand behind a statement"),
        ("if x:  # SOLUTION\n    pass\n", "line 1: .* behind a simple statement"),
        ("### BEGIN SOLUTION\n### END SOLUTION\n", "line 1: this region holds no statement"),
        ('""" # BEGIN PROMPT\nx = ...\n"""\n', "line 1: BEGIN PROMPT without an END PROMPT"),
        ("x = 1\n# END PROMPT\n", "line 2: END PROMPT without a BEGIN PROMPT"),
        ("x = 1\n", "marks nothing to cut out"),
        ("x = \n", r"the solution must compile \(line 1: invalid syntax\)"),
        ("def f():\n    x = 1  # SEED\n", r"the stub must compile \(line 1: expected an indented block"),
        ("### BEGIN SOLUTION\ndef f():\n    return 1\n### END SOLUTION\n", "line 2: the stub would lose the public f"),
        ("def f():\n    ### BEGIN SOLUTION\n    '''Doc.'''\n    ### END SOLUTION\n", "line 1: the stub would change f"),
        (
            '# BEGIN SOLUTION\nx = 1\n# END SOLUTION\ny = "# BEGIN SOLUTION"\n',
            "line 3 of the stub still holds a marker",
        ),
    ],
)
def test_refuses(source, says):
    """A misplaced or misspelt marker is refused with its line, since it might hand out the solution."""
    with pytest.raises(AssignmentError, match=says) as caught:
        make_stub(source)

    assert caught.value.hint


def test_refuses_a_lost_method():
    """A public method is the student's to fill in, so that a region must not swallow it."""
    source = "class A:\n    ### BEGIN SOLUTION\n    def __add__(self, other):\n        return 1\n    ### END SOLUTION\n"

    with pytest.raises(AssignmentError, match=r"line 3: the stub would lose the public A\.__add__"):
        make_stub(source)


def test_refuses_a_leak():
    """A line of a solution that the docstring gives away, whatever its spaces, is refused."""
    leak = SOLUTION.replace("Pad both sides.", "Pad with widths=((0,0), (0,0), (pad,pad), (pad,pad)).")

    with pytest.raises(
        AssignmentError, match="line 12: this line of a solution can be read in the stub, at its line 9"
    ):
        make_stub(leak)


def test_notebook_is_valid():
    """The notebook is valid, keeps the cells apart, and has no outputs."""
    notebook = nbformat.reads(make_notebook(STUB), as_version=4)
    nbformat.validate(notebook)

    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code"]
    assert notebook.cells[1].source == STUB.partition("# %%\n")[2].rstrip("\n")
    assert notebook.cells[1].outputs == []


def test_notebook_is_stable():
    """Equal stubs give equal bytes, and a new cell leaves the ids of the others alone."""
    ids = [cell["id"] for cell in json.loads(make_notebook(STUB))["cells"]]
    more = [cell["id"] for cell in json.loads(make_notebook("# %% [markdown]\n# New.\n\n" + STUB))["cells"]]

    assert make_notebook(STUB) == make_notebook(STUB)
    assert more[1:] == ids


def test_equal_cells():
    """Cells of equal content have ids of their own, as the format demands."""
    notebook = json.loads(make_notebook("# %%\nx = 1\n\n# %%\nx = 1\n"))

    assert len({cell["id"] for cell in notebook["cells"]}) == 2


def course(root: Path, solution: str = SOLUTION) -> Assignment:
    assignment = Assignment("assignment3_convolution", "Convolution", "convolution", (), root)
    for folder in (assignment.folder, assignment.solution.parent):
        folder.mkdir(parents=True)
    assignment.solution.write_text(solution, encoding="utf-8")
    return assignment


def test_writes_what_is_stale(tmp_path):
    """Both files are written once; afterwards only what differs from the solution is stale."""
    assignment = course(tmp_path)
    both = (assignment.stub, assignment.folder / "convolution.ipynb")

    assert write_release_files(assignment) == both
    assert write_release_files(assignment) == ()
    assert assignment.stub.read_text(encoding="utf-8") == STUB
    assignment.stub.write_text("x = 1\n", encoding="utf-8")
    assert stale_release_files(assignment) == (assignment.stub,)


def test_errors_name_the_solution(tmp_path):
    """A fault in the solution is reported with its file, and nothing is written."""
    assignment = course(tmp_path, "### BEGIN SOLUTION\n")

    with pytest.raises(AssignmentError, match=r"convolution\.py: line 1: BEGIN SOLUTION without"):
        write_release_files(assignment)
    assert not assignment.stub.exists()
