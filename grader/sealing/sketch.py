"""A secure sketch of numbers: it tells whether others are near enough, and not what they are.

The code-offset construction for the maximum norm (A. Juels and M. Wattenberg, A fuzzy commitment scheme, 1999;
Y. Dodis et al., Fuzzy extractors, 2004). With the bound t for a number v::

    step = 2t,   cell = the whole number nearest to v / step,   offset = v / step − cell, in [−1/2, 1/2]

The offset is published, the cell is the secret. A number u is in the same cell, seen from this offset, if |u − v| < t.
Offsets are rounded to 1/256 of a step: so they give away eight binary digits of v below the bound, and no more, and the
bound holds to 0.4 %. What else of v might be sketched elsewhere, with another bound, adds but so much to that.

Whole numbers, truth values and text have no bound: their cells are themselves, and nothing is published.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.compare import allowed
from grader.model import Tolerance

FINE = 256
"""Levels of the offsets of expected answers."""
COARSE = 8
"""Levels where a sketch comes besides a finer one: it shall give away little more."""
# Beyond it, u / step is not exact enough to be compared with an offset.
_LARGEST_CELL = 2.0**42
_INFINITE = 2**62


class UnsealableError(Exception):
    """An answer that cannot be sealed; the message is a clause for the author: "it is a complex number"."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is published of one array or number, or text.

    `step` 0 means that it is compared exactly, `real` that whole numbers count as real ones.
    """

    step: float = 0.0
    levels: int = FINE
    offsets: bytes = b""
    real: bool = False


def sketch_of(value: Any, tolerance: Tolerance) -> Sketch:
    """The sketch of an expected array, number or text.

    Raises UnsealableError if it is of another kind, holds a NaN (which agrees with nothing), or its bound is too small.
    """
    if isinstance(value, (str, bytes)):
        return Sketch()
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        if _exact(array) is None:
            raise UnsealableError("it holds a whole number of more than 63 bits")
        return Sketch()
    if array.dtype.kind != "f":
        raise UnsealableError("it holds complex numbers" if array.dtype.kind == "c" else "it is of a special kind")
    return sketch_with(array, 2 * allowed(array, tolerance), FINE)


def sketch_with(array: np.ndarray, step: float, levels: int) -> Sketch:
    """The sketch of real numbers with a step of one's own."""
    if np.isnan(array).any():
        raise UnsealableError("it holds a NaN")
    numbers = _finite(array)
    if step == 0:
        return Sketch(real=True)
    if not math.isfinite(step) or np.max(np.abs(numbers), initial=0.0) > _LARGEST_CELL * step:
        raise UnsealableError("its tolerance is too small for numbers of this size")
    places = numbers / step
    offsets = np.rint((places - np.rint(places)) * levels).astype(np.int64)
    # Half a step above one cell is half a step below the next.
    offsets[offsets == levels // 2] -= levels
    return Sketch(step, levels, offsets.astype(np.int8).tobytes(), real=True)


def cells_of(value: Any, sketch: Sketch) -> bytes | None:
    """The cells of an answer, seen from a sketch of the same form; None where it holds what is in no cell."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return value
    with np.errstate(all="ignore"):
        cells = _cells(np.asarray(value), sketch)
    return None if cells is None else cells.astype("<i8").tobytes()


def _cells(array: np.ndarray, sketch: Sketch) -> np.ndarray | None:
    if not sketch.step:
        return _exact(array.astype(np.float64) if sketch.real and array.dtype.kind in "iu" else array)
    numbers = array.astype(np.float64).reshape(-1)
    offsets = np.frombuffer(sketch.offsets, dtype=np.int8)
    if np.isnan(numbers).any() or offsets.shape != numbers.shape:
        return None
    places = np.rint(_finite(numbers) / sketch.step - offsets / sketch.levels)
    if np.max(np.abs(places), initial=0.0) > 2 * _LARGEST_CELL:
        return None
    return np.where(np.isinf(numbers), np.where(numbers > 0, _INFINITE, -_INFINITE), places.astype(np.int64))


def _exact(array: np.ndarray) -> np.ndarray | None:
    if array.dtype.kind == "f":
        # 0.0 and −0.0 are equal numbers of unequal bits.
        return None if np.isnan(array).any() else (array.astype(np.float64) + 0.0).view(np.int64).reshape(-1)
    if array.dtype.kind not in "biu" or (array.dtype == np.uint64 and np.max(array, initial=0) >= 2**63):
        return None
    return array.astype(np.int64).reshape(-1)


def _finite(array: np.ndarray) -> np.ndarray:
    """The numbers in a row, with 0 in the place of infinite ones."""
    numbers = array.astype(np.float64).reshape(-1)
    return np.where(np.isinf(numbers), 0.0, numbers)
