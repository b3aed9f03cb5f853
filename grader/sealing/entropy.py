"""How hard the cells of an answer are to guess, in bits: a cautious estimate.

It is the length of a short description of the cells: each new value costs the logarithm of how many values it could be,
or of how many numbers the inputs hold, if it is one of those; a value that came before costs the logarithm of how many
have come. So a flag is worth a bit, a constant array next to nothing, and a copied input as much as its place.

What it does not see: whoever knows how the answer is computed need not guess.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from grader.sealing.sketch import Sketch, cells_of

ENOUGH = 64.0
"""Bits below which nothing is sealed alone."""


def bits_of(value: Any, sketch: Sketch, known: np.ndarray) -> float:
    """The bits of one secret; `known` are the different numbers among the inputs of its call."""
    if isinstance(value, (str, bytes)):
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return _description(np.frombuffer(raw, dtype=np.uint8), np.empty(0), alphabet=64.0)
    numbers = np.asarray(value).reshape(-1)
    encoded = cells_of(value, sketch)
    if encoded is None:
        return 0.0
    cells = np.frombuffer(encoded, dtype="<i8")
    if not sketch.real:
        return _description(cells, known, alphabet=2.0 * float(np.max(np.abs(numbers.astype(np.float64)))) + 1)
    if not sketch.step:
        return _description(cells, (known + 0.0).view(np.int64), alphabet=2.0**32)
    # The bound's first digit tells the largest number to within a ninth of itself, at worst.
    largest = float(np.max(np.abs(numbers), where=np.isfinite(numbers), initial=0.0)) / sketch.step
    if len(cells) == 1:
        near = np.any(np.abs(known - float(numbers[0])) < sketch.step)
        return math.log2(1 + len(known)) if near else math.log2(1 + largest / 9)
    seen = np.unique(np.rint(known / sketch.step))
    return _description(np.rint(_plain(numbers) / sketch.step), seen, alphabet=2 * largest + 1)


def _plain(numbers: np.ndarray) -> np.ndarray:
    return np.nan_to_num(numbers.astype(np.float64), posinf=0.0, neginf=0.0)


def _description(cells: np.ndarray, known: np.ndarray, *, alphabet: float) -> float:
    """The bits that describe cells, of which `known` come cheaply and others are of an alphabet."""
    values = np.unique(cells)
    cheap = int(np.isin(values, known).sum())
    price = min(math.log2(1 + len(known)), math.log2(alphabet + 1))
    fresh = cheap * price + (len(values) - cheap) * math.log2(alphabet + 1)
    return fresh + (len(cells) - len(values)) * math.log2(max(1, len(values)))
