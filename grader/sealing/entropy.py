"""How hard the cells of an answer are to guess, in bits: a cautious estimate.

The guesser knows the inputs, and the form and bound of the answer, and that an answer may copy its inputs; not how it
is computed, for then there is nothing to guess. The estimate is the length of a short description of the answer, in
reading order. Each piece of it is described in the cheapest of these ways:

- a **run** of numbers that stand in this order in an input, by where it starts: one of the input's rows, if it is whole
  rows, or else one of all numbers that the inputs hold. Its other numbers cost nothing;
- a number that came **before** in the answer, by how often it did;
- a **fresh** number, as one of all that there could be: of cells up to the largest, or of the whole numbers, tenths,
  halves, … if all the numbers of the answer are such.

So a flag is worth a bit, a constant array next to nothing, an input that is given back the choice of that input, rows
that are fetched from a table the choice of each row, and a maximum over a window the choice of one number.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from grader.sealing.sketch import Sketch, cells_of

ENOUGH = 64.0
"""Bits below which nothing is sealed alone."""
MOST = 256.0
"""Bits beyond which nobody need count."""
# Everybody tries these, whatever the inputs are.
_USUAL = np.array([[0.0], [1.0], [-1.0], [math.inf], [-math.inf]])
_GRIDS = sorted({base**-k for base in (2.0, 10.0) for k in range(11)}, reverse=True)
_LETTERS = 64.0
_FINEST = 2.0**-32
# How many places of one number among the inputs are followed.
_MOST_PLACES = 200


def bits_of(value: Any, sketch: Sketch, given: Iterable[np.ndarray]) -> float:
    """The bits of one secret, at most `MOST`; `given` are the arrays of numbers that the guesser knows."""
    if isinstance(value, (str, bytes)):
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return _description(np.frombuffer(raw, dtype=np.uint8).astype(np.float64), _Known((), 0.0), _LETTERS)
    if cells_of(value, sketch) is None:
        return 0.0
    array, known = np.asarray(value), _Known([_USUAL, *given], sketch.step)
    numbers = array.astype(np.float64).reshape(-1)
    if array.dtype.kind == "b":
        return _description(numbers, known, 2.0)
    choices = _choices(numbers, sketch)
    if array.dtype.kind == "f" and len(numbers) == 1 and not known.places_of(numbers[0]).size:
        # The bound's first digit tells the largest number to within a ninth of itself, at worst.
        return math.log2(max(2.0, choices / 18))
    return _description(numbers, known, choices)


def bits_together(secrets: Iterable[tuple[Any, Sketch, Sequence[np.ndarray]]]) -> float:
    """The bits of several secrets, at most `MOST`, of which one may repeat another; each with what is given for it."""
    bits, before = 0.0, list[np.ndarray]()
    for value, sketch, given in secrets:
        if bits >= MOST:
            break
        bits += bits_of(value, sketch, [*given, *before])
        if not isinstance(value, (str, bytes)):
            before.append(np.asarray(value, dtype=np.float64))
    return min(bits, MOST)


def _choices(numbers: np.ndarray, sketch: Sketch) -> float:
    """How many numbers a fresh one could be."""
    finite = np.where(np.isfinite(numbers), numbers, 0.0)
    near = sketch.step / 2
    grid = next((g for g in _GRIDS if np.all(np.abs(finite - g * np.rint(finite / g)) <= near)), None)
    return max(2.0, 2 * float(np.max(np.abs(finite), initial=0.0)) / (grid or sketch.step or _FINEST) + 1)


class _Known:
    """The numbers that a guesser knows, in the rows of their arrays; numbers that differ by up to `near` are one."""

    def __init__(self, arrays: Iterable[np.ndarray], near: float) -> None:
        rows = [np.atleast_1d(array) for array in arrays if array.size]
        self.near = near
        self._flat = np.concatenate([np.empty(0), *(a.astype(np.float64).reshape(-1) for a in rows)])
        self._widths = np.repeat([a.shape[-1] for a in rows], [a.size for a in rows]).astype(np.int64)
        self._columns = np.concatenate([np.empty(0, np.int64), *(np.arange(a.size) % a.shape[-1] for a in rows)])
        self._order = np.argsort(self._flat, kind="stable")
        self._sorted = self._flat[self._order]
        self._bits = math.log2(1 + len(np.unique(self._flat)))

    def places_of(self, number: float) -> np.ndarray:
        """Where a number stands."""
        first = np.searchsorted(self._sorted, number - self.near, "left")
        last = np.searchsorted(self._sorted, number + self.near, "right")
        found: np.ndarray = self._order[first : min(last, first + _MOST_PLACES)]
        return found

    def run_of(self, numbers: np.ndarray) -> tuple[int, float]:
        """How many of the first numbers stand somewhere in this order, and the bits of where; 0 if the first is new."""
        places, length = self.places_of(numbers[0]), 0
        following = places
        while following.size:
            places, length = following, length + 1
            if length == len(numbers):
                break
            following = self._followed(places, length, numbers[length])
        return length, min((self._bits_of_place(int(p), length) for p in places), default=0.0)

    def _followed(self, places: np.ndarray, steps: int, number: float) -> np.ndarray:
        places = places[places + steps < len(self._flat)]
        there = self._flat[places + steps]
        with np.errstate(invalid="ignore"):
            same: np.ndarray = (np.abs(there - number) <= self.near) | (there == number)
        followed: np.ndarray = places[same]
        return followed

    def _bits_of_place(self, place: int, length: int) -> float:
        width = int(self._widths[place])
        if width == 1 or self._columns[place] or length % width:
            return self._bits
        rows = np.count_nonzero((self._widths == width) & (self._columns == 0))
        return min(self._bits, math.log2(1 + rows))


def _description(numbers: np.ndarray, known: _Known, choices: float) -> float:
    """The bits that describe numbers, of which a fresh one is one of so many."""
    cells: list[float] = (np.rint(numbers / known.near) if known.near else numbers).tolist()
    before: Counter[float] = Counter()
    bits, i, fresh = 0.0, 0, math.log2(choices)

    def alone(cell: float) -> float:
        seen = before[cell]
        return min(fresh, math.log2(len(before)), -math.log2(seen / before.total())) if seen else fresh

    while i < len(numbers) and bits < MOST:
        length, price = known.run_of(numbers[i:])
        one_by_one = sum(map(alone, cells[i : i + length]))
        if not length or one_by_one <= price:
            length, price = 1, alone(cells[i])
        bits += price
        before.update(cells[i : i + length])
        i += length
    return min(bits, MOST)
