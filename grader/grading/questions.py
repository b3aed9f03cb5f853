"""The questions of a hidden test, written down once and then put to every submission.

Most tests ask every submission the same, since their inputs come from the seed alone, and judge the answers by `agree`
alone. Such a test need not run again for each submission: to ask its questions again takes half the time.

Whether a test is of that kind is found out by running it with nobody to answer: instead of an answer it gets something
that cannot be touched, and the second time None. It is if it comes to its end both times and asks the same. Any use of
an answer shows, and so does a test that looks whether there is one; only its mere type could be asked unnoticed. A test
that asks with what has no content (a function, a generator) always runs as pytest runs it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

import pytest

from grader.agreement import Agreement
from grader.case import is_as_stated
from grader.model import Case
from grader.plugin import Attempt
from grader.remote import RemoteFunction, StudentModule
from grader.shrink import Choices

Run = Callable[[Attempt], BaseException | None]


@dataclass(frozen=True, slots=True)
class Question:
    """A case, and the answer that is expected."""

    case: Case
    want: Any

    @property
    def fresh(self) -> Case:
        """The case, to be put to a submission. A program works with its arguments in this process: it gets copies."""
        if self.case.program is None:
            return self.case
        return replace(self.case, args=copy.deepcopy(self.case.args), kwargs=copy.deepcopy(self.case.kwargs))


@dataclass(frozen=True, slots=True)
class Questions:
    """All that a test asks, in its order, and the generator that its numbers came from, if it has one."""

    asked: tuple[Question, ...]
    generator: Choices | None


def questions_of(item: pytest.Item, run: Run) -> Questions | None:
    """What the test asks every submission; None if that depends on answers, or cannot be told.

    `run` runs it on an attempt, and gives what it raised.
    """
    first, second = _Notes(nothing=False), _Notes(nothing=True)
    if not (first.come_to_an_end(run) and second.come_to_an_end(run)):
        return None
    cases, again = ([(q.case.function, q.case.key) for q in notes.asked] for notes in (first, second))
    if not cases or cases != again or not all(is_as_stated(q.case) for q in first.asked):
        return None
    return Questions(tuple(first.asked), first.attempt.generators.get(item.nodeid))


class _Notes:
    """What a test asks of nobody. In the place of each answer it gets None, or what cannot be touched unnoticed."""

    def __init__(self, *, nothing: bool) -> None:
        self.asked: list[Question] = []
        self.attempt = Attempt(_Nobody(self), agreement=partial(_NotingAgreement, note=self.note))
        self.answer = None if nothing else _Untouchable(self)
        self.touched = False

    def come_to_an_end(self, run: Run) -> bool:
        """Whether the test runs through, and leaves alone what it gets."""
        return run(self.attempt) is None and not self.touched

    def note(self, case: Case, ask_oracle: Callable[[], Any]) -> _Untouchable | None:
        self.asked.append(Question(case, ask_oracle()))
        return self.answer

    def touch(self) -> NoReturn:
        self.touched = True
        raise TypeError("the test uses an answer")


class _Nobody:
    """The session in which nobody answers."""

    def __init__(self, notes: _Notes) -> None:
        self.seconds_per_call = 0.0
        self.answered = 0
        self.module = StudentModule(self)  # type: ignore[arg-type] # it is asked for `call` alone
        self._notes = notes

    def call(self, *_: Any, **__: Any) -> NoReturn:
        self._notes.touch()


@dataclass(frozen=True)
class _NotingAgreement(Agreement):
    """Notes what is to be compared, and with what, instead of comparing it."""

    note: Callable[[Case, Callable[[], Any]], Any] = field(kw_only=True)

    def _compare(self, remote: RemoteFunction, case: Case, ask_oracle: Callable[[], Any]) -> Any:  # noqa: ARG002
        return self.note(case, ask_oracle)


class _Untouchable:
    """In the place of an answer."""

    def __init__(self, notes: _Notes) -> None:
        object.__setattr__(self, "_notes", notes)


def _touch(self: _Untouchable, *_: Any, **__: Any) -> NoReturn:
    notes: _Notes = object.__getattribute__(self, "_notes")
    notes.touch()


_OPERATIONS = (
    "getattribute setattr delattr bool eq ne lt le gt ge hash len iter next contains getitem setitem delitem call "
    "float int index complex round trunc floor ceil str repr format bytes neg pos abs invert enter exit "
    "add sub mul matmul truediv floordiv mod divmod pow and or xor lshift rshift "
    "radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rand ror rxor rlshift rrshift "
    "iadd isub imul imatmul itruediv ifloordiv imod ipow iand ior ixor array array_ufunc array_function"
)
for _operation in _OPERATIONS.split():
    setattr(_Untouchable, f"__{_operation}__", _touch)
