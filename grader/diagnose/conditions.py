"""Under which condition on its inputs a function goes wrong: where stride is not 1, where an image is not square."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from grader.model import Observation

_Condition = Callable[[Observation], bool]


def failing_condition(observations: Sequence[Observation], *, enough: int) -> str | None:
    """A sentence naming the one simple condition that holds for every wrong answer and for no right one.

    None if there are fewer than `enough` right or wrong answers, or no such condition, or more than one.
    """
    wrong = [o for o in observations if not o.agrees]
    right = [o for o in observations if o.agrees]
    if len(wrong) < enough or len(right) < enough:
        return None
    names = [
        name
        for name, holds in _conditions(observations)
        if all(holds(o) for o in wrong) and not any(holds(o) for o in right)
    ]
    return f"Your function is right except where {names[0]}." if len(names) == 1 else None


def _conditions(observations: Sequence[Observation]) -> Iterator[tuple[str, _Condition]]:
    """The conditions that could be told from these inputs, each with its words."""
    for name in sorted({k for o in observations for k, v in o.case.inputs.items() if _is_whole(v)}):
        yield f"{name} is 0", _option(name, lambda v: v == 0)
        yield f"{name} is not 0", _option(name, lambda v: v != 0)
        yield f"{name} is more than 1", _option(name, lambda v: v > 1)
    yield "the last two axes of an argument differ in length", _any_array(_is_oblong)
    yield "an argument holds integers", _any_array(lambda a: a.dtype.kind in "iu")
    yield (
        "an argument is a list instead of an array",
        lambda o: any(isinstance(a, list) for a in o.case.inputs.values()),
    )
    yield "the batch holds one example", _first_array(lambda a: a.ndim >= 2 and len(a) == 1)
    yield "the batch holds more than one example", _first_array(lambda a: a.ndim >= 2 and len(a) > 1)


def _is_oblong(a: np.ndarray) -> bool:
    return a.ndim >= 2 and a.shape[-1] != a.shape[-2]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _option(name: str, holds: Callable[[int], bool]) -> _Condition:
    return lambda o: _is_whole(o.case.inputs.get(name)) and holds(o.case.inputs[name])


def _any_array(holds: Callable[[np.ndarray], bool]) -> _Condition:
    return lambda o: any(isinstance(a, np.ndarray) and holds(a) for a in o.case.inputs.values())


def _first_array(holds: Callable[[np.ndarray], bool]) -> _Condition:
    def first(o: Observation) -> bool:
        array = next((a for a in o.case.inputs.values() if isinstance(a, np.ndarray)), None)
        return array is not None and holds(array)

    return first
