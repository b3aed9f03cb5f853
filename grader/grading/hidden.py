"""The hidden tests of an assignment, collected once by pytest, and run on one submission after the other."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import groupby

import pytest

from grader.agreement import LOST, Agreement, OracleError, Record, given_up
from grader.ahead import Ahead
from grader.answers import Answers
from grader.diagnose import Misconception, load_misconceptions
from grader.errors import AssignmentError, GradeError
from grader.grading.protocol import error_of, run_item, tear_down
from grader.grading.questions import Questions, questions_of
from grader.grading.trials import AnySession, HeldUp, Trial, by_nothing
from grader.model import Assignment, Observation, Outcome, Status
from grader.plugin import MARKERS, Attempt, HiddenTests, check_item, classify, is_visible, outcome_of
from grader.shrink import Choices


@dataclass
class _Known:
    """What is known of the tests under one seed: answers of misconceptions, who has met whom, and what tests ask."""

    wrong_answers: Answers = field(default_factory=Answers)
    met: set[str] = field(default_factory=set)
    questions: dict[str, Questions | None] = field(default_factory=dict)


class CollectedTests(HiddenTests):
    """The pytest plugin that takes the place of pytest's run loop: `use` gets the tests once they are collected."""

    def __init__(self, assignment: Assignment, use: Callable[[CollectedTests], None]) -> None:
        super().__init__(seed=0)
        self.collection_errors: list[str] = []
        self.error: GradeError | None = None
        self.finished = False
        self.assignment = assignment
        self._use = use
        self._items: tuple[pytest.Item, ...] = ()
        self._attempt: Attempt | None = None
        self._known = _Known()
        self._outcomes: dict[str, Outcome] = {}

    # What pytest calls

    def assignment_of(self, item: pytest.Item) -> Assignment:  # noqa: ARG002 - the same for all items
        """The one assignment of this run."""
        return self.assignment

    def attempt_of(self, item: pytest.Item) -> Attempt:
        """The submission whose turn it is."""
        if self._attempt is None:
            raise RuntimeError(f"{item.nodeid} runs outside the turn of any submission")
        return self._attempt

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the markers."""
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the errors of collection: such an assignment grades nobody."""
        if report.failed:
            self.collection_errors.append(report.longreprtext)

    def pytest_internalerror(self, excrepr: object) -> bool:
        """Keep a fault in pytest or in this plugin as a sentence, instead of printing it."""
        self.collection_errors.append(str(excrepr))
        return True

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the tests in the order of the manifest."""
        order = {exercise.name: k for k, exercise in enumerate(self.assignment.exercises)}
        try:
            exercises = {item: self.exercise_of(item).name for item in items}
            for item in items:
                check_item(item)
        except AssignmentError as exc:
            self.collection_errors.append(str(exc))
            return
        # Visible tests first: what they show cannot come from hidden inputs, which a worker has not seen by then.
        items.sort(key=lambda item: (not is_visible(item), order[exercises[item]]))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        if self.collection_errors:
            return True
        self._items = tuple(session.items)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._use(self)
        except GradeError as exc:
            self.error = exc
        self.finished = self.error is None
        return True

    # What grading calls

    def begin(self, assignment: Assignment, seed: int, only: Collection[str]) -> tuple[pytest.Item, ...]:
        """The tests of some exercises (none named: all), which from now on run with the seed.

        `assignment` may differ from the one that was collected in its limits. Raises AssignmentError if no test belongs
        to an exercise.
        """
        wanted = frozenset(only) or frozenset(e.name for e in assignment.exercises)
        untested = wanted.difference(self.exercise_of(item).name for item in self._items)
        if untested:
            raise AssignmentError(f"No hidden test belongs to {', '.join(sorted(untested))}.")
        if seed != self.seed:
            # Other numbers, other questions: what is known would only fill the memory.
            self._known, self.oracle_answers = _Known(), Answers()
        self.assignment, self.seed = assignment, seed
        return tuple(item for item in self._items if self.exercise_of(item).name in wanted)

    @cached_property
    def misconceptions(self) -> tuple[Misconception, ...]:
        """Those that the assignment knows."""
        return load_misconceptions(self.assignment.hidden_tests)

    @property
    def wrong_answers(self) -> Answers:
        """What misconceptions are known to answer."""
        return self._known.wrong_answers

    def try_items(self, session: AnySession, items: Sequence[pytest.Item], held_up: HeldUp = by_nothing) -> Trial:
        """Run tests on a submission, but for those that are `held_up`."""
        asked = self._asked_ahead(session, items)
        self._attempt = Attempt(session)
        so_far = _SoFar(held_up)
        ahead: Ahead | None = None
        for k, (written, item) in enumerate(zip(asked, items, strict=True)):
            before, ahead = ahead, written.ahead if written else None
            if before is not None and before is not ahead:
                before.leave()
            verdict = so_far.verdict_on(self.exercise_of(item).name)
            if verdict is not None:
                tear_down(item)
                so_far.add(self.not_run(item, *verdict))
            else:
                so_far.add(self._run_item(item, written, partial(_next_to_run, items, asked, k + 1)))
        if ahead is not None:
            ahead.leave()
        attempt, outcomes = self._attempt, tuple(so_far.outcomes)
        return Trial(outcomes, attempt.records, attempt.generators, held_up=so_far.waiting)

    def _asked_ahead(self, session: AnySession, items: Sequence[pytest.Item]) -> list[_WrittenDown | None]:
        """The tests that need not run; None for those that run.

        Neighbours are asked together, but never hidden ones with visible ones: what those show must not come from
        inputs that wait behind.
        """
        found: list[_WrittenDown | None] = []
        tests = [(self._questions(item), self._outcome_of(item).visible) for item in items]
        for _, neighbours in groupby(tests, key=lambda test: (test[0] is None, test[1])):
            asked = [questions for questions, _ in neighbours]
            ahead = Ahead(session, [[question.case for question in q.asked] for q in asked if q is not None])
            found += [None if q is None else _WrittenDown(q, ahead, n) for n, q in enumerate(asked)]
        return found

    def observe(self, session: AnySession, item: pytest.Item, rng: Choices) -> Sequence[Observation]:
        """What a test observes with other numbers than its own. Raises TimeoutError if the submission gave out."""
        self._attempt = Attempt(session, generators={item.nodeid: rng})
        if self._run_item(item, None, lambda: None).status in LOST:
            raise TimeoutError
        return self._attempt.records[item.nodeid].observations

    def end_attempt(self, item: pytest.Item) -> None:
        """No submission has its turn any more; `item` is one of the tests that it met."""
        tear_down(item)
        self._attempt = None

    def not_run(self, item: pytest.Item, status: Status, says: str) -> Outcome:
        """The outcome of a test that was left out."""
        return replace(self._outcome_of(item), status=status, says=says)

    def _outcome_of(self, item: pytest.Item) -> Outcome:
        """What is known of its outcome before it has run."""
        known = self._outcomes.get(item.nodeid)
        if known is None:
            known = self._outcomes[item.nodeid] = outcome_of(item, self.exercise_of(item))
        return known

    def _run_item(
        self, item: pytest.Item, asked: _WrittenDown | None, following: Callable[[], pytest.Item | None]
    ) -> Outcome:
        attempt, self.item = self.attempt_of(item), item
        answered, clock = attempt.session.answered, time.monotonic()
        error = run_item(item, following()) if asked is None else self._put(asked, item, attempt)
        if error is None and attempt.session.answered == answered:
            error = OracleError("the test asked nothing of the submission")
        status, says, detail = classify(error, answered=attempt.session.answered > answered)
        excess = attempt.records[item.nodeid].excess if item.nodeid in attempt.records else None
        seconds = time.monotonic() - clock
        return replace(self._outcome_of(item), status=status, says=says, detail=detail, seconds=seconds, excess=excess)

    def _put(self, asked: _WrittenDown, item: pytest.Item, attempt: Attempt) -> BaseException | None:
        """Ask what the test asks, without running it; gives what it would have raised."""
        record = attempt.records.setdefault(item.nodeid, Record())
        attempt.session.seconds_per_call = self.seconds_of(item)
        if asked.questions.generator is not None:
            attempt.generators[item.nodeid] = asked.questions.generator
        visible = self._outcome_of(item).visible
        agreement = Agreement(self.exercise_of(item), visible, record, self.oracle_answers)

        def ask() -> None:
            asked.ahead.begin(asked.number)
            for question in asked.questions.asked:
                case = question.fresh
                agreement.replay(case, question.want, asked.ahead.replies_to(case))
            record.settle()

        return error_of("call", ask)

    def _questions(self, item: pytest.Item) -> Questions | None:
        """What the test asks, where it was worth while to find out: if it meets more than one submission."""
        known, name = self._known, item.nodeid
        if name not in known.met:
            known.met.add(name)
            return None
        if name not in known.questions:
            known.questions[name] = questions_of(item, partial(self.run_on, item))
        return known.questions[name]

    def run_on(self, item: pytest.Item, attempt: Attempt) -> BaseException | None:
        """Run a test on an attempt; gives what it raised."""
        self._attempt, self.item = attempt, item
        return run_item(item, None)


@dataclass
class _SoFar:
    """The outcomes of a trial so far, and what they mean for the tests that follow; `waiting` are held up."""

    held_up: HeldUp
    outcomes: list[Outcome] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    _by_exercise: dict[str, list[Outcome]] = field(default_factory=dict)

    def verdict_on(self, exercise: str) -> tuple[Status, str] | None:
        """The status and the sentence for a test of the exercise that is not to be run; None if it is."""
        if verdict := self.held_up(exercise):
            self.waiting.add(exercise)
            return verdict
        return given_up(self._by_exercise.get(exercise, ()))

    def add(self, outcome: Outcome) -> None:
        """Note what a test came to."""
        self.outcomes.append(outcome)
        self._by_exercise.setdefault(outcome.exercise, []).append(outcome)


@dataclass(frozen=True, slots=True)
class _WrittenDown:
    """A test that need not run: what it asks, and whom, as the test of this `number` among its neighbours."""

    questions: Questions
    ahead: Ahead
    number: int


def _next_to_run(items: Sequence[pytest.Item], asked: Sequence[_WrittenDown | None], start: int) -> pytest.Item | None:
    """The next test that pytest runs, from there on: what has been set up so far stays up for that one."""
    return next((items[k] for k in range(start, len(items)) if asked[k] is None), None)
