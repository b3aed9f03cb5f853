"""What a file of sealed tests holds, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.model import Case
from grader.sealing.forms import Form
from grader.sealing.locks import Lock
from grader.sealing.sketch import Sketch


@dataclass(frozen=True, slots=True)
class SealedCall:
    """One question, in the open, and what is published of the answer: its form, and a sketch of each secret in it.

    Calls of visible tests have their answer `want` in the open, and no form.
    """

    case: Case
    form: Form = None
    sketches: tuple[Sketch, ...] = ()
    want: Any = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder of precision: it opens for an answer that is right to so many digits."""

    digits: int
    sketch: Sketch
    lock: Lock


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """A lock on secrets of one test, each by the numbers of its call and of itself; and the ladder, of a single one."""

    members: tuple[tuple[int, int], ...]
    lock: Lock
    rungs: tuple[Rung, ...] = ()
    bits: float = 0.0


@dataclass(frozen=True, slots=True)
class SealedTest:
    """One hidden test."""

    exercise: str
    name: str
    title: str
    weight: int
    visible: bool
    calls: tuple[SealedCall, ...]
    answers: tuple[SealedAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """What is published of a wrong answer to call `call` of test `test`."""

    test: int
    call: int
    form: Form
    sketches: tuple[Sketch, ...]


@dataclass(frozen=True, slots=True)
class SealedHint:
    """A hint, encrypted with a key made of wrong answers of one exercise.

    `differs` are all calls, by test and number, that the mistake answers wrong; the key is made of those `told` and,
    where these are mere exceptions, of right answers to the calls `shared`.
    """

    exercise: str
    differs: tuple[tuple[int, int], ...]
    told: tuple[WrongAnswer, ...]
    shared: tuple[tuple[int, int], ...]
    salt: bytes
    log_rounds: int
    nonce: bytes
    box: bytes
    bits: float = 0.0


@dataclass(frozen=True, slots=True)
class SealedTests:
    """The sealed tests of an assignment. `withheld` says of each exercise how many tests were left out."""

    assignment: str
    tests: tuple[SealedTest, ...]
    hints: tuple[SealedHint, ...]
    withheld: Mapping[str, int]
