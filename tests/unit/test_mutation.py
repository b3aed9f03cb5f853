"""Mutants change one place of what the exercises have to answer for, and can be recognised again."""

from __future__ import annotations

import ast
import tomllib
import warnings
from pathlib import Path

import pytest

from grader.errors import AssignmentError
from grader.mutation import Mutant, concerned, mutants
from grader.release.markers import find_marked

COURSE = Path(__file__).parents[2]
SOLUTION = COURSE / "solutions" / "assignment3_convolution" / "convolution.py"
MANIFEST = COURSE / "assignments" / "assignment3_convolution" / "assignment.toml"

HELPERS = '''\
import numpy as np

EPS = 1e-5


def shared(x):
    return x + EPS


def deep(x):
    return shared(x) * 2


def unused(x):
    return x + 3


def first(x):
    return second(x) - 4


def second(x):
    return deep(x) + 5


class Layer:
    """A layer."""

    def forward(self, x):
        return shared(x) + 6
'''


def names(source: str, *exercises: str) -> list[str]:
    return [mutant.name for mutant in mutants(source, exercises or ("f",))]


def of_operator(source: str, operator: str, *exercises: str) -> list[Mutant]:
    return [mutant for mutant in mutants(source, exercises or ("f",)) if mutant.operator == operator]


def lines_of(body: str, operator: str) -> list[str]:
    """The bodies that an operator makes of the body of a function of x and y."""
    source = f"def f(x, y):\n{body}\n"
    return [mutant.source.removeprefix("def f(x, y):\n").removesuffix("\n") for mutant in of_operator(source, operator)]


def test_mutant_is_one_line() -> None:
    """All other text stays: comments, blanks, the order of quotes."""
    source = "def f(x):\n    # half of it\n    y = x   * 3  # why 3?\n    return y\n"
    mutant = of_operator(source, "times-divide")[0]

    assert mutant.diff(source).splitlines()[2:] == [
        "@@ -2,3 +2,3 @@",
        "     # half of it",
        "-    y = x   * 3  # why 3?",
        "+    y = x   / 3  # why 3?",
        "     return y",
    ]


def test_mutant_has_name() -> None:
    """Exercise, operator, and the piece before and after, without comments."""
    source = "def conv2d_backward(x):\n    return x.sum(axis=1) + 0  # sum\n"

    got = [mutant.name for mutant in of_operator(source, "axis", "conv2d_backward")]

    assert got[0] == "conv2d_backward: axis: x.sum(axis=1) → x.sum(axis=0)"


def test_mutant_has_place() -> None:
    """The line is the solution's, the piece the smallest that can be recognised."""
    source = "def f(values, other):\n    total = 1\n    return total + values.max(axis=1)\n"
    mutant = of_operator(source, "min-max")[0]

    assert (mutant.line, mutant.was, mutant.becomes) == (3, "values.max(axis=1)", "values.min(axis=1)")


def test_names_survive_edits_elsewhere() -> None:
    """More lines above, other exercises and comments change no name."""
    source = "import numpy as np\n\n\ndef f(x):\n    return x + 1\n"
    edited = (
        "import numpy as np\n\n\ndef g(x):\n    return x + 1\n\n\ndef f(x):\n    # one more\n    return x + 1  # one\n"
    )

    assert names(source) == names(edited)


def test_equal_names_numbered() -> None:
    """The same change of the same piece, two times in a function."""
    source = "def f(x):\n    x += 1\n    x += 1\n    return x\n"
    got = [mutant.name for mutant in of_operator(source, "deletion")]

    assert got == ["f: deletion: x += 1 → pass", "f: deletion: x += 1 → pass #2"]


def test_long_pieces_shortened() -> None:
    """A name shows what has changed, wherever on the line that is."""
    source = f"def f(x):\n    return g({'x, ' * 40}x + 1)\n"
    got = of_operator(source, "plus-minus")[0].name

    assert len(got) < 170
    assert "x + 1" in got
    assert "x - 1" in got


def test_piece_spans_lines() -> None:
    """What is deleted on several lines is named on one."""
    source = "def f(x):\n    if x:  # never\n        return 1\n    return 2\n"
    mutant = of_operator(source, "deletion")[0]

    assert mutant.was == "if x: return 1"


def test_offsets_count_bytes() -> None:
    """Letters that take several bytes before the changed place do not move it."""
    assert lines_of('    return "αβγ – ∂x", x + y, "é"', "plus-minus") == ['    return "αβγ – ∂x", x - y, "é"']


def test_names_may_be_greek() -> None:
    """Letters outside ASCII within the changed place."""
    source = "def f(θ, η):\n    return θ - η * 2\n"
    got = [mutant.source.splitlines()[1] for mutant in of_operator(source, "operand-order")]

    assert got == ["    return (η * 2) - θ"]


def test_lines_may_end_otherwise() -> None:
    """Windows line ends stay, and a form feed ends no line."""
    source = "def f(x):\r\n    y = 'a\x0cb'\r\n    return x + y\r\n"
    got = [mutant.source for mutant in of_operator(source, "plus-minus")]

    assert got == ["def f(x):\r\n    y = 'a\x0cb'\r\n    return x - y\r\n"]


def test_parentheses_keep_meaning() -> None:
    """A sum in the place of a factor needs parentheses, one that stands alone does not."""
    body = "    return ((x + 1) * y) ** 2"

    assert lines_of(body, "drop-factor") == ["    return (x + 1) ** 2", "    return (y) ** 2"]


def test_statement_over_lines() -> None:
    """The sign is found behind parentheses, line ends and comments with signs of their own."""
    body = "    return (\n        (x)  # x + y\n        + y\n    )"

    assert lines_of(body, "plus-minus") == ["    return (\n        (x)  # x + y\n        - y\n    )"]


def test_text_not_mutated() -> None:
    """Docstrings, annotations, messages of errors and formatted texts are not code to be tested."""
    source = '''\
def f(x: "list[1 + 1]" = None) -> 2 + 2:
    """One."""
    y: 3 + 3 = x
    assert y, 4 + 4
    if y:
        raise ValueError("five", 5 + 5)
    return f"{6 + 6}"
'''

    assert {mutant.operator for mutant in mutants(source, ["f"])} == {"deletion", "negation"}


def test_given_lines_kept() -> None:
    """Only the lines of the solution are changed, and nothing that sticks out of them."""
    source = "def f(x):\n    x = x + 1\n    x = x + 2\n    x = (x +\n        3)\n    return x\n"
    got = mutants(source, ["f"], lines={3, 4})

    assert {mutant.line for mutant in got} == {3, 4}
    assert all(mutant.source.endswith("        3)\n    return x\n") for mutant in got)


def test_helper_belongs_to_first_user() -> None:
    """The first exercise in the order of the manifest that reaches it, but not through another exercise."""
    got = {mutant.was: mutant.exercise for mutant in mutants(HELPERS, ["Layer", "first", "second"])}

    assert got["return shared(x) * 2"] == "second"
    assert got["return x + EPS"] == "Layer"
    assert got["EPS = 1e-5"] == "Layer"


def test_order_of_manifest_decides() -> None:
    """A helper of two exercises is the first one's."""
    got = {mutant.was: mutant.exercise for mutant in mutants(HELPERS, ["second", "Layer"])}

    assert got["return x + EPS"] == "second"


@pytest.mark.parametrize(
    ("old", "new", "exercises"),
    [
        ("x + 1", "x + 2", ["first", "second"]),
        ("return helper(x)", "return -helper(x)", ["first", "second"]),
        ("first(x) * 2", "first(x) * 3", ["second"]),
        ("x - 1", "x - 2", ["third"]),
        ("SIZE = 3", "SIZE = 4", ["third"]),
        ("# a remark", "# another", []),
    ],
)
def test_who_runs_changed_code(old: str, new: str, exercises: list[str]) -> None:
    """A change concerns those that reach it, through helpers, constants and other exercises."""
    source = (
        "SIZE = 3\ndef helper(x):\n    return x + 1\ndef first(x):\n    return helper(x)  # a remark\n"
        "def second(x):\n    return first(x) * 2\ndef third(x):\n    return SIZE * (x - 1)\n"
    )

    assert concerned(source, source.replace(old, new), ["first", "second", "third"]) == exercises


def test_only_of_one_exercise() -> None:
    """Those of one exercise are the same, names included, as among all."""
    source = "def helper(x):\n    return x + 1\n"
    source += "".join(f"def {name}(x):\n    return helper(x) * 2\n" for name in "fg")
    everything = mutants(source, ["f", "g"])

    assert mutants(source, ["f", "g"], of="g") == [m for m in everything if m.exercise == "g"]
    assert len({m.exercise for m in everything}) == 2


def test_unused_helper_left_alone() -> None:
    """What no exercise reaches cannot be noticed."""
    got = mutants(HELPERS, ["first", "Layer"])

    assert not [mutant for mutant in got if "3" in mutant.was]


def test_methods_are_mutated() -> None:
    """An exercise may be a class."""
    got = {mutant.was for mutant in mutants(HELPERS, ["Layer"])}

    assert "return shared(x) + 6" in got


def test_decorated_functions_are_mutated() -> None:
    """The decorator stays as it is, and is no obstacle."""
    source = "import functools\n\n\n@functools.cache\ndef f(x):\n    return x + 1\n"

    assert of_operator(source, "plus-minus")[0].source.endswith("@functools.cache\ndef f(x):\n    return x - 1\n")


def test_equal_trees_yielded_once() -> None:
    """Two operators that agree make one mutant."""
    source = "def f(x):\n    return x[-1], x ** 2\n"
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in mutants(source, ["f"])]

    assert len(trees) == len(set(trees))


def test_missing_exercise_refused() -> None:
    """An exercise without mutants would look well tested."""
    with pytest.raises(AssignmentError, match="defines no 'g'"):
        mutants("def f(x):\n    return x\n", ["f", "g"])


def test_broken_solution_refused() -> None:
    """What is no Python is the author's to mend."""
    with pytest.raises(AssignmentError, match="line 1: the solution is no Python"):
        mutants("def f(:\n", ["f"])


@pytest.fixture(scope="module")
def convolution() -> tuple[str, set[int], list[Mutant]]:
    source = SOLUTION.read_text(encoding="utf-8")
    exercises = [exercise["name"] for exercise in tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["exercise"]]
    lines = {line for marked in find_marked(source) for line in range(marked.first, marked.last + 1)}
    return source, lines, mutants(source, exercises, lines)


def test_real_solution_has_hundreds(convolution: tuple[str, set[int], list[Mutant]]) -> None:
    """Enough to try the tests with, few enough to try them all; every exercise has some."""
    _, _, found = convolution

    assert 600 < len(found) < 1200
    assert len({mutant.exercise for mutant in found}) == 13


def test_real_mutants_compile(convolution: tuple[str, set[int], list[Mutant]]) -> None:
    """Every one is a program, without a warning, and another one than the solution."""
    source, _, found = convolution
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        codes = {compile(mutant.source, "mutant", "exec") for mutant in found}

    assert compile(source, "mutant", "exec") not in codes
    assert all(mutant.source != source for mutant in found)


def test_real_mutants_have_names(convolution: tuple[str, set[int], list[Mutant]]) -> None:
    """No two share a name or a text."""
    _, _, found = convolution

    assert len({mutant.name for mutant in found}) == len({mutant.source for mutant in found}) == len(found)


def test_real_mutants_stay_in_solution(convolution: tuple[str, set[int], list[Mutant]]) -> None:
    """What differs lies between the markers, on the line that the mutant names."""
    source, lines, found = convolution
    before = source.splitlines()
    for mutant in found:
        after = mutant.source.splitlines()
        assert after[: mutant.line - 1] == before[: mutant.line - 1]
        assert after[mutant.line - 1] != before[mutant.line - 1]

    assert {mutant.line for mutant in found} <= lines
