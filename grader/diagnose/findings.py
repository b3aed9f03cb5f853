"""From the observations of one exercise to the one cause that explains them, or to none.

A false hint is worse than none. So a misconception is named only if it explains every observation, differs from the
right answer on at least three of them, and no other misconception explains them too. If none does, two at once may (see
`pairs`), under the same conditions. Failing that, a structural finding
(see `structure`) is reported if it holds for every wrong answer; failing that, the condition that separates right
answers from wrong ones (see `conditions`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.answers import Answers
from grader.contents import value_count
from grader.diagnose.conditions import failing_condition
from grader.diagnose.misconceptions import Misconception
from grader.diagnose.pairs import alike, fitting_pair
from grader.diagnose.structure import STRUCTURES, right_results
from grader.model import Observation, Raised

ENOUGH = 3
"""On how many observations a cause must show before it is named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause of wrong answers. `name` is that of the misconception or the structure, `says` is for the student."""

    name: str
    says: str
    kind: str = "misconception"


def diagnose(
    observations: Sequence[Observation], misconceptions: Sequence[Misconception], answers: Answers | None = None
) -> Finding | None:
    """The cause that explains the wrong answers among `observations`, which are all of one exercise.

    `misconceptions` are those of that exercise, `answers` what is known of their answers. None if nothing is wrong, or
    nothing explains it well enough.
    """
    if all(o.agrees for o in observations):
        return None
    suspects = _Suspects(misconceptions, Answers() if answers is None else answers)
    return _explain(observations, suspects) or _besides_lists(observations, suspects)


@dataclass(frozen=True, slots=True)
class _Suspects:
    """Misconceptions, and what is known of their answers."""

    misconceptions: Sequence[Misconception]
    answers: Answers


def _explain(observations: Sequence[Observation], suspects: _Suspects) -> Finding | None:
    # Most candidates are out after the first wrong answer, and then the smallest is the cheapest to look at.
    telling_first = sorted(observations, key=lambda o: (o.agrees, value_count(dict(o.case.inputs))))
    fitting = [m for m in suspects.misconceptions if _explains(m, telling_first, suspects.answers)]
    if len(fitting) == 1:
        return Finding(fitting[0].name, fitting[0].says)
    wrong = [o for o in observations if not o.agrees]
    return (None if fitting else _paired(observations, suspects)) or _structural(wrong) or _conditional(observations)


def _paired(observations: Sequence[Observation], suspects: _Suspects) -> Finding | None:
    pair = fitting_pair(observations, suspects.misconceptions, suspects.answers, enough=ENOUGH)
    if pair is None:
        return None
    first, second = pair
    return Finding(f"{first.name} + {second.name}", f"Two things at once. {first.says} And: {second.says}", kind="pair")


def _besides_lists(observations: Sequence[Observation], suspects: _Suspects) -> Finding | None:
    """The cause of what is wrong where arguments are arrays, of a function that fails wherever one is a list.

    To ask a list for its shape is a mistake of its own, and must not hide the other one.
    """
    kept = [o for o in observations if not _failed_on_list(o, observations)]
    if len(kept) == len(observations) or len(kept) < ENOUGH:
        return None
    if all(o.agrees for o in kept):
        return Finding("list_not_converted", _ON_LISTS, kind="condition")
    found = _explain(kept, suspects)
    return replace(found, says=f"{found.says} {_ON_LISTS}") if found else None


_ON_LISTS = "Your function fails where an argument is a list: make arrays of the arguments first."


def _failed_on_list(o: Observation, observations: Sequence[Observation]) -> bool:
    """Whether a function raised over a list in the place of an argument that is an array in other observations."""
    if not isinstance(o.got, Raised) or isinstance(o.want, Raised):
        return False
    lists = {name for name, value in o.case.inputs.items() if isinstance(value, list)}
    return any(isinstance(other.case.inputs.get(name), np.ndarray) for name in lists for other in observations)


def _explains(candidate: Misconception, observations: Sequence[Observation], answers: Answers) -> bool:
    """Whether the student answered what `candidate` answers, everywhere, and often enough not what is right."""
    shown = 0
    for o in observations:
        answer = candidate.answer_once(o.case, answers)
        if not alike(o.got, answer, o):
            return False
        shown += not alike(answer, o.want, o)
    return shown >= ENOUGH


def _structural(wrong: Sequence[Observation]) -> Finding | None:
    if len(wrong) < ENOUGH:
        return None
    for name, structure in STRUCTURES.items():
        says = _common(structure, wrong)
        if says:
            return Finding(name, says + _besides(wrong), kind="structure")
    return None


def _besides(wrong: Sequence[Observation]) -> str:
    """Which results are right all the same, where a function returns several."""
    places = sorted(frozenset.intersection(*map(right_results, wrong)))
    if not places:
        return ""
    names = " and ".join(f"number {place + 1}" for place in places)
    return f" ({names[0].upper()}{names[1:]} of your results {'is' if len(places) == 1 else 'are'} right.)"


def _common(structure: Callable[[Observation], str | None], wrong: Sequence[Observation]) -> str | None:
    """What `structure` says of every wrong answer alike, or None."""
    says = structure(wrong[0])
    return says if says and all(structure(o) == says for o in wrong[1:]) else None


def _conditional(observations: Sequence[Observation]) -> Finding | None:
    says = failing_condition(observations, enough=ENOUGH)
    return Finding("condition", says, kind="condition") if says else None
