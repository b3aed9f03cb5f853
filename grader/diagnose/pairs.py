"""Two misconceptions at once: a flipped kernel and a forgotten bias.

Misconceptions are mostly the oracle with other inputs, or with its result spoilt, and reach it as an attribute of its
module: `right.conv2d_forward`. So one on top of another is the first, run while that name means the second. Where the
first does not ask the oracle, their errors may add up: what the one gives, plus what the other gives, minus what is
right.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from grader.answers import Answers
from grader.compare import compare
from grader.contents import value_count
from grader.diagnose.misconceptions import Misconception
from grader.model import Case, Observation, Raised

_MOST_TRIED = 2000
"""How many answers of pairs are compared at most; beyond that, none is named."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`upper` on top of `lower`: `combined` gives the answer of both, from a case's observation."""

    upper: Misconception
    lower: Misconception
    combined: Callable[[Observation], Any]


def fitting_pair(
    observations: Sequence[Observation], misconceptions: Sequence[Misconception], answers: Answers, *, enough: int
) -> tuple[Misconception, Misconception] | None:
    """The two misconceptions that explain every observation together, in the order of their declaration.

    Each of them must show: on `enough` observations the two together differ from what is right, and from what each
    gives alone. None if no pair does, or more than one.
    """
    wrong = sorted((o for o in observations if not o.agrees), key=_size)
    alone = _Alone(answers)
    # An exception tells nothing of what else is wrong.
    telling = sum(not isinstance(o.got, Raised) for o in wrong)
    fitting = list(_pairs(misconceptions, alone, answers)) if telling >= enough else []
    tried = 0
    for o in wrong:
        tried += len(fitting)
        if tried > _MOST_TRIED:
            return None
        fitting = [pair for pair in fitting if _fits(pair, o)]
    fitting = [pair for pair in fitting if _explains(pair, observations, alone, enough)]
    found = {frozenset((pair.upper.name, pair.lower.name)): pair for pair in fitting}
    if len(found) != 1:
        return None
    (pair,) = found.values()
    first, second = sorted((pair.upper, pair.lower), key=misconceptions.index)
    return first, second


class _Alone:
    """What each misconception alone answers, asked once; for the time of one diagnosis."""

    def __init__(self, known: Answers) -> None:
        self._known = known
        self._answers: dict[tuple[str, int], Any] = {}

    def __call__(self, misconception: Misconception, o: Observation) -> Any:
        key = misconception.name, id(o)
        if key not in self._answers:
            self._answers[key] = misconception.answer_once(o.case, self._known)
        return self._answers[key]


def _pairs(misconceptions: Sequence[Misconception], alone: _Alone, known: Answers) -> Iterator[Pair]:
    for upper, lower in itertools.permutations(misconceptions, 2):
        module = _oracle_module(upper)
        if module is not None:
            yield Pair(upper, lower, _stacked(upper, lower, module, known))
    for upper, lower in itertools.combinations(misconceptions, 2):
        yield Pair(upper, lower, _added(upper, lower, alone))


def _fits(pair: Pair, o: Observation) -> bool:
    return compare(o.got, pair.combined(o), o.case.tolerance, float32=True) is None


def _explains(pair: Pair, observations: Sequence[Observation], alone: _Alone, enough: int) -> bool:
    """Whether the pair answers as the student does everywhere, and neither of the two can be spared."""
    from_right = from_upper = from_lower = 0
    for o in observations:
        both = pair.combined(o)
        if compare(o.got, both, o.case.tolerance, float32=True) is not None:
            return False
        from_right += _differ(both, o.want, o)
        from_upper += _differ(both, alone(pair.upper, o), o)
        from_lower += _differ(both, alone(pair.lower, o), o)
    return min(from_right, from_upper, from_lower) >= enough


def _differ(a: Any, b: Any, o: Observation) -> bool:
    return compare(a, b, o.case.tolerance, float32=True) is not None


def _size(o: Observation) -> int:
    return value_count(dict(o.case.inputs))


# One on top of the other ----------------------------------------------------------------------------------------------


def _stacked(
    upper: Misconception, lower: Misconception, module: ModuleType, known: Answers
) -> Callable[[Observation], Any]:
    def ask(case: Case) -> Any:
        with _meaning(module, upper.exercise, lower.wrong):
            return upper.answer(case)

    return lambda o: known.get(f"{upper.name} on {lower.name}", o.case, partial(ask, o.case))


def _oracle_module(misconception: Misconception) -> ModuleType | None:
    """The module of the reference that the function asks for the right answer."""
    names = getattr(misconception.wrong, "__globals__", {}).values()
    modules = (v for v in names if isinstance(v, ModuleType) and v.__name__.startswith("reference."))
    return next((m for m in modules if hasattr(m, misconception.exercise)), None)


@contextmanager
def _meaning(module: ModuleType, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """While `module.name` means `function`, which itself meets the original."""
    original = getattr(module, name)

    def meant(*args: Any, **kwargs: Any) -> Any:
        setattr(module, name, original)
        try:
            return function(*args, **kwargs)
        finally:
            setattr(module, name, meant)

    setattr(module, name, meant)
    try:
        yield
    finally:
        setattr(module, name, original)


# One beside the other -------------------------------------------------------------------------------------------------


def _added(first: Misconception, second: Misconception, alone: _Alone) -> Callable[[Observation], Any]:
    return lambda o: _sum_of_errors(alone(first, o), alone(second, o), o.want)


def _sum_of_errors(a: Any, b: Any, right: Any) -> Any:
    """`a + b − right` for arrays and numbers, one by one in tuples; `Raised` where that makes no sense."""
    if all(isinstance(v, tuple) and len(v) == len(right) for v in (a, b, right)):
        return tuple(_sum_of_errors(*values) for values in zip(a, b, right, strict=True))
    arrays = [v for v in (a, b, right) if isinstance(v, (np.ndarray, float)) and np.asarray(v).dtype.kind == "f"]
    if len(arrays) < 3 or len({np.shape(v) for v in arrays}) > 1:
        return Raised("nothing")
    with np.errstate(all="ignore"):
        return a + b - right
