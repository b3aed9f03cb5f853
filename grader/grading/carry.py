"""Carried-forward marks: one bug costs once.

An exercise that calls an earlier one of the same file fails where that is wrong. It is then tried a second time, in a
fresh worker in which the wrong pieces that it builds on mean right ones: the course's solution, which runs in a worker
of its own and is reached by calls. If that goes better, this trial counts.

What is judged is the exercise's own work, by the same tests against the same oracle, with right answers below it. So
two mistakes that cancel out earn nothing here: the lower one is gone. A submission that does not call the earlier
exercise gains nothing either, and is judged by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from grader import wire
from grader.intake import read_submission
from grader.model import Assignment, Outcome, Status, Submission
from grader.student import Session

Pieces = Mapping[str, Callable[..., Any]]


@contextmanager
def right_pieces(assignment: Assignment, open_session: Callable[[Submission], Session]) -> Iterator[Pieces]:
    """The solution's functions by name, each a call into a sandboxed worker; none if the course has no solution."""
    if not assignment.solution.is_file():
        yield {}
        return
    with open_session(read_submission(assignment.solution, assignment)) as solution:
        yield {e.name: partial(_ask, solution, e.name) for e in assignment.exercises}


def _ask(solution: Session, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """What the solution answers. The arguments are student data: plain values alone may cross."""
    wire.encode((args, kwargs))
    return solution.call(name, args, kwargs).value


def wrong_among(pieces: Sequence[str], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """The pieces that are not known to have passed all their tests."""
    failed = {o.exercise for o in outcomes if o.status is not Status.PASSED}
    right = {o.exercise for o in outcomes} - failed
    return tuple(name for name in pieces if name not in right)


def pieces_below(exercise: str, assignment: Assignment, used: Collection[str]) -> tuple[str, ...]:
    """The exercises that this one builds on, directly or not, in the order of the manifest.

    They are those that the manifest names, and the earlier ones among those that the submission wrote itself and `used`
    for it. A later one is none: otherwise two that do nothing but call each other would both be right.
    """
    names = [e.name for e in assignment.exercises]
    below = {*assignment.below(exercise), *set(used).intersection(names[: names.index(exercise)])}
    return tuple(name for name in names if name in below)


def may_gain(outcomes: Collection[Outcome]) -> bool:
    """Whether an exercise has lost anything that a second trial could win."""
    statuses = {o.status for o in outcomes}
    return bool(statuses - {Status.PASSED}) and Status.GRADER_ERROR not in statuses


def is_unwritten(outcomes: Collection[Outcome]) -> bool:
    """Whether tests found nothing to run."""
    return all(o.status is Status.MISSING for o in outcomes)


def better(
    first: Sequence[Outcome], second: Sequence[Outcome], pieces: tuple[str, ...], *, held_up: bool = False
) -> list[Outcome]:
    """The outcomes that count: all of the trial that earns more, never a mixture. `pieces` were right in the second.

    Of two that earn the same, the first counts, or, where it was held up by a piece without end, the second.
    """
    gained = _passed(second) - _passed(first)
    if gained < 0 or (not gained and not held_up):
        return list(first)
    return list(second) if is_unwritten(second) else [replace(o, carried=pieces) for o in second]


def _passed(outcomes: Sequence[Outcome]) -> Fraction:
    return Fraction(sum(o.weight for o in outcomes if o.status is Status.PASSED))
