"""Tries the answers of a submission on the locks of one test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from grader.compare import Locked, Mismatch, compare_form
from grader.sealing.forms import blank_of, secrets_of, size_of
from grader.sealing.model import Rung, SealedAnswer, SealedCall, SealedTest
from grader.sealing.sketch import cells_of

JOINT = "one of these answers is not the expected one; they are sealed together, so that it is not known which"


class Opening:
    """The answers that a submission has given in one test so far, as cells."""

    def __init__(self, test: SealedTest) -> None:
        self._test = test
        self._cells: dict[tuple[int, int], bytes | None] = {}
        self._rungs_tried = False

    def expected(self, number: int) -> Any:
        """The expected answer of a call: a value where that is public, else a locked one."""
        call = self._test.calls[number]
        if call.open:
            return call.want
        return _LockedAnswer(self, number, call) if call.sketches else blank_of(call.form)

    def try_answer(self, number: int, values: Sequence[tuple[str, Any]]) -> Mismatch | None:
        """What is wrong with the answer to one call, as far as that is known before the others are there."""
        call = self._test.calls[number]
        cells = {(number, i): cells_of(v, s) for i, ((_, v), s) in enumerate(zip(values, call.sketches, strict=True))}
        changed = [key for key, new in cells.items() if self._cells.get(key, new) != new]
        self._cells = cells | self._cells
        for answer in self._test.answers:
            if all(member in cells for member in answer.members):
                if not _opens(answer, cells):
                    # Of a test, the first difference is told: only that one is worth the ladder.
                    rungs, self._rungs_tried = () if self._rungs_tried else answer.rungs, True
                    return _mismatch(answer, values, rungs)
            elif changed and changed[0] in answer.members:
                return Mismatch("value", "the answer is not the same as before", values[changed[0][1]][0])
        return None

    def joint_failures(self) -> list[tuple[int, ...]]:
        """The calls of each lock on answers of several calls that does not open: one of them, at least, is wrong."""
        return [calls for answer, calls in self._joint() if self._is_complete(answer) and not self._opens(answer)]

    def unknown(self) -> set[int]:
        """The calls whose answers may be right or wrong, since others that they are sealed with are wrong."""
        shut = (calls for answer, calls in self._joint() if not (self._is_complete(answer) and self._opens(answer)))
        return {call for calls in shut for call in calls}

    def _joint(self) -> Iterator[tuple[SealedAnswer, tuple[int, ...]]]:
        """The locks on answers of several calls, with these calls."""
        for answer in self._test.answers:
            calls = tuple(dict.fromkeys(call for call, _ in answer.members))
            if len(calls) > 1:
                yield answer, calls

    def _is_complete(self, answer: SealedAnswer) -> bool:
        return all(member in self._cells for member in answer.members)

    def _opens(self, answer: SealedAnswer) -> bool:
        return _opens(answer, self._cells)


class _LockedAnswer(Locked):
    """The expected answer of one call."""

    def __init__(self, opening: Opening, number: int, call: SealedCall) -> None:
        self._opening = opening
        self._number = number
        self._call = call

    @property
    def size(self) -> int:
        return size_of(self._call.form)

    def difference(self, got: Any, *, float32: bool) -> Mismatch | None:
        mismatch = compare_form(got, blank_of(self._call.form), float32=float32)
        return mismatch or self._opening.try_answer(self._number, list(secrets_of(got, self._call.form)))


def _opens(answer: SealedAnswer, cells: dict[tuple[int, int], bytes | None]) -> bool:
    pieces = [cells[member] for member in answer.members]
    return None not in pieces and answer.lock.opens(piece for piece in pieces if piece is not None)


def _mismatch(answer: SealedAnswer, values: Sequence[tuple[str, Any]], rungs: Sequence[Rung]) -> Mismatch:
    """What differs, as far as the ladder and the numbers themselves tell."""
    if len(answer.members) > 1:
        places = " or ".join(dict.fromkeys(values[i][0] or "the result" for _, i in answer.members))
        return Mismatch("value", f"{places} is not the expected one")
    where, value = values[answer.members[0][1]]
    numbers = np.asarray(value)
    if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
        strange = int(np.count_nonzero(~np.isfinite(numbers)))
        return Mismatch("nonfinite", f"{strange} of {numbers.size} values are no finite numbers", where)
    digits = next((r.digits for r in rungs if _reaches(value, r)), 0)
    right = f", though right to {digits} digit{'s' if digits > 1 else ''}" if digits else ""
    plain = "the value is not the expected one" if numbers.ndim == 0 else "the values are not the expected ones"
    return Mismatch("value", plain + right, where)


def _reaches(value: Any, rung: Rung) -> bool:
    cells = cells_of(value, rung.sketch)
    return cells is not None and rung.lock.opens([cells])
