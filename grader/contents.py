"""What plain values hold: the arrays and numbers in nested lists, tuples and dicts, in reading order; and copies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

# An array with fewer different numbers may equal another one by chance.
_FEW = 3


def leaves(value: Any) -> Iterator[Any]:
    """Everything in a value that is neither a list, a tuple nor a mapping; keys are left out."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def arrays_in(value: Any) -> list[np.ndarray]:
    """The arrays that a value holds."""
    return [leaf for leaf in leaves(value) if isinstance(leaf, np.ndarray)]


def reals_in(value: Any) -> list[np.ndarray]:
    """The real numbers that a value holds, as arrays of float64 in their own shapes; whole numbers count."""
    kinds = (np.ndarray, np.generic, bool, int, float)
    arrays = (np.asarray(leaf) for leaf in leaves(value) if isinstance(leaf, kinds))
    return [array.astype(np.float64) for array in arrays if array.dtype.kind in "biuf" and array.size]


def numbers_in(value: Any) -> np.ndarray:
    """All real numbers that a value holds, in a row."""
    return np.concatenate([np.empty(0), *(array.reshape(-1) for array in reals_in(value))])


def floats_in(value: Any) -> list[np.ndarray]:
    """The arrays of floats and the single floats that a value holds, as arrays of float64."""
    kinds = (np.ndarray, np.generic, float)
    arrays = (np.asarray(leaf) for leaf in leaves(value) if isinstance(leaf, kinds))
    return [array.astype(np.float64) for array in arrays if array.dtype.kind == "f" and array.size]


def largest_in(value: Any) -> float:
    """The largest finite number of an array, or a number, by absolute value; 0 if there is none."""
    if type(value) is float:
        return abs(value) if math.isfinite(value) else 0.0
    array = np.asarray(value)
    most = float(np.abs(array).max()) if array.size else 0.0
    return most if math.isfinite(most) else float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))


def telling_arrays_in(value: Any) -> set[bytes]:
    """The contents, as float64, of those arrays of floats that no others equal by chance."""
    return {array.tobytes() for array in floats_in(value) if len(np.unique(array)) > _FEW}


def value_count(value: Any) -> int:
    """How many numbers, characters and objects a value holds; an array counts by its elements."""
    if isinstance(value, np.ndarray):
        return int(value.size)
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, Mapping):
        return 1 + sum(value_count(k) + value_count(v) for k, v in value.items())
    if isinstance(value, (tuple, list, set, frozenset)):
        return 1 + sum(map(value_count, value))
    return 1


def fresh(value: Any) -> Any:
    """A copy that others may write into; an array that is read-only stays so, since there that must fail."""
    if isinstance(value, np.ndarray):
        return value.copy() if value.flags.writeable else value
    if isinstance(value, dict):
        return {key: fresh(v) for key, v in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(fresh(v) for v in value)
    return value
