"""Wrong answers of the right form: what a test asks with them, if it asks with answers at all, differs from before.

Two kinds, of which one turns the other round: numbers drawn by chance, and these negated and tripled. So no shift,
scale, sign or order, and no yes or no made of them, is the same for the right answer and for both kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

KINDS = 1, -3
"""By how much the noise of each kind of wrong answer is multiplied."""


def spoiling(functions: Mapping[str, Callable[..., Any]], kind: int) -> dict[str, Callable[..., Any]]:
    """The functions with their answers spoilt; of each kind with the same draws."""
    rng = np.random.default_rng(0)
    return {name: _spoiling(function, rng, kind) for name, function in functions.items()}


def _spoiling(function: Callable[..., Any], rng: np.random.Generator, kind: int) -> Callable[..., Any]:
    return lambda *args, **kwargs: spoilt(function(*args, **kwargs), rng, kind)


def spoilt(value: Any, rng: np.random.Generator, kind: int) -> Any:
    """A wrong answer of the same form; what is no plain data, or holds nothing, stays as it is."""
    if isinstance(value, Mapping):
        return {key: spoilt(item, rng, kind) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(spoilt(item, rng, kind) for item in value))
    if type(value) in (tuple, list):
        return type(value)(spoilt(item, rng, kind) for item in value)
    if isinstance(value, str):
        return value[::-1] + "?" if kind > 0 else ""
    if isinstance(value, np.ndarray):
        return _spoilt_array(value, rng, kind)
    if isinstance(value, (bool, int, float, complex, np.generic)):
        wrong = _spoilt_array(np.asarray(value), rng, kind)
        return wrong[()] if isinstance(value, np.generic) else type(value)(wrong)
    return value


def _spoilt_array(array: np.ndarray, rng: np.random.Generator, kind: int) -> np.ndarray:
    if array.dtype.kind == "b":
        half = rng.permutation(array.size).reshape(array.shape) % 2 == 1
        return np.where(half, array, ~array) if kind < 0 else ~array
    if array.dtype.kind in "iu":
        # Small, so that it may be a size, and odd, so that nothing is even that was.
        steps = kind * (2 * rng.integers(0, 3, array.shape) + 1)
        return np.asarray(array + steps).astype(array.dtype)
    if array.dtype.kind not in "fc" or not array.size:
        return array
    size = kind * (1 + np.max(np.abs(np.nan_to_num(array))))
    return np.asarray(size * rng.normal(size=array.shape)).astype(array.dtype)
