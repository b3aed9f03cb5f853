"""Hints that unlock themselves: the sentence about a mistake, encrypted with a key made of its wrong answers.

The rule is that of diagnosis (see `diagnose.findings`): a mistake is named only if it explains every answer to its
exercise, and shows on three at least. Which answers it gets wrong is public; the key is made of some of these, so that
a second mistake that shows on others alone does not keep a hint shut. Sketches of wrong answers are coarse, and have
the steps of the right ones where both have one form: many numbers of a wrong answer are right, and a second, different
sketch of one would give away more of it than the first.

The cipher is AES-GCM of the package `cryptography`. Without it there are no hints, and all else works.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.case import all_float32
from grader.compare import allowed, compare, compare_form
from grader.contents import numbers_in, reals_in
from grader.model import Case, Raised
from grader.sealing.entropy import ENOUGH, bits_together
from grader.sealing.forms import Form, blank_of, form_of, secrets_of
from grader.sealing.locks import NextSalt, key_of, log_rounds_for
from grader.sealing.model import SealedHint, SealedTest, WrongAnswer
from grader.sealing.seal import expected_cells
from grader.sealing.sketch import COARSE, Sketch, UnsealableError, cells_of, sketch_of, sketch_with

SHOWN = 3
"""On how many answers a mistake must show."""
_MOST_TOLD = 8
_PADDED_TO = 64
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """A call of an exercise, by its place, with its right answer, which is `locked` or in the open."""

    place: Place
    case: Case
    want: Any
    locked: bool = True


def can_encrypt() -> bool:
    """Whether the package with the cipher is installed."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        return False
    return True


def seal_hint(
    exercise: str,
    message: Mapping[str, str],
    questions: Sequence[Question],
    wrong: Callable[[Case], Any],
    salts: NextSalt,
) -> SealedHint:
    """Seal a message with what `wrong` answers to the questions of its exercise.

    Raises UnsealableError if the mistake shows on too few answers, or the key could be guessed.
    """
    answers = {q.place: wrong(q.case) for q in questions}
    differing = [q for q in questions if _differs(answers[q.place], q)]
    if len(differing) < SHOWN:
        raise UnsealableError(f"it shows on {len(differing)} sealed answers only, {SHOWN} are needed")
    differs = tuple(q.place for q in differing)
    key = _Key()
    told: list[WrongAnswer] = []
    for question in sorted(differing, key=lambda q: _worth(answers[q.place])):
        if len(told) >= _MOST_TOLD or (key.bits >= 2 * ENOUGH and len(told) >= SHOWN):
            break
        answer = answers[question.place]
        told.append(_published(question, answer))
        key.add(question.case, answer, told[-1].form, told[-1].sketches)
    shared = _share(key, [q for q in questions if q.locked and q.place not in differs])
    if key.bits < ENOUGH:
        raise UnsealableError(f"its answers could be guessed: together they are worth {math.floor(key.bits)} bits")
    salt, nonce, log_rounds = salts(), salts()[:12], log_rounds_for(key.bits)
    box = _encrypt(key_of(key.cells, salt, log_rounds), nonce, _padded(message))
    return SealedHint(exercise, differs, tuple(told), shared, salt, log_rounds, nonce, box, key.bits)


def _differs(answer: Any, question: Question) -> bool:
    case = question.case
    return compare(answer, question.want, case.tolerance, float32=all_float32(case)) is not None


@dataclass
class _Key:
    """The cells that a key is made of, and what they are worth."""

    cells: list[bytes] = field(default_factory=list)
    bits: float = 0.0
    secrets: list[tuple[Any, Sketch, list[np.ndarray]]] = field(default_factory=list)

    def add(self, case: Case, answer: Any, form: Form, sketches: Sequence[Sketch]) -> None:
        given = reals_in(case.inputs)
        for (_, value), sketch in zip(secrets_of(answer, form), sketches, strict=True):
            self.cells.append(expected_cells(value, sketch))
            self.secrets.append((value, sketch, given))
        self.bits = bits_together(self.secrets)


def _share(key: _Key, right: Sequence[Question]) -> tuple[Place, ...]:
    """Add right answers to a key that is worth too little, until it is worth enough; the places of those."""
    shared: list[Place] = []
    for question in right:
        if key.bits >= ENOUGH:
            break
        form = form_of(question.want)
        values = [value for _, value in secrets_of(question.want, form)]
        if values:
            key.add(question.case, question.want, form, [sketch_of(v, question.case.tolerance) for v in values])
            shared.append(question.place)
    return tuple(shared)


def open_hint(
    hint: SealedHint, tests: Sequence[SealedTest], got: Mapping[Place, Any], agrees: Mapping[Place, bool | None]
) -> Mapping[str, str] | None:
    """The message of a hint, if the answers `got` are those of its mistake; None if not.

    `agrees` says of every call of the exercise whether the answer to it is right, or None where that is not known.
    """
    if not agrees or any(right is (place in hint.differs) for place, right in agrees.items()):
        return None
    if not {*hint.differs, *hint.shared} <= set(got):
        return None
    right = (tests[test].calls[call] for test, call in hint.shared)
    asked = [((w.test, w.call), w.form, w.sketches) for w in hint.told]
    asked += [(place, call.form, call.sketches) for place, call in zip(hint.shared, right, strict=True)]
    cells: list[bytes] = []
    for place, form, sketches in asked:
        pieces = _cells_like(got[place], form, sketches)
        if pieces is None:
            return None
        cells += pieces
    return _decrypt(key_of(cells, hint.salt, hint.log_rounds), hint.nonce, hint.box)


def _worth(answer: Any) -> tuple[bool, int]:
    """Small answers first, so that little need be published; exceptions are worth nothing."""
    return isinstance(answer, Raised), len(numbers_in(answer))


def _published(question: Question, answer: Any) -> WrongAnswer:
    form, right = form_of(answer), form_of(question.want)
    steps: list[float | None] = [None for _ in secrets_of(answer, form)]
    if (
        compare_form(answer, blank_of(right), float32=True) is None
        and compare_form(question.want, blank_of(form)) is None
    ):
        steps = [_step(value, question.case) for _, value in secrets_of(question.want, right)]
    pairs = zip((v for _, v in secrets_of(answer, form)), steps, strict=True)
    return WrongAnswer(*question.place, form, tuple(_sketch(v, step, question.case) for v, step in pairs))


def _step(value: Any, case: Case) -> float | None:
    return 2 * allowed(value, case.tolerance) if np.asarray(value).dtype.kind == "f" else None


def _sketch(value: Any, step: float | None, case: Case) -> Sketch:
    kind = np.asarray(value).dtype.kind
    if kind in "biuUS":
        return Sketch()
    if kind != "f":
        raise UnsealableError("a wrong answer is of a kind that cannot be sealed")
    array = np.asarray(value)
    return sketch_with(array, 2 * allowed(array, case.tolerance) if step is None else step, COARSE)


def _cells_like(got: Any, form: Form, sketches: Sequence[Sketch]) -> list[bytes] | None:
    if compare_form(got, blank_of(form), float32=True) is not None:
        return None
    values = (value for _, value in secrets_of(got, form))
    pieces = [cells_of(value, sketch) for value, sketch in zip(values, sketches, strict=True)]
    return None if None in pieces else [piece for piece in pieces if piece is not None]


def _padded(message: Mapping[str, str]) -> bytes:
    """The message at a length that does not tell which it is."""
    raw = json.dumps(dict(message)).encode()
    return raw + b" " * (-len(raw) % _PADDED_TO)


def _encrypt(key: bytes, nonce: bytes, text: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key).encrypt(nonce, text, None)


def _decrypt(key: bytes, nonce: bytes, box: bytes) -> Mapping[str, str] | None:
    try:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        return None
    try:
        message: Mapping[str, str] = json.loads(AESGCM(key).decrypt(nonce, box, None))
    except InvalidTag:
        return None
    return message
