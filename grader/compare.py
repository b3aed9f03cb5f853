"""Whether an answer is the expected one, and if not, in what it differs.

Compared in this order, so that the first difference is the most telling: kind of thing, length or keys, shape, kind of
dtype, finiteness, values. Nothing is broadcast. The bound on a difference is one number per array, the first digit of
``atol + rtol·max|expected|``, so that neither the bound nor the message tells the size of a single element. (All its
digits would tell the largest: from a bound of 2.3456789e-7 follows an expected number of 2.3456789.) The numbers of a
list or tuple are compared one by one, whatever holds the answer.

Where the expected answer is not at hand, a `Locked` one judges by the same rules.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Number
from typing import Any

import numpy as np

from grader.contents import largest_in
from grader.model import Raised, Tolerance
from grader.wire import Opaque

_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first difference between an answer and the expected one.

    `kind` is one of "type", "length", "keys", "shape", "dtype", "nonfinite", "value", "raised". `where` is the place
    inside the answer ("" is all of it, "[1]" its second element). `says` holds no value of the expected answer;
    `reveals` does, and is shown for visible tests only.
    """

    kind: str
    says: str
    where: str = ""
    reveals: str = ""

    def text(self, *, visible: bool) -> str:
        """One sentence, with the values only if the test is visible."""
        place = f"in result {self.where}: " if self.where else ""
        return f"{place}{self.says}{self.reveals if visible else ''}"


class Locked(ABC):
    """In the place of an expected answer that is not at hand, but can be told from a wrong one."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many values the expected answer holds."""

    @abstractmethod
    def difference(self, got: Any, *, float32: bool) -> Mismatch | None:
        """What `compare` says of an answer and the expected one, as far as that can be known."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """How exact an answer must be. Without `values`, only its form is compared."""

    tolerance: Tolerance
    float32: bool
    values: bool = True


def compare(got: Any, want: Any, tolerance: Tolerance, *, float32: bool = False) -> Mismatch | None:
    """The first difference of `got` from `want`, or None if they agree.

    `got` and `want` are plain data: numbers, text, None, arrays, and sequences and dicts of them; or `Raised`. A tuple
    and a list of the same elements agree, an array will do for a list of numbers, and an array of shape () for a
    scalar. With `float32`, an answer in float32 is as good as one in float64.
    """
    if isinstance(want, Locked):
        return want.difference(got, float32=float32)
    with np.errstate(all="ignore"):
        return _compare(got, want, _Rule(tolerance, float32), "")


def judge(
    got: Any, want: Any, tolerance: Tolerance, *, float32: Callable[[], bool]
) -> tuple[Mismatch | None, float | None]:
    """Both what `compare` says of an answer and its `excess`, which is None where the expected answer is locked.

    Most answers are arrays of floats and right, and need neither in full; then `float32` is not asked.
    """
    far = _excess_if_right(got, want, tolerance)
    if far is not None:
        return None, far
    mismatch = compare(got, want, tolerance, float32=float32())
    return mismatch, None if isinstance(want, Locked) else excess(got, want, tolerance)


_EXACT = frozenset((bool, int, str, type(None)))


def _excess_if_right(got: Any, want: Any, tolerance: Tolerance) -> float | None:
    """The excess if answers are equal, or are floats and arrays of float64 that agree; None if that is not clear."""
    kind = type(want)
    if kind is float and type(got) is float:
        return _share(abs(got - want), want, tolerance)
    if kind in _EXACT and type(got) is kind and got == want:
        return 0.0
    if kind is dict and type(got) is dict and got.keys() == want.keys():
        return _largest_share([_excess_if_right(got[key], want[key], tolerance) for key in want])
    if kind in (tuple, list) and type(got) in (tuple, list) and len(got) == len(want):
        return _largest_share([_excess_if_right(g, w, tolerance) for g, w in zip(got, want, strict=True)])
    if kind is not np.ndarray or type(got) is not np.ndarray or got.shape != want.shape or got.dtype != want.dtype:
        return None
    if want.dtype.kind in "biu" and got.tobytes() == want.tobytes():
        return 0.0
    if want.dtype != np.float64 or not want.size:
        return None
    if got.tobytes() == want.tobytes() and np.isfinite(want).all():
        return 0.0
    with np.errstate(all="ignore"):
        return _share(float(np.abs(got - want).max()), want, tolerance)


def _share(worst: float, want: Any, tolerance: Tolerance) -> float | None:
    """The worst difference as a share of what is allowed; None if it is too large, or NaN, as from two infinities."""
    if worst == 0:
        return 0.0
    bound = allowed(want, tolerance)
    return worst / bound if worst < bound else None


def _largest_share(each: list[float | None]) -> float | None:
    shares = [share for share in each if share is not None]
    return max(shares) if shares and len(shares) == len(each) else None


def compare_form(got: Any, want: Any, *, float32: bool = False) -> Mismatch | None:
    """As `compare`, for all but the values: kinds of things, lengths, keys, shapes, dtypes, exceptions."""
    return _compare(got, want, _Rule(Tolerance(), float32, values=False), "")


def allowed(want: Any, tolerance: Tolerance) -> float:
    """The bound on differences from one array or number: they must be smaller."""
    bound = tolerance.atol + tolerance.rtol * largest_in(want)
    if not bound or not math.isfinite(bound):
        return bound
    digits, _, exponent = f"{bound:.12e}".partition("e")
    return float(f"{digits[0]}e{exponent}")


def excess(got: Any, want: Any, tolerance: Tolerance) -> float:
    """The largest difference of `got` from `want` as a multiple of what is allowed: 1 or more is a wrong answer.

    0 where they are equal, or agree and are not of floats; infinite where they differ in anything but finite values.
    """
    with np.errstate(all="ignore"):
        return _excess(got, want, tolerance)


def _excess(got: Any, want: Any, tolerance: Tolerance) -> float:
    if isinstance(want, Mapping) and isinstance(got, Mapping) and got.keys() == want.keys():
        return max((_excess(got[key], want[key], tolerance) for key in want), default=0.0)
    if isinstance(want, (tuple, list)) and isinstance(got, (tuple, list)) and len(got) == len(want):
        return max((_excess(g, w, tolerance) for g, w in zip(got, want, strict=True)), default=0.0)
    if _are_floats(want) and isinstance(got, (np.ndarray, np.generic, int, float)):
        g, w = np.asarray(got), np.asarray(want)
        if g.shape == w.shape and g.dtype != object:  # an int may be too large for any number of numpy's
            return _largest(g, w, tolerance)
    return 0.0 if _compare(got, want, _Rule(tolerance, float32=True), "") is None else math.inf


def _are_floats(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic, float)) and np.asarray(value).dtype.kind == "f"


def _largest(got: np.ndarray, want: np.ndarray, tolerance: Tolerance) -> float:
    if not want.size:
        return 0.0
    difference = np.where(got == want, 0.0, np.abs(got.astype(np.float64) - want))
    worst = float(np.max(difference)) / (allowed(want, tolerance) or math.inf)
    return math.inf if math.isnan(worst) else worst


def _compare(got: Any, want: Any, rule: _Rule, where: str) -> Mismatch | None:
    if isinstance(got, Raised) or isinstance(want, Raised):
        return _compare_raised(got, want, where)
    if isinstance(want, Mapping):
        return _compare_dicts(got, want, rule, where)
    if isinstance(want, (tuple, list)):
        return _compare_sequences(got, want, rule, where)
    if isinstance(want, (np.ndarray, np.generic, Number)):
        return _compare_numbers(got, want, rule, where)
    if type(got) is not type(want):
        return Mismatch("type", f"expected {_describe(want)}, got {_describe(got)}", where)
    if rule.values and got != want:
        return Mismatch("value", f"this {type(want).__name__} is not the expected one", where, _expected(got, want))
    return None


def _compare_raised(got: Any, want: Any, where: str) -> Mismatch | None:
    if isinstance(got, Raised) and isinstance(want, Raised) and got == want:
        return None
    if isinstance(want, Raised):
        came = f"raised {got.kind}" if isinstance(got, Raised) else f"returned {_describe(got)}"
        return Mismatch("raised", f"should have raised {want.kind}, but {came}", where)
    return Mismatch("raised", f"raised {got.kind} where {_describe(want)} was expected", where)


def _compare_dicts(got: Any, want: Mapping[Any, Any], rule: _Rule, where: str) -> Mismatch | None:
    if not isinstance(got, Mapping):
        return Mismatch("type", f"expected a dict, got {_describe(got)}", where)
    missing = [key for key in want if key not in got]
    if missing or len(got) != len(want):
        keys = f"key {missing[0]!r} is missing" if missing else f"expected {len(want)} keys, got {len(got)}"
        return Mismatch("keys", keys, where)
    return _first(_compare(got[key], want[key], rule, f"{where}[{key!r}]") for key in want)


def _compare_sequences(got: Any, want: Any, rule: _Rule, where: str) -> Mismatch | None:
    if isinstance(got, np.ndarray) and want and all(isinstance(w, (Number, np.generic)) for w in want):
        return _compare_array_with_numbers(got, want, rule, where)
    if not isinstance(got, (tuple, list)):
        return Mismatch("type", f"expected {_describe(want)}, got {_describe(got)}", where)
    if len(got) != len(want):
        return Mismatch("length", f"expected {len(want)} results, got {len(got)}", where)
    pairs = enumerate(zip(got, want, strict=True))
    return _first(_compare(g, w, rule, f"{where}[{i}]") for i, (g, w) in pairs)


def _compare_array_with_numbers(got: np.ndarray, want: Sequence[Any], rule: _Rule, where: str) -> Mismatch | None:
    """An array in the place of a sequence of numbers, which are compared one by one as they would be in a list."""
    form = _compare_numbers(got, np.asarray(want), replace(rule, values=False), where)
    pairs = enumerate(zip(got, want, strict=True)) if form is None else ()
    return form or _first(_compare_values_of(g, w, rule, f"{where}[{i}]") for i, (g, w) in pairs)


def _first(mismatches: Any) -> Mismatch | None:
    return next((m for m in mismatches if m is not None), None)


def _compare_numbers(got: Any, want: Any, rule: _Rule, where: str) -> Mismatch | None:
    scalar = np.ndim(want) == 0
    if not isinstance(got, (np.ndarray, np.generic, Number)):
        return Mismatch("type", f"expected {_describe(want)}, got {_describe(got)}", where)
    g, w = np.asarray(got), np.asarray(want)
    if g.shape != w.shape:
        return Mismatch("shape", f"expected {_shape(w)}, got {_shape(g)}", where)
    kind = _compare_dtypes(g.dtype, w.dtype, scalar=scalar, float32=rule.float32)
    if kind:
        return Mismatch("dtype", kind, where)
    return _compare_values_of(g, w, rule, where)


def _compare_values_of(got: Any, want: Any, rule: _Rule, where: str) -> Mismatch | None:
    """What differs in the values of two arrays, or numbers, of one shape."""
    if not rule.values:
        return None
    g, w = np.asarray(got), np.asarray(want)
    if w.dtype.kind not in "fc":
        return _compare_exactly(g, w, where)
    return _compare_finiteness(g, w, where) or _compare_values(g, w, rule.tolerance, where)


def _compare_dtypes(got: np.dtype[Any], want: np.dtype[Any], *, scalar: bool, float32: bool) -> str:
    """The complaint about the dtype, or "". A whole number will do for a float scalar."""
    got_kind, want_kind = (_KINDS.get(dtype.kind) or str(dtype) for dtype in (got, want))
    if got_kind != want_kind and not (scalar and (got_kind, want_kind) == ("int", "float")):
        return f"expected dtype {want if want_kind == 'float' else want_kind}, got {got}"
    too_narrow = want_kind == "float" and got_kind == "float" and got.itemsize < (4 if float32 else 8)
    return f"expected dtype float64, got {got}" if too_narrow and not scalar else ""


def _compare_exactly(got: np.ndarray, want: np.ndarray, where: str) -> Mismatch | None:
    different = got != want
    count = int(np.count_nonzero(different))
    if not count:
        return None
    if want.ndim == 0:
        return Mismatch("value", "the value is not the expected one", where, _expected(got, want))
    index = np.unravel_index(int(np.argmax(different)), want.shape)
    says = f"{count} of {want.size} values differ, the first at {_index(index)}"
    return Mismatch("value", says, where, _expected(got[index], want[index]))


def _compare_finiteness(got: np.ndarray, want: np.ndarray, where: str) -> Mismatch | None:
    strange = ~np.isfinite(got) & ~((got == want) & np.isinf(want))
    if not strange.any():
        return None
    nans, infinities = int(np.isnan(got).sum()), int((strange & np.isinf(got)).sum())
    counts = " and ".join(f"{n} {what}" for n, what in ((nans, "NaN"), (infinities, "infinite")) if n)
    if want.ndim == 0:
        return Mismatch("nonfinite", f"expected a finite number, got {got}", where, _expected(got, want))
    index = np.unravel_index(int(np.argmax(strange)), want.shape)
    says = f"{counts} among {want.size} values, the first at {_index(index)}; all should be finite"
    return Mismatch("nonfinite", says, where)


def _compare_values(got: np.ndarray, want: np.ndarray, tolerance: Tolerance, where: str) -> Mismatch | None:
    if not want.size:
        return None
    bound = allowed(want, tolerance)
    wide = np.result_type(want.dtype, np.float64)
    difference = np.where(got == want, 0.0, np.abs(got.astype(wide) - want.astype(wide)))
    different = (difference >= bound) & (difference > 0) | np.isnan(difference)
    count = int(np.count_nonzero(different))
    if not count:
        return None
    index = np.unravel_index(int(np.argmax(np.nan_to_num(difference, nan=np.inf))), want.shape)
    worst = f"{difference[index]:.3g}"
    if want.ndim == 0:
        says = f"differs by {worst}; less than {bound:.1g} is allowed"
    else:
        says = f"{count} of {want.size} values differ, the most by {worst} at {_index(index)}"
        says += f"; less than {bound:.1g} is allowed"
    return Mismatch("value", says, where, _expected(got[index], want[index]))


def _expected(got: Any, want: Any) -> str:
    return f" (expected {_value(want)}, got {_value(got)})"


def _value(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.item() if np.ndim(value) == 0 else value
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def _index(index: tuple[Any, ...]) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def _shape(a: np.ndarray) -> str:
    return f"shape {a.shape}" if a.ndim else "a single number"


def _describe(value: Any) -> str:
    """A value's kind in the student's words. Names only types that the toolkit knows: others are the submission's."""
    if value is None:
        return "None (is there a `return`?)"
    if isinstance(value, (np.ndarray, np.generic)):
        return f"an array of shape {value.shape}" if value.ndim else "a number"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__ if type(value) in (tuple, list) else 'sequence'} of {len(value)}"
    if isinstance(value, Opaque):
        return f"something that cannot be compared: {value.why}"
    known = {bool: "a bool", int: "an int", float: "a float", complex: "a complex number", str: "a str"}
    known |= {bytes: "bytes", dict: "a dict", set: "a set", frozenset: "a set"}
    return known.get(type(value), "an object of another kind")
