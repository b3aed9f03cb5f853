"""Two misconceptions at once: a flipped kernel and a forgotten bias.

Misconceptions are mostly the oracle with other inputs, or with its result spoilt, and reach it as an attribute of its
module: `right.conv2d_forward`. So one on top of another is the first, run while that name means the second. Where the
first does not ask the oracle, their errors may add up: what the one gives, plus what the other gives, minus what is
right.

There are many pairs, and hardly any fits. What all of them answer to a case is kept as a table with a few numbers of
each answer, so that one look rules out most; the others are compared like any answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from grader.answers import Answers
from grader.compare import compare
from grader.contents import largest_in, numbers_in, value_count
from grader.diagnose.misconceptions import Misconception
from grader.model import Observation, Raised

_MOST_TRIED = 2000
"""How many pairs are put into a table at most, and how many answers are compared after that; beyond, none is named."""
_NUMBERS_LOOKED_AT = 32
_A_LITTLE_MORE = 1.001


@dataclass(frozen=True, slots=True)
class Pair:
    """`upper` on top of `lower`, or beside it: `answer` gives what both say to a case, from its observation."""

    upper: Misconception
    lower: Misconception
    answer: Callable[[Observation], Any]
    known_as: str = ""

    def answer_once(self, o: Observation, known: Answers) -> Any:
        """The answer; one on top of the other is asked only if it is not known."""
        return known.get(self.known_as, o.case, partial(self.answer, o))


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
    if telling < enough or not 0 < _count_of(misconceptions) <= _MOST_TRIED:
        return None
    pairs = list(_pairs(misconceptions, alone))
    table = answers.get(_all_pairs_of(misconceptions), wrong[0].case, partial(_table, pairs, wrong[0]))
    fitting = list(itertools.compress(pairs, _may_agree(wrong[0], *table)))
    tried = 0
    for o in wrong:
        tried += len(fitting)
        if tried > _MOST_TRIED:
            return None
        fitting = [pair for pair in fitting if alike(o.got, pair.answer_once(o, answers), o)]
    fitting = [pair for pair in fitting if _explains(pair, observations, alone, answers, enough)]
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


def _count_of(misconceptions: Sequence[Misconception]) -> int:
    """How many pairs there are: in both orders where one can stand on the other, and one beside the other."""
    n, stacking = len(misconceptions), sum(_oracle_module(m) is not None for m in misconceptions)
    return stacking * (n - 1) + n * (n - 1) // 2


def _pairs(misconceptions: Sequence[Misconception], alone: _Alone) -> Iterator[Pair]:
    for upper in misconceptions:
        module = _oracle_module(upper)
        for lower in misconceptions:
            if module is not None and lower is not upper:
                yield Pair(upper, lower, _stacked(upper, lower, module), f"{upper.name} on {lower.name}")
    for upper, lower in itertools.combinations(misconceptions, 2):
        yield Pair(upper, lower, _added(upper, lower, alone))


def _explains(pair: Pair, observations: Sequence[Observation], alone: _Alone, known: Answers, enough: int) -> bool:
    """Whether the pair answers as the student does everywhere, and neither of the two can be spared."""
    from_right = from_upper = from_lower = 0
    for o in observations:
        both = pair.answer_once(o, known)
        if not alike(o.got, both, o):
            return False
        from_right += not alike(both, o.want, o)
        from_upper += not alike(both, alone(pair.upper, o), o)
        from_lower += not alike(both, alone(pair.lower, o), o)
    return min(from_right, from_upper, from_lower) >= enough


def alike(got: Any, other: Any, o: Observation) -> bool:
    """Whether two answers to a case agree; where both are NaN, they do."""
    mismatch = compare(got, other, o.case.tolerance, float32=True)
    if mismatch is None or mismatch.kind != "nonfinite":
        return mismatch is None
    return compare(_nan_as_infinity(got), _nan_as_infinity(other), o.case.tolerance, float32=True) is None


def _nan_as_infinity(answer: Any) -> Any:
    """The answer with infinity for NaN, which equals nothing, not even itself."""
    if isinstance(answer, dict):
        return {key: _nan_as_infinity(value) for key, value in answer.items()}
    if isinstance(answer, (tuple, list)):
        return [_nan_as_infinity(value) for value in answer]
    if isinstance(answer, (np.ndarray, np.floating, float)) and np.asarray(answer).dtype.kind == "f":
        return np.where(np.isnan(answer), np.inf, answer)
    return answer


def _size(o: Observation) -> int:
    return value_count(dict(o.case.inputs))


# All pairs at one look ------------------------------------------------------------------------------------------------


def _all_pairs_of(misconceptions: Sequence[Misconception]) -> str:
    return f"all pairs of {', '.join(m.name for m in misconceptions)}"


def _table(pairs: Sequence[Pair], o: Observation) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each pair's answer: how many numbers it holds, the largest of them, and some of them, NaN where there are few.

    Shapes (pairs,), (pairs,) and (pairs, 32).
    """
    rows = [_numbers_of(pair.answer(o)) for pair in pairs]
    counts, largest = np.array([len(row) for row in rows]), np.array([largest_in(row) for row in rows])
    return counts, largest, np.stack([_looked_at(row) for row in rows])


def _may_agree(o: Observation, counts: np.ndarray, largest: np.ndarray, looked_at: np.ndarray) -> np.ndarray:
    """Which answers of a table may be the student's, as `compare` judges it: the bound here is never narrower."""
    mine = _numbers_of(o.got)
    bound = (o.case.tolerance.atol + o.case.tolerance.rtol * largest) * _A_LITTLE_MORE
    with np.errstate(all="ignore"):
        apart = np.abs(looked_at - _looked_at(mine)) > bound[:, None]
    return np.asarray((counts == len(mine)) & ~apart.any(axis=1))


def _numbers_of(answer: Any) -> np.ndarray:
    """The real numbers of an answer in a row; those of a dict in the order of its keys."""
    return numbers_in(_in_order(answer))


def _in_order(answer: Any) -> Any:
    if isinstance(answer, Mapping):
        return [_in_order(answer[key]) for key in sorted(answer, key=repr)]
    return [_in_order(item) for item in answer] if isinstance(answer, (tuple, list)) else answer


def _looked_at(row: np.ndarray) -> np.ndarray:
    """Some numbers of a row, evenly spread; NaN in the place of those that it does not have."""
    some = np.full(_NUMBERS_LOOKED_AT, np.nan)
    places = np.linspace(0, len(row) - 1, min(len(row), _NUMBERS_LOOKED_AT)).astype(int)
    some[: len(places)] = row[places]
    return some


# One on top of the other ----------------------------------------------------------------------------------------------


def _stacked(upper: Misconception, lower: Misconception, module: ModuleType) -> Callable[[Observation], Any]:
    def answer(o: Observation) -> Any:
        with _meaning(module, upper.exercise, lower.wrong):
            return upper.answer(o.case)

    return answer


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
