"""Structural findings: what a wrong answer has to do with the right one, whatever the exercise.

Each function takes one wrong observation and returns a sentence, or None if it does not apply. Sentences must be equal
for equal causes, since a finding counts only if all wrong answers of an exercise show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np

from grader.compare import compare
from grader.model import Observation, Raised, Tolerance

# Larger answers are not searched: a finding must never cost more than the grading.
_MOST_VALUES = 200_000


def returned_none(o: Observation) -> str | None:
    """No `return`, or one without a value."""
    return (
        "Your function returns None: a `return` is missing, or something is printed instead." if o.got is None else None
    )


def not_a_tuple(o: Observation) -> str | None:
    """One array where several results are wanted, or the other way round."""
    if isinstance(o.got, Raised) or o.got is None or isinstance(o.got, dict):
        return None
    if isinstance(o.got, list) and isinstance(o.want, np.ndarray):
        return "Your function returns a list; an array is asked for."
    several, single = isinstance(o.want, (tuple, list)), not isinstance(o.got, (tuple, list))
    if several and single:
        return f"Your function returns one result; {len(o.want)} are asked for, as a tuple."
    if not several and not single and not isinstance(o.want, dict):
        found = "a tuple of one" if len(o.got) == 1 else "several results"
        return f"Your function returns {found}; one result is asked for, by itself."
    return None


def other_order(o: Observation) -> str | None:
    """The results are right but stand in another order."""
    if not _are_sequences(o) or len(o.got) != len(o.want) or len(o.want) > 6:
        return None
    alike = [[_agree(got, want, o.case.tolerance) for got in o.got] for want in o.want]
    for order in permutations(range(len(o.want))):
        if list(order) != sorted(order) and all(row[i] for row, i in zip(alike, order, strict=True)):
            place, other = next((place, other) for place, other in enumerate(order, 1) if other + 1 != place)
            says = "Your results are right but stand in another order"
            return f"{says}: number {place} should be what is your number {other + 1}."
    return None


def integer_result(o: Observation) -> str | None:
    """A buffer that took the integer dtype of an input: values are cut off or wrap around."""

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        return got.dtype.kind in "iub" and want.dtype.kind == "f" and got.shape == want.shape

    if _everywhere(o, applies):
        return "Your result has an integer dtype, so that fractions are cut off; float64 is asked for."
    return None


def single_precision(o: Observation) -> str | None:
    """Right, but computed or stored in float32."""

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        narrow = got.dtype.kind == "f" and (got.dtype.itemsize < 8 or not _close(got, want, o.case.tolerance))
        return narrow and want.dtype.kind == "f" and _close(got, want, Tolerance(5e-7, 1e-9))

    if _everywhere(o, applies):
        return (
            "Your values are only as exact as float32 is: somewhere you compute in it, where float64 is asked for, or "
            "you add a small number that the formula does not have."
        )
    return None


def extra_axis(o: Observation) -> str | None:
    """Right but for axes of length 1."""

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        return got.shape != want.shape and _close(np.squeeze(got), np.squeeze(want), o.case.tolerance)

    if _everywhere(o, applies):
        return "Your values are right, but the shape has an axis of length 1 too many or too few."
    return None


def broadcast(o: Observation) -> str | None:
    """A column against a row: (N, 1) and (N,) become (N, N)."""

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        return want.ndim == 1 and got.shape == (want.size, want.size) and want.size > 1

    if _everywhere(o, applies):
        return "Your result has shape (N, N) where (N,) is asked for: a column (N, 1) was broadcast against a row (N,)."
    return None


def transposed(o: Observation) -> str | None:
    """The axes are permuted."""
    orders: set[tuple[int, ...]] = set()

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        order = _axis_order(got, want, o.case.tolerance)
        orders.add(order)
        return bool(order)

    if _everywhere(o, applies) and len(orders) == 1:
        order = orders.pop()
        if len(order) == 2:
            return "Your result is transposed."
        return f"Your result has its axes in another order: result.transpose{order} would be right."
    return None


def negated(o: Observation) -> str | None:
    """The sign is wrong everywhere."""

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        return got.dtype.kind in "fi" and _close(-got, want, o.case.tolerance)

    return "Your result has the opposite sign." if _everywhere(o, applies) else None


def batch_factor(o: Observation) -> str | None:
    """Every value is the right one times N or 1/N, with N examples in the batch."""
    factor, n = _common_factor(o), _batch_size(o)
    if factor is None or n is None or n < 2:
        return None
    if np.isclose(factor, 1 / n):
        return "Your result is the right one times 1/N, with N examples: you average once too often."
    if np.isclose(factor, n):
        return "Your result is the right one times N, with N examples: you sum where an average is asked for."
    return None


def constant_factor(o: Observation) -> str | None:
    """Every value is the right one times the same factor."""
    factor = _common_factor(o)
    return None if factor is None else f"Your result is the right one times {factor:.6g}."


def shifted(o: Observation) -> str | None:
    """Right but moved by one along an axis."""
    moves: set[tuple[int, int]] = set()

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        move = _shift(got, want, o.case.tolerance)
        if move:
            moves.add(move)
        return move is not None

    if _everywhere(o, applies) and len(moves) == 1:
        axis, step = moves.pop()
        return f"Your result is the right one moved by {step:+d} along axis {axis}: an index is off by one."
    return None


def flipped(o: Observation) -> str | None:
    """Right but reversed along axes."""
    axes: set[tuple[int, ...]] = set()

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        found = _flip(got, want, o.case.tolerance)
        axes.add(found)
        return bool(found)

    if _everywhere(o, applies) and len(axes) == 1:
        names = " and ".join(str(a) for a in axes.pop())
        return f"Your result is reversed along axis {names}."
    return None


def border_only(o: Observation) -> str | None:
    """Right inside, wrong only in the outermost rows and columns."""

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        if got.shape != want.shape or want.ndim < 2 or min(want.shape[-2:]) < 3:
            return False
        return _close(got[..., 1:-1, 1:-1], want[..., 1:-1, 1:-1], o.case.tolerance)

    if _everywhere(o, applies):
        return "Your result is right but for its outermost rows or columns: look at padding and bounds."
    return None


def last_missing(o: Observation) -> str | None:
    """Right but for the last row, the last column, or both."""

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        if got.shape != want.shape or want.ndim < 2 or min(want.shape[-2:]) < 2:
            return False
        return _close(got[..., :-1, :-1], want[..., :-1, :-1], o.case.tolerance)

    if _everywhere(o, applies):
        return "Your result is right but for its last row or column: a loop or a slice ends one step too early."
    return None


STRUCTURES: dict[str, Callable[[Observation], str | None]] = {
    "returned_none": returned_none,
    "not_a_tuple": not_a_tuple,
    "other_order": other_order,
    "integer_result": integer_result,
    "single_precision": single_precision,
    "extra_axis": extra_axis,
    "broadcast": broadcast,
    "transposed": transposed,
    "negated": negated,
    "batch_factor": batch_factor,
    "constant_factor": constant_factor,
    "flipped": flipped,
    "shifted": shifted,
    "last_missing": last_missing,
    "border_only": border_only,
}
"""The structures, most telling first."""


def right_results(o: Observation) -> frozenset[int]:
    """The places, from 0, of the results that are right in an answer of several; none where that makes no sense."""
    if not _are_sequences(o) or len(o.got) != len(o.want):
        return frozenset()
    pairs = enumerate(zip(o.got, o.want, strict=True))
    return frozenset(place for place, (got, want) in pairs if _agree(got, want, o.case.tolerance))


def _are_sequences(o: Observation) -> bool:
    return isinstance(o.got, (tuple, list)) and isinstance(o.want, (tuple, list))


def _agree(got: Any, want: Any, tolerance: Tolerance) -> bool:
    return compare(got, want, tolerance, float32=True) is None


def _wrong_arrays(o: Observation) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs of arrays that differ: the answer itself, or those of its elements that are wrong."""
    pairs = zip(o.got, o.want, strict=False) if _are_sequences(o) else [(o.got, o.want)]
    for got, want in pairs:
        if not (_is_numeric(got) and _is_numeric(want)):
            yield np.empty(0), np.empty(0)  # no structure applies to an empty pair
        elif compare(got, want, o.case.tolerance) is not None:
            yield np.asarray(got), np.asarray(want)


def _is_numeric(value: Any) -> bool:
    """Whether numpy has a dtype for the value; it has none for an integer of a thousand digits."""
    return isinstance(value, (np.ndarray, np.generic, int, float)) and np.asarray(value).dtype.kind in "biufc"


def _everywhere(o: Observation, applies: Callable[[np.ndarray, np.ndarray], bool]) -> bool:
    """Whether `applies` holds for every array of the answer that is wrong."""
    pairs = list(_wrong_arrays(o))
    if not pairs or any(not w.size or max(g.size, w.size) > _MOST_VALUES for g, w in pairs):
        return False
    with np.errstate(all="ignore"):
        return all(applies(got, want) for got, want in pairs)


def _close(got: np.ndarray, want: np.ndarray, tolerance: Tolerance) -> bool:
    """Whether two arrays agree, and are not so simple (constant) that they would agree by chance."""
    if got.shape != want.shape or got.dtype.kind not in "fiu" or want.dtype.kind not in "fiu":
        return False
    return want.size > 0 and compare(got.astype(float), want.astype(float), tolerance) is None


def _axis_order(got: np.ndarray, want: np.ndarray, tolerance: Tolerance) -> tuple[int, ...]:
    """The order with which `got.transpose(order)` is right, or () if there is none."""
    if got.ndim != want.ndim or not 2 <= want.ndim <= 4:
        return ()
    orders = (p for p in permutations(range(want.ndim)) if list(p) != sorted(p))
    return next((p for p in orders if _close(got.transpose(p), want, tolerance)), ())


def _common_factor(o: Observation) -> float | None:
    """The one factor that is between all wrong arrays of an answer and the right ones, to six digits."""
    factors: set[float] = set()

    def applies(got: np.ndarray, want: np.ndarray) -> bool:
        factor = _factor(got, want, o.case.tolerance)
        if factor is not None:
            factors.add(float(f"{factor:.6g}"))
        return factor is not None

    return factors.pop() if _everywhere(o, applies) and len(factors) == 1 else None


def _factor(got: np.ndarray, want: np.ndarray, tolerance: Tolerance) -> float | None:
    """The factor between `got` and `want`, by least squares, if it makes them agree and is not 0 or ±1."""
    if got.shape != want.shape or got.dtype.kind != "f" or want.dtype.kind != "f" or not np.isfinite(got).all():
        return None
    square = float(np.vdot(want, want))
    if square <= 0.0:
        return None
    factor = float(np.vdot(want, got)) / square
    # Close to 1 it is what rounding leaves of many other mistakes.
    if abs(factor) < 1e-6 or abs(factor + 1) < 1e-9 or abs(factor - 1) < 0.01:
        return None
    return factor if _close(got / factor, want, tolerance) else None


def _shift(got: np.ndarray, want: np.ndarray, tolerance: Tolerance) -> tuple[int, int] | None:
    """The axis and step (±1) by which `got` is moved against `want`; at least three rows must tell."""
    if got.shape != want.shape:
        return None
    for axis in range(want.ndim):
        if want.shape[axis] < 4:
            continue
        g, w = np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0)
        if _close(g[1:], w[:-1], tolerance):
            return axis, 1
        if _close(g[:-1], w[1:], tolerance):
            return axis, -1
    return None


def _flip(got: np.ndarray, want: np.ndarray, tolerance: Tolerance) -> tuple[int, ...]:
    """The axis or pair of last axes along which `got` is reversed, or ()."""
    if got.shape != want.shape or not want.ndim:
        return ()
    candidates = [(a,) for a in range(want.ndim)] + ([(want.ndim - 2, want.ndim - 1)] if want.ndim > 1 else [])
    return next((a for a in candidates if _close(np.flip(got, a), want, tolerance)), ())


def _batch_size(o: Observation) -> int | None:
    """The length of the first axis of the first argument that is an array or a list."""
    sized = (a for a in o.case.inputs.values() if isinstance(a, list) or (isinstance(a, np.ndarray) and a.ndim))
    first = next(sized, None)
    return None if first is None else len(first)
