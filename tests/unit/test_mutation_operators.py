"""Each operator makes exactly these lines of this one."""

from __future__ import annotations

import pytest

from grader.mutation import OPERATORS, mutants

CASES = [
    ("deletion", "out[0] = a", ["pass"]),
    ("deletion", "a += b", ["pass"]),
    ("deletion", "out.append(a)", ["pass"]),
    ("deletion", "if a: return b", ["pass"]),
    ("deletion", 'if a: raise ValueError("a must be false")', ["pass"]),
    ("deletion", 'raise ValueError("never")', ["pass"]),
    ("deletion", "c = a", []),
    ("jump", "while a: continue", ["while a: break", "while a: pass"]),
    ("jump", "while a: break", ["while a: continue", "while a: pass"]),
    ("loop-once", "for c in a: b(c)", ["for c in list(a)[:1]: b(c)"]),
    ("loop-once", "return [c for c in a]", ["return [c for c in list(a)[:1]]"]),
    ("loop-once", "for c in 1, 2: b(c)", ["for c in list((1, 2))[:1]: b(c)"]),
    ("loop-skips", "for c in a: b(c)", ["for c in list(a)[1:]: b(c)", "for c in list(a)[:-1]: b(c)"]),
    ("loop-skips", "for c in range(a): b(c)", ["for c in list(range(a))[1:]: b(c)"]),
    ("loop-skips", "for c in range(1, a): b(c)", []),
    ("result-order", "return x, a, b", ["return a, x, b", "return x, b, a"]),
    ("result-order", "return (a + b), x", ["return (x), a + b"]),
    ("zero-result", "return a, b", ["return np.zeros_like(a), b", "return a, np.zeros_like(b)"]),
    ("zero-result", "return a", []),
    ("axis", "return a.sum(axis=1)", ["return a.sum(axis=0)", "return a.sum(axis=2)", "return a.sum()"]),
    ("axis", "return a.sum(axis=-1)", ["return a.sum(axis=0)", "return a.sum(axis=-2)", "return a.sum()"]),
    ("axis", "return np.max(a, axis=0)", ["return np.max(a, axis=1)", "return np.max(a, axis=-1)", "return np.max(a)"]),
    ("axis", "return a.sum(0)", ["return a.sum(1)", "return a.sum(-1)", "return a.sum()"]),
    ("axis", "return np.sum(a, 0)", ["return np.sum(a, 1)", "return np.sum(a, -1)", "return np.sum(a)"]),
    ("axis", "return a.sum(axis=(0, 2))", ["return a.sum(axis=(2,))", "return a.sum(axis=(0,))", "return a.sum()"]),
    ("axis", "return a.sum(axis=b, keepdims=True)", ["return a.sum(keepdims=True)"]),
    (
        "contracted-axes",
        "return np.tensordot(a, b, axes=((0, 1), (1, 2)))",
        ["return np.tensordot(a, b, axes=((1,), (2,)))", "return np.tensordot(a, b, axes=((0,), (1,)))"],
    ),
    ("keepdims", "return a.sum(axis=0, keepdims=True)", ["return a.sum(axis=0)"]),
    ("keepdims", "return a.sum(keepdims=False)", ["return a.sum(keepdims=True)"]),
    ("transpose", "return a.T", ["return a"]),
    ("transpose", "return a @ b", ["return a.T @ b", "return a @ b.T"]),
    ("transpose", "return a.swapaxes(0, 1)", ["return a"]),
    ("transpose", "return (a + b).T * x", ["return (a + b) * x"]),
    (
        "transpose",
        "return a.transpose(2, 0, 1)",
        ["return a", "return a.transpose(0, 2, 1)", "return a.transpose(2, 1, 0)"],
    ),
    ("transpose", "return np.transpose(a, (1, 0))", ["return a", "return np.transpose(a, (0, 1))"]),
    ("reshape", "return a.reshape(x, b, -1)", ["return a.reshape(x, -1, b)"]),
    ("reshape", "return np.reshape(a, (b, 2))", ["return np.reshape(a, (2, b))"]),
    ("reshape", "return a.reshape(b, b)", []),
    (
        "joining-order",
        "return np.concatenate([a, b, x])",
        ["return np.concatenate([b, a, x])", "return np.concatenate([a, x, b])"],
    ),
    ("joining-order", "return np.stack((a, b), axis=1)", ["return np.stack((b, a), axis=1)"]),
    ("einsum", 'return np.einsum("ij,jk->ik", a, b)', ['return np.einsum("ij,jk->ki", a, b)']),
    ("reversal", "return a[:, ::-1]", ["return a[:, :]"]),
    ("reversal", "return np.flip(a, 0)", ["return a"]),
    ("reversal", "return list(reversed(a))", ["return list(a)"]),
    ("sum-mean", "return np.sum(a) + b.mean()", ["return np.mean(a) + b.mean()", "return np.sum(a) + b.sum()"]),
    ("zeros-ones", "a = np.zeros_like(b)", ["a = np.ones_like(b)"]),
    ("zeros-ones", "a = np.ones(3)", ["a = np.zeros(3)"]),
    ("function", "return np.sqrt(a) * b", ["return a * b"]),
    ("function", "return np.sqrt(a + b) * b", ["return (a + b) * b"]),
    ("function", "return np.log(a)", ["return np.log1p(a)"]),
    ("function", "return np.maximum(a, 0)", ["return a", "return np.abs(a)"]),
    ("function", "return np.clip(a, 0, 1)", ["return a"]),
    ("function", "return np.maximum(a, b)", []),
    ("where", "return np.where(x, a, b)", ["return np.where(x, b, a)", "return a", "return b"]),
    ("copying", "c = a.copy()", ["c = a"]),
    ("copying", "c = np.array(a, dtype=float)", ["c = np.asarray(a, dtype=float)"]),
    ("copying", "c = np.array([1, 2])", []),
    (
        "conversion",
        "a = np.asarray(a, dtype=float)",
        ["a = np.asarray(a)", "a = np.asarray(a, dtype=np.float32)", "a = a"],
    ),
    ("conversion", "return a.astype(float)", ["return a", "return a.astype(np.float32)"]),
    ("in-place", "return a - b", ["return np.subtract(a, b, out=a)"]),
    ("in-place", "return np.exp(a) * 2", ["return np.exp(a, out=a) * 2"]),
    ("in-place", "c = a * 2; return c - b", ["c = np.multiply(a, 2, out=a); return c - b"]),
    ("in-place", "c = np.asarray(a); return c - b", ["c = np.asarray(a); return np.subtract(c, b, out=c)"]),
    ("comparison", "return a < b", ["return a <= b"]),
    ("comparison", "return a < b == x", ["return a <= b == x", "return a < b != x"]),
    ("negation", "if a > b: return x", ["if a <= b: return x"]),
    ("negation", "while a: b()", ["while not a: b()"]),
    ("negation", "while a or b: x()", ["while not (a or b): x()"]),
    ("negation", "if a is not None: return x", ["if a is None: return x"]),
    ("negation", "return np.where(a, b, x)", ["return np.where(~a, b, x)"]),
    ("negation", "return a * (b > 0)", ["return a * (b <= 0)"]),
    ("and-or", "return a and b", ["return a or b"]),
    ("and-or", "return (x or a) and b", ["return (x or a) or b", "return (x and a) and b"]),
    ("not-dropped", "return not a", ["return a"]),
    ("min-max", "return max(a, b)", ["return min(a, b)"]),
    ("min-max", "return np.argmax(a)", ["return np.argmin(a)"]),
    ("min-max", "return a.max(axis=1)", ["return a.min(axis=1)"]),
    ("plus-minus", "return a + b", ["return a - b"]),
    ("plus-minus", "return x - (a + b)", ["return x + (a + b)", "return x - (a - b)"]),
    ("plus-minus", 'return "a" + b', []),
    ("times-divide", "return a * b", ["return a / b"]),
    ("times-divide", "return a / (b)", ["return a * (b)"]),
    ("floor-division", "return a // b", ["return a / b"]),
    ("remainder", "return a % b", ["return a"]),
    ("exponent", "return a ** 2", ["return a ** 3", "return a ** 1"]),
    ("exponent", "return a ** b", ["return a ** (b + 1)", "return a ** (b - 1)"]),
    ("sign", "return b * -a", ["return -(b * -a)", "return b * a"]),
    ("sign", "return a.shape[-1]", []),
    ("sign", "return np.dot(a, b)", ["return -np.dot(a, b)"]),
    ("operand-order", "return a @ b", ["return b @ a"]),
    ("operand-order", "return a - b * x", ["return (b * x) - a"]),
    ("operand-order", "return (a - b) ** 2", []),
    ("operand-order", "return (a + b) / x", ["return x / (a + b)"]),
    ("drop-term", "return a + b", ["return a", "return b"]),
    ("drop-term", "return a - b", ["return a", "return -b"]),
    (
        "drop-term",
        "return x * (a - (b + 1))",
        ["return x * (a)", "return x * (-(b + 1))", "return x * (a - (b))", "return x * (a - (1))"],
    ),
    ("drop-factor", "return a * b", ["return a", "return b"]),
    ("drop-factor", "return (a + b) / x", ["return a + b"]),
    ("drop-factor", "return b ** (a * x)", ["return b ** (a)", "return b ** (x)"]),
    ("accumulation", "a += b", ["a = b", "a -= b"]),
    ("accumulation", "a = b", ["a += b"]),
    ("accumulation", "c = b", []),
    ("constant", "return a * 3", ["return a * 4", "return a * 2"]),
    ("constant", "return a[0]", ["return a[1]"]),
    ("constant", "return a[-2]", ["return a[-1]", "return a[-3]"]),
    ("constant", "return a * 0.5", ["return a * 1.0", "return a * 0.25"]),
    ("constant", "return a * 1e-08", ["return a * 2e-08", "return a * 5e-09", "return a * 0.0"]),
    ("boolean", "c = True", ["c = False"]),
    ("slice-bound", "return a[1:]", ["return a[2:]", "return a[:]"]),
    ("slice-bound", "return a[:-1]", ["return a[:-2]", "return a[:]"]),
    (
        "slice-bound",
        "return a[b : (b + x)]",
        [
            "return a[b + 1 : (b + x)]",
            "return a[b - 1 : (b + x)]",
            "return a[ : (b + x)]",
            "return a[b : (b + x + 1)]",
            "return a[b : (b + x - 1)]",
            "return a[b : ]",
        ],
    ),
    (
        "slice-bound",
        "return slice(a, 2)",
        [
            "return slice(a + 1, 2)",
            "return slice(a - 1, 2)",
            "return slice(None, 2)",
            "return slice(a, 3)",
            "return slice(a, 1)",
            "return slice(a, None)",
        ],
    ),
    ("slice-step", "return a[::b]", ["return a[::b + 1]", "return a[::b - 1]", "return a[::]"]),
    ("index", "return a[-1]", ["return a[0]"]),
    ("index", "return a[0]", ["return a[-1]"]),
    (
        "index",
        "return [a[i] for i in range(3)]",
        ["return [a[i + 1] for i in range(3)]", "return [a[i - 1] for i in range(3)]"],
    ),
    ("range-bound", "return range(a)", ["return range(a + 1)", "return range(a - 1)"]),
    (
        "range-bound",
        "return range(1, a)",
        [
            "return range(2, a)",
            "return range(0, a)",
            "return range(1, a + 1)",
            "return range(1, a - 1)",
            "return range(a)",
        ],
    ),
    (
        "range-bound",
        "return range(a - 1, -1, -1)",
        [
            "return range(a - 1, 0, -1)",
            "return range(a - 1, -2, -1)",
            "return range(0, a)",
        ],
    ),
    ("variable", "kh, kw = b; return kh", ["kh, kw = a; return kh", "kh, kw = b; return kw"]),
    ("variable", "dc = x; return dc", ["dc = a; return dc"]),
    ("upstream", "dout = a; return dout", []),
]


def changed_lines(line: str, operator: str, parameters: str = "x, a, b") -> list[str]:
    """What the operator makes of a line in a function of some parameters."""
    source = f"import numpy as np\n\n\ndef f({parameters}):\n    {line}\n"
    return [m.source.splitlines()[4].strip() for m in mutants(source, ["f"]) if m.operator == operator]


@pytest.mark.parametrize(("operator", "line", "want"), CASES)
def test_operator_makes_lines(operator: str, line: str, want: list[str]) -> None:
    """Nothing but these, in this order."""
    got = changed_lines(line, operator)

    assert got == want


def test_every_operator_has_cases() -> None:
    """An operator without a case would be untested."""
    assert {operator for operator, _, _ in CASES} == set(OPERATORS)


def test_upstream_becomes_ones() -> None:
    """The gradient is dropped where it is used, not where only its shape is."""
    got = changed_lines("return dout * np.zeros(dout.shape)", "upstream", "dout, x")

    assert got == ["return np.ones_like(dout) * np.zeros(dout.shape)"]


def test_backward_result_zeroed() -> None:
    """The one result of a backward pass becomes zeros, as do those of a tuple."""
    got = changed_lines("return dout * x", "zero-result", "dout, x")

    assert got == ["return np.zeros_like(dout * x)"]


def test_scalars_not_borrowed() -> None:
    """An int cannot be written in place, so that mutant would only crash."""
    got = changed_lines("return n - k - m", "in-place", "n: int, k=1, m=None")

    assert got == []


def test_array_with_scalar_default_borrowed() -> None:
    """A name that gets a new array is the function's own, whatever it was before."""
    got = changed_lines("x = x + 1; return x - 2", "in-place", "x")

    assert got == []


def test_default_becomes_other() -> None:
    """The default of a parameter is a constant like another."""
    source = "def f(a, k=2):\n    return a\n"
    got = [m.source.splitlines()[0] for m in mutants(source, ["f"]) if m.operator == "constant"]

    assert got == ["def f(a, k=3):", "def f(a, k=1):"]


def test_neighbours_of_other_types_differ() -> None:
    """A parameter that is annotated otherwise is no likely slip."""
    got = changed_lines("return pad + 1", "variable", "x: list, pad: int, stride: int")

    assert got == ["return stride + 1"]


def test_gradient_has_same_shape() -> None:
    """Where only the shape counts, an array's gradient does as well."""
    got = changed_lines("dx = [x]; return x.shape, x", "variable", "x")

    assert got == ["dx = [x]; return x.shape, dx"]


def test_unbound_variable_not_used() -> None:
    """A variable that is assigned further down cannot stand in for another one."""
    got = changed_lines("w_in = h_in; w_out = w_in", "variable", "h_in")

    assert got == ["w_in = h_in; w_out = h_in"]
