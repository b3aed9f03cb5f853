"""The trials of one submission: first with its own pieces, then, where something went wrong, with right ones below.

::

    first trial      every test, on the submission as it is; training on a piece that runs out of time waits
    carried          what builds on wrong pieces, on right ones (see `carry`)
    blame            what trains and goes wrong: which of its pieces spoils it (see `blame`)
    example          the smallest input on which it goes wrong (see `shrink`)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Protocol

import pytest

from grader.agreement import LOST, Record
from grader.errors import StudentError
from grader.grading.blame import blame, guilty_pieces
from grader.grading.carry import Pieces, better, is_unwritten, may_gain, pieces_below, wrong_among
from grader.local import LocalSession
from grader.model import Assignment, Exercise, Observation, Outcome, Status
from grader.plugin import name_of
from grader.shrink import Choices, already_for, size_of, smallest, smallest_of
from grader.student import Session

_WRONG = {Status.FAILED, Status.RAISED}

AnySession = Session | LocalSession
Items = Sequence[pytest.Item]
# Asked before each test of an exercise: the status and the sentence if it is not to be run now, None if it is.
HeldUp = Callable[[str], tuple[Status, str] | None]


def by_nothing(_exercise: str, /) -> None:
    """What holds up no test."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcomes of some tests, in their order, and what each test left behind.

    `example` names the smallest input on which the submission was found to go wrong, `blamed` the pieces that spoil an
    exercise which trains. `before` is what the tests left behind in a trial before, with the submission's own pieces.
    `held_up` are the exercises of which tests were not run, since they use what runs out of time.
    """

    outcomes: tuple[Outcome, ...]
    records: Mapping[str, Record]
    generators: Mapping[str, Choices]
    example: str = ""
    blamed: str = ""
    before: Mapping[str, Record] = field(default_factory=dict)
    held_up: Collection[str] = ()

    def of(self, exercise: str, items: Collection[pytest.Item]) -> Trial:
        """What of it is of one exercise, whose tests are `items`."""
        names = {item.nodeid for item in items}
        outcomes = tuple(o for o in self.outcomes if o.exercise == exercise)
        records = {name: record for name, record in self.records.items() if name in names}
        generators = {name: g for name, g in self.generators.items() if name in names}
        return Trial(outcomes, records, generators, held_up=self.held_up)

    def observations_of(self, item: pytest.Item) -> Sequence[Observation]:
        """What a test observed; nothing if it did not run."""
        return self.records[item.nodeid].observations if item.nodeid in self.records else ()

    def draws_of(self, item: pytest.Item) -> int:
        """How many sizes and options a test drew at random."""
        return len(self.generators[item.nodeid].drawn) if item.nodeid in self.generators else 0

    @property
    def additions(self) -> str:
        """What a hint says besides the cause."""
        return f"{self.blamed} {self.example}".strip()


class Tests(Protocol):
    """The hidden tests, as trials need them."""

    def exercise_of(self, item: pytest.Item) -> Exercise:
        """The exercise that a test belongs to."""

    def seeds_of(self, item: pytest.Item) -> tuple[int, int]:
        """What decides the random numbers of a test."""

    def try_items(self, session: AnySession, items: Items, held_up: HeldUp = by_nothing) -> Trial:
        """Run tests on a submission, but for those that are `held_up`."""

    def observe(self, session: AnySession, item: pytest.Item, rng: Choices) -> Sequence[Observation]:
        """What a test observes with other numbers than its own. Raises TimeoutError if the submission gave out."""


class Trials:
    """The trials of one submission, while the context lasts.

    `open_session` opens a fresh worker with the submission; `right` opens right pieces, once they are needed. With
    `thorough`, the guilty piece and the smallest input are looked for. All trials share one submission's seconds.
    """

    def __init__(
        self,
        tests: Tests,
        assignment: Assignment,
        open_session: Callable[[], AnySession],
        right: Callable[[], AbstractContextManager[Pieces]],
        *,
        thorough: bool,
    ) -> None:
        self._tests = tests
        self._assignment = assignment
        self._open_session = open_session
        self._right = right
        self._thorough = thorough
        self._open = ExitStack()
        self._left = 0.0

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def by_exercise(self, session: AnySession, items: Items, known: Sequence[Outcome] = ()) -> dict[str, Trial]:
        """For each exercise the trial that counts; `known` are the outcomes of exercises that need not be run.

        What each test left behind is that of the last trial, where no wrong piece is in the way of a cause. Only where
        that shows no cause, the first one is asked.
        """
        first = self._tests.try_items(session, items, partial(self._held_up, session))
        by_themselves = [*known, *first.outcomes]
        written = {o.exercise for o in by_themselves if o.status is not Status.MISSING}
        self._left = session.seconds_left
        trials: dict[str, Trial] = {}
        outcomes = list(by_themselves)
        items_of: dict[str, list[pytest.Item]] = {}
        for item in items:
            items_of.setdefault(self._tests.exercise_of(item).name, []).append(item)
        for name, own in items_of.items():
            below = pieces_below(name, self._assignment, session.uses(name) & written)
            wrong = wrong_among(below, by_themselves)
            # What was right on top of right pieces is not to be named: they are.
            named = wrong_among(wrong, outcomes)
            trial = self._carried(first.of(name, own), own, wrong, named, late=session.late)
            trial = self._with_blame(name, own, trial, below, self._slow_below(session, name))
            outcomes = [o for o in outcomes if o.exercise != name] + [*trial.outcomes]
            trials[name] = trial if trial.example else replace(trial, example=self._example(session, own, trial))
        return trials

    def _held_up(self, session: AnySession, exercise: str) -> tuple[Status, str] | None:
        """Training on a piece that runs out of time waits, where there is a right piece for a second trial.

        It would run out of time as well, and training has many times the seconds of a piece.
        """
        if not session.late or session.seconds_left <= 0 or not self._trains(exercise):
            return None
        slow = self._slow_below(session, exercise)
        return (Status.TIMEOUT, f"Not run, since it uses {slow[0]}, which ran out of time.") if slow else None

    def _slow_below(self, session: AnySession, exercise: str) -> tuple[str, ...]:
        """The pieces that an exercise uses, that ran out of time, and that right ones can stand in for."""
        slow = session.late & session.uses(exercise)
        return tuple(p for p in pieces_below(exercise, self._assignment, slow) if p in slow and p in self._pieces)

    def _trains(self, exercise: str) -> bool:
        return self._assignment.exercise(exercise).seconds_per_call is not None

    @cached_property
    def _pieces(self) -> Pieces:
        return self._open.enter_context(self._right())

    @contextmanager
    def _session_on(self, right: Collection[str]) -> Iterator[AnySession | None]:
        """A fresh worker in which some names mean right pieces; None if the submission does not live to see them."""
        session = self._open_session()
        try:
            session.seconds_left = self._left
            yield session if _replaced(session, {name: self._pieces[name] for name in right}) else None
        finally:
            self._left = session.seconds_left
            session.close()

    def _carried(
        self, trial: Trial, items: Items, wrong: tuple[str, ...], named: tuple[str, ...], late: Collection[str]
    ) -> Trial:
        """The trial of an exercise: a second one where it did better with right pieces in the place of `wrong` ones.

        It names those among them that are wrong by themselves. What was held up is run on the submission's own pieces
        after all, unless the second trial leaves nothing to gain: a right piece cannot stand in for every other one.
        """
        held_up = trial.outcomes[0].exercise in trial.held_up
        second = self._on_right(items, wrong, whole=held_up) if wrong and may_gain(trial.outcomes) else None
        if held_up and (second is None or (may_gain(second.outcomes) and not is_unwritten(second.outcomes))):
            trial = self._on_its_own(items, late) or trial
        if second is None:
            return trial
        counts = tuple(better(trial.outcomes, second.outcomes, named or wrong, held_up=held_up))
        return replace(second, outcomes=counts, before=trial.records)

    def _on_right(self, items: Items, wrong: tuple[str, ...], *, whole: bool) -> Trial | None:
        """The tests of an exercise with right pieces in the place of `wrong` ones; None if that cannot be."""
        if self._left <= 0 or not set(wrong) <= set(self._pieces):
            return None
        with self._session_on(wrong) as session:
            if session is None:
                return None
            # Of what is not written at all, one test tells as much as all.
            trial = self._tests.try_items(session, items[:1])
            if whole or not is_unwritten(trial.outcomes):
                trial = self._tests.try_items(session, items)
            return replace(trial, example=self._example(session, items, trial))

    def _on_its_own(self, items: Items, late: Collection[str]) -> Trial | None:
        """The tests of an exercise on the submission as it is, in a worker that has met no other test.

        It has the seconds that are left once a call ran out of time: it rests on what is `late`.
        """
        with self._session_on(()) as session:
            if session is None or self._left <= 0:
                return None
            session.hurry({*late, self._tests.exercise_of(items[0]).name})
            return self._tests.try_items(session, items)

    def _with_blame(self, name: str, items: Items, trial: Trial, below: Sequence[str], slow: Collection[str]) -> Trial:
        """The trial of an exercise that trains and goes wrong, with the sentence that names the guilty pieces.

        One test that failed stands for all: training takes time. Where a trial ends otherwise than right or wrong, as
        when time runs out, nobody is blamed. Right pieces stand in for `slow` ones all the time.
        """
        statuses = {o.status for o in trial.outcomes}
        if not (self._thorough and self._trains(name) and below and statuses & _WRONG) or statuses & set(LOST):
            return trial
        failed = {o.test for o in trial.outcomes if o.status in _WRONG}
        item = next(item for item in items if name_of(item) in failed)
        suspects = [piece for piece in below if piece not in slow]

        def mends(right: Collection[str]) -> bool:
            return self._mends(item, {*right, *slow})

        try:
            guilty = guilty_pieces(suspects, mends) if self._pieces else ()
        except _UndecidedError:
            return trial
        return replace(trial, blamed=blame(name, guilty))

    def _mends(self, item: pytest.Item, right: Collection[str]) -> bool:
        """Whether a test passes with right ones in the place of some pieces. Raises _UndecidedError."""
        with self._session_on(right) as session:
            if session is None or self._left <= 0:
                raise _UndecidedError
            status = self._tests.try_items(session, [item]).outcomes[0].status
        if status is not Status.PASSED and status not in _WRONG:
            raise _UndecidedError
        return status is Status.PASSED

    def _example(self, session: AnySession, items: Items, trial: Trial) -> str:
        """A sentence with the smallest input on which the submission goes wrong; "" if none is to be looked for."""
        seen = smallest_of(o for item in items for o in trial.observations_of(item))
        if not self._thorough or seen is None:
            return ""
        wrong = [item for item in items if smallest_of(trial.observations_of(item)) and trial.draws_of(item)]
        drawing = max(wrong, key=trial.draws_of, default=None)
        if drawing is not None:
            found = smallest(partial(self._tests.observe, session, drawing), self._tests.seeds_of(drawing))
            seen = min((o for o in (seen, found) if o is not None), key=size_of)
        return already_for(seen)


class _UndecidedError(Exception):
    """A trial said nothing of the pieces."""


def _replaced(session: AnySession, pieces: Pieces) -> bool:
    """Whether a submission came to know right pieces: it may crash, or run out of time, over that alone."""
    try:
        for name, piece in pieces.items():
            session.replace(name, piece)
    except StudentError:
        return False
    return True
