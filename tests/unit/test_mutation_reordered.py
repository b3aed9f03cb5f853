"""A reordered module computes the same up to rounding, and not always the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.mutation import reordered

RNG = np.random.default_rng(7)
A, B, C = RNG.normal(size=(19, 23)), RNG.normal(size=(23, 31)), RNG.normal(size=(3, 19, 23))
V, U = RNG.normal(size=23), RNG.normal(size=23)

CASES = [
    ("a @ b", A, B),
    ("a @ b", C, B),
    ("a @ b", C, C.swapaxes(1, 2)),
    ("a @ b", V, B),
    ("a @ b", A, V),
    ("a @ b", V, U),
    ("np.matmul(a, b)", C, B),
    ("np.matmul(a, b)", A.tolist(), B.tolist()),
    ("np.dot(a, b)", A, B),
    ("np.dot(a, b)", C, B),
    ("np.dot(a, b)", 3, B),
    ("a.dot(b)", A, V),
    ("np.sum(a * b)", V, U),
    ("np.sum(a, axis=b)", A, 0),
    ("np.sum(a, b)", C, 2),
    ("np.sum(a, axis=b)", C, (0, 2)),
    ("np.sum(a, axis=b, keepdims=True)", A, -1),
    ("np.sum(a) + b", 3.5, 1),
    ("np.mean(a, b)", A, 1),
    ("a.sum(axis=b)", A, 0),
    ("a.mean(b)", C, 1),
    ("a.mean() + b", A, 1),
    ("a.sum(where=b)", V, U > 0),
    ("np.einsum('ij,jk->ik', a, b)", A, B),
    ("np.einsum('ij,jk', a, b)", A, B),
    ("np.einsum('...j,jk->...k', a, b)", C, B),
    ("np.einsum('nij, ij -> n', a, b)", C, A),
    ("np.einsum('ii', a) + b", A[:, :19], 1),
    ("np.tensordot(a, b, axes=(1, 0))", A, B),
    ("np.tensordot(a, b, axes=1)", C, B),
    ("np.tensordot(a, b)", C, A),
    ("np.tensordot(a, b, ((1, 2), (0, 1)))", C, A),
    ("sum(x * b for x in a)", V, 2),
    ("sum(a, b)", V, 2.0),
]


def run(source: str, *arguments: Any) -> Any:
    names: dict[str, Any] = {}
    exec(compile(source, "module", "exec"), names)
    return names["f"](*arguments)


def module(expression: str) -> str:
    return f"import numpy as np\n\n\ndef f(a, b):\n    return {expression}\n"


@pytest.mark.parametrize(("expression", "a", "b"), CASES)
def test_same_up_to_rounding(expression: str, a: Any, b: Any) -> None:
    """Values, shape and dtype."""
    want, got = run(module(expression), a, b), run(reordered(module(expression)), a, b)

    assert np.asarray(got).dtype == np.asarray(want).dtype
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "expression",
    ["a @ b", "np.sum(a, axis=0)", "a.mean(axis=0)", "np.einsum('ij,jk->ik', a, b)", "np.tensordot(a, b, 1)", "sum(a)"],
)
def test_not_the_same_bits(expression: str) -> None:
    """Otherwise the order would be the old one."""
    a, b = RNG.normal(size=(40, 300)), RNG.normal(size=(300, 20))
    want, got = run(module(expression), a, b), run(reordered(module(expression)), a, b)

    assert (got != want).any()


@pytest.mark.parametrize("expression", ["a @ b", "np.sum(a, axis=1)", "np.dot(a, b)", "np.einsum('ij,jk->ik', a, b)"])
def test_whole_numbers_exact(expression: str) -> None:
    """Ints are added without rounding, in whatever order, and stay ints."""
    a, b = RNG.integers(-9, 9, size=(4, 5)), RNG.integers(-9, 9, size=(5, 3))
    want, got = run(module(expression), a, b), run(reordered(module(expression)), a, b)

    assert got.dtype == want.dtype
    assert got.tolist() == want.tolist()


def test_objects_keep_their_own() -> None:
    """A class with methods of these names, and arrays of objects, are left alone."""
    source = """\
import numpy as np


class Total:
    def sum(self, axis):
        return ("own", axis)

    def __matmul__(self, other):
        return "own @"


def f():
    return Total().sum(axis=3), Total() @ 1, np.sum(np.array(["a", "b"], dtype=object)), sum([[1], [2]], [])
"""

    assert run(reordered(source)) == (("own", 3), "own @", "ab", [1, 2])


def test_errors_stay() -> None:
    """Shapes that do not fit are numpy's to complain about."""
    with pytest.raises(ValueError, match="matmul"):
        run(reordered(module("a @ b")), A, A)
    with pytest.raises(ValueError, match="axis 5"):
        run(reordered(module("np.sum(a, axis=b)")), A, 5)


def test_arguments_not_written() -> None:
    """What was read only can still be read."""
    frozen = A.copy()
    frozen.flags.writeable = False

    np.testing.assert_allclose(run(reordered(module("(a @ b).sum()")), frozen, B), (A @ B).sum())


def test_prelude_stands_behind_docstring() -> None:
    """The docstring stays the docstring, and imports from the future stay first."""
    first = '"""A module."""\n\nfrom __future__ import annotations\n\nimport numpy as np\n'
    source = f"{first}\n\ndef f(a: Unknown):\n    return a.sum()\n"
    names: dict[str, Any] = {}
    exec(compile(reordered(source), "module", "exec"), names)

    assert names["__doc__"] == "A module."
    assert names["f"](A) == pytest.approx(A.sum())


def test_module_without_numpy_unchanged() -> None:
    """There is nothing to take in another order."""
    source = "def f(a):\n    return sum(a)  # a sum\n"

    assert reordered(source) == source
