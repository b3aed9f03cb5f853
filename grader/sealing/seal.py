"""Seals the answers of a test: what is published of each, and the locks on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.contents import reals_in
from grader.model import Case
from grader.sealing.entropy import ENOUGH, bits_of, bits_together
from grader.sealing.forms import form_of, secrets_of
from grader.sealing.locks import NextSalt, make_lock
from grader.sealing.model import Rung, SealedAnswer, SealedCall
from grader.sealing.sketch import COARSE, Sketch, UnsealableError, cells_of, sketch_of, sketch_with

# A ladder tells answers that are wrong by up to so many times the bound from others.
_RUNGS = 1e3, 1e6


@dataclass(frozen=True, slots=True)
class _Secret:
    """One secret of a test: its place, value and sketch, and what it is worth."""

    member: tuple[int, int]
    value: Any
    sketch: Sketch
    given: list[np.ndarray]
    bits: float

    @property
    def cells(self) -> bytes:
        return expected_cells(self.value, self.sketch)


def seal_answers(
    questions: Sequence[tuple[Case, Any]], salts: NextSalt
) -> tuple[tuple[SealedCall, ...], tuple[SealedAnswer, ...]]:
    """The calls of one test and the locks on their expected answers.

    A secret that is worth enough bits has a lock of its own; the others share one, if need be with a large one.

    Raises UnsealableError if an answer is of a kind that cannot be sealed, or all together are too easily guessed.
    """
    calls = tuple(_published(case, want) for case, want in questions)
    secrets = [secret for i, call in enumerate(calls) for secret in _secrets(i, call, questions[i][1])]
    groups = _grouped(secrets)
    return calls, tuple(_locked(group, salts) for group in groups)


def _published(case: Case, want: Any) -> SealedCall:
    form = form_of(want)
    return SealedCall(case, form, tuple(sketch_of(value, case.tolerance) for _, value in secrets_of(want, form)))


def _secrets(number: int, call: SealedCall, want: Any) -> list[_Secret]:
    given = reals_in(call.case.inputs)
    values = (value for _, value in secrets_of(want, call.form))
    pairs = enumerate(zip(values, call.sketches, strict=True))
    return [_Secret((number, i), value, sketch, given, bits_of(value, sketch, given)) for i, (value, sketch) in pairs]


def _grouped(secrets: Sequence[_Secret]) -> list[list[_Secret]]:
    """Groups of secrets that are worth enough bits each. The order within a group is that of the calls."""
    rich = [[secret] for secret in secrets if secret.bits >= ENOUGH]
    poor = [secret for secret in secrets if secret.bits < ENOUGH]
    bits = _bits(poor) if poor else 0.0
    if not poor or bits >= ENOUGH:
        return rich + ([poor] if poor else [])
    if not rich:
        raise UnsealableError(
            f"its answers could be guessed: together they are worth {math.floor(bits)} bits of {ENOUGH:.0f}"
        )
    *others, last = rich
    return [*others, sorted([*last, *poor], key=lambda secret: secret.member)]


def _bits(group: Sequence[_Secret]) -> float:
    first, *others = group
    return bits_together((s.value, s.sketch, s.given) for s in group) if others else first.bits


def _locked(group: Sequence[_Secret], salts: NextSalt) -> SealedAnswer:
    bits = _bits(group)
    lock = make_lock([secret.cells for secret in group], bits, salts)
    rungs = _ladder(group[0], salts) if len(group) == 1 else ()
    return SealedAnswer(tuple(secret.member for secret in group), lock, rungs, bits)


def _ladder(secret: _Secret, salts: NextSalt) -> tuple[Rung, ...]:
    """The rungs on which an answer is still hard to guess, the finest first."""
    if not secret.sketch.step or isinstance(secret.value, (str, bytes)):
        return ()
    array = np.asarray(secret.value)
    largest = float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))
    rungs = []
    for factor in _RUNGS:
        sketch = sketch_with(array, factor * secret.sketch.step, COARSE)
        bits = bits_of(array, sketch, secret.given)
        digits = math.floor(-math.log10(sketch.step / 2 / largest)) if largest else 0
        if bits >= ENOUGH and digits >= 1:
            rungs.append(Rung(digits, sketch, make_lock([expected_cells(array, sketch)], bits, salts)))
    return tuple(rungs)


def expected_cells(value: Any, sketch: Sketch) -> bytes:
    """The cells of an answer that has been sketched."""
    cells = cells_of(value, sketch)
    if cells is None:
        raise UnsealableError("it holds numbers that no cell can hold")
    return cells
