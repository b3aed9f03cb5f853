"""The run loop that takes the place of pytest's own: submissions × hidden tests."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

import pytest

from grader import __version__
from grader.agreement import LOST, OracleError, Record, given_up
from grader.answers import Answers
from grader.diagnose import Misconception, load_misconceptions
from grader.errors import AssignmentError, GradeError
from grader.grading.again import GradedBefore, agree_with, kept_of, still_holds
from grader.grading.carry import Pieces
from grader.grading.explain import explain, with_hints
from grader.grading.protocol import run_item, tear_down
from grader.grading.trials import AnySession, Trial, Trials
from grader.model import (
    Assignment,
    Diagnosis,
    Isolation,
    Observation,
    Outcome,
    Report,
    Status,
    Submission,
)
from grader.plugin import (
    MARKERS,
    OUR_FAULT,
    Attempt,
    HiddenTests,
    check_item,
    is_visible,
    name_of,
    outcome,
    title_of,
    weight_of,
)
from grader.shrink import Choices


@dataclass(frozen=True, slots=True)
class Candidate:
    """A submission, and how a session with it is opened, in a worker that has met no test yet."""

    submission: Submission
    open_session: Callable[[], AnySession]


def _no_pieces() -> AbstractContextManager[Pieces]:
    return nullcontext({})


Attempted = tuple[tuple[Outcome, ...], tuple[str, ...], tuple[Diagnosis, ...]]


class Isolated(Protocol):
    """Whatever runs the attempts, and says how well it keeps them apart."""

    @property
    def isolation(self) -> Isolation:
        """The level that is really active."""


class GradingRun(HiddenTests):
    """The pytest plugin that takes the place of pytest's run loop.

    `right` opens right pieces for what builds on wrong ones (see `carry`); they are open for one submission at a time.
    `examples` says whether to look for the smallest inputs on which submissions go wrong.
    """

    def __init__(
        self,
        assignment: Assignment,
        candidates: Iterable[Candidate],
        on_report: Callable[[Report], None],
        host: Isolated,
        *,
        only: Collection[str],
        seed: int,
        right: Callable[[], AbstractContextManager[Pieces]] = _no_pieces,
        examples: bool = True,
    ) -> None:
        super().__init__(seed=seed)
        self._wanted = frozenset(only) or frozenset(e.name for e in assignment.exercises)
        self.collection_errors: list[str] = []
        self.error: GradeError | None = None
        self.finished = False
        self._assignment = assignment
        self._candidates = candidates
        self._on_report = on_report
        self._host = host
        self._right = right
        self._examples = examples
        self._attempt: Attempt | None = None
        self._wrong_answers = Answers()

    def assignment_of(self, item: pytest.Item) -> Assignment:  # noqa: ARG002 - the same for all items
        """The one assignment of this run."""
        return self._assignment

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
        """Keep the tests of the wanted exercises, in the order of the manifest."""
        order = {exercise.name: k for k, exercise in enumerate(self._assignment.exercises)}
        try:
            exercises = {item: self.exercise_of(item).name for item in items}
            for item in items:
                check_item(item)
        except AssignmentError as exc:
            self.collection_errors.append(str(exc))
            return
        untested = self._wanted.difference(exercises.values())
        if untested and not self.collection_errors:
            self.collection_errors.append(f"No hidden test belongs to {', '.join(sorted(untested))}.")
        wanted = [item for item in items if exercises[item] in self._wanted]
        # Visible tests first: what they show cannot come from hidden inputs, which this worker has not seen by then.
        items[:] = sorted(wanted, key=lambda item: (not is_visible(item), order[exercises[item]]))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade every submission, each with all tests."""
        if self.collection_errors:
            return True
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for candidate in self._candidates:
                    self._on_report(self._grade(candidate, session.items))
        except GradeError as exc:
            self.error = exc
        self.finished = self.error is None
        return True

    def _grade(self, candidate: Candidate, items: Sequence[pytest.Item]) -> Report:
        started, clock, submission = datetime.now(UTC), time.monotonic(), candidate.submission
        problems: tuple[str, ...] = (submission.problem,) if submission.problem else ()
        diagnoses: tuple[Diagnosis, ...] = ()
        if submission.problem:
            status = Status.GRADER_ERROR if submission.unopened else Status.MISSING
            outcomes = tuple(self._not_run(item, status, "The submission could not be read.") for item in items)
        else:
            outcomes, problems, diagnoses = self._attempt_what_must(candidate, items)
        return Report(
            assignment=self._assignment.name,
            student=submission.student,
            digest=submission.digest,
            outcomes=outcomes,
            isolation=self._host.isolation,
            seed=self.seed,
            toolkit=__version__,
            started=started,
            seconds=time.monotonic() - clock,
            problems=problems,
            notes=submission.notes,
            origin=submission.origin,
            submitted_at=submission.submitted_at,
            diagnoses=diagnoses,
        )

    def _attempt_what_must(self, candidate: Candidate, items: Sequence[pytest.Item]) -> Attempted:
        """As `_attempt_items`; of a submission that was graded before, what still holds is not run (see `again`)."""
        submission = candidate.submission
        if not isinstance(submission, GradedBefore) or not still_holds(
            submission.before, self.seed, self._host.isolation
        ):
            return self._attempt_items(candidate, items)
        kept, before, clock = kept_of(submission), submission.before, time.monotonic()
        chosen = [item for item in items if self.exercise_of(item).name in submission.again]
        if before is None or not chosen:
            return kept, before.problems if before else (), before.diagnoses if before else ()
        outcomes, problems, diagnoses = self._attempt_items(candidate, chosen, kept)
        if not agree_with(submission, outcomes, time.monotonic() - clock, self._assignment.limits.seconds_total):
            return self._attempt_items(candidate, items)
        diagnoses = (*(d for d in before.diagnoses if d.exercise not in submission.again), *diagnoses)
        together = sorted((*kept, *outcomes), key=self._place)
        return tuple(together), problems, tuple(sorted(diagnoses, key=self._place))

    def _attempt_items(
        self, candidate: Candidate, items: Sequence[pytest.Item], known: Sequence[Outcome] = ()
    ) -> Attempted:
        """The outcomes of all tests, what went wrong when the submission was loaded, and what explains the failures.

        Whatever fails here but student code or isolation is a fault of the toolkit: the report is ungraded, and the
        next submission has its turn.
        """
        session = candidate.open_session()
        try:
            open_session = candidate.open_session
            with Trials(self, self._assignment, open_session, self._right, thorough=self._examples) as trials:
                tried = trials.by_exercise(session, items, known)
            diagnoses = explain(
                [(t.records, t.before) for t in tried.values()], self._misconceptions, self._wrong_answers
            )
            outcomes = sorted((o for trial in tried.values() for o in trial.outcomes), key=self._place)
            additions = {name: trial.additions for name, trial in tried.items() if trial.additions}
            return with_hints(outcomes, diagnoses, additions), session.problems, diagnoses
        except GradeError:
            raise
        except Exception:
            tear_down(items[0])
            failed = (self._not_run(item, Status.GRADER_ERROR, OUR_FAULT) for item in items)
            return tuple(replace(o, detail=traceback.format_exc()) for o in failed), (), ()
        finally:
            session.close()
            self._attempt = None

    def try_items(self, session: AnySession, items: Sequence[pytest.Item]) -> Trial:
        """Run tests on a submission."""
        self._attempt = Attempt(session)
        outcomes = tuple(self._run_items(items))
        return Trial(outcomes, self._attempt.records, self._attempt.generators)

    def observe(self, session: AnySession, item: pytest.Item, rng: Choices) -> Sequence[Observation]:
        """What a test observes with other numbers than its own. Raises TimeoutError if the submission gave out."""
        self._attempt = Attempt(session, generators={item.nodeid: rng})
        if self._run_item(item, None).status in LOST:
            raise TimeoutError
        return self._attempt.records[item.nodeid].observations

    def _run_items(self, items: Sequence[pytest.Item]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for k, item in enumerate(items):
            exercise = self.exercise_of(item).name
            verdict = given_up(o for o in outcomes if o.exercise == exercise)
            if verdict is not None:
                tear_down(item)
                outcomes.append(self._not_run(item, *verdict))
            else:
                outcomes.append(self._run_item(item, items[k + 1] if k + 1 < len(items) else None))
        return outcomes

    def _run_item(self, item: pytest.Item, following: pytest.Item | None) -> Outcome:
        attempt, self.item = self.attempt_of(item), item
        answered, clock = attempt.session.answered, time.monotonic()
        error = run_item(item, following)
        if error is None and attempt.session.answered == answered:
            error = OracleError("the test asked nothing of the submission")
        result = outcome(
            item,
            self.exercise_of(item),
            error,
            answered=attempt.session.answered > answered,
            seconds=time.monotonic() - clock,
        )
        return replace(result, excess=attempt.records.get(item.nodeid, Record()).excess)

    @cached_property
    def _misconceptions(self) -> tuple[Misconception, ...]:
        return load_misconceptions(self._assignment.hidden_tests)

    def _place(self, o: Outcome | Diagnosis) -> int:
        """Where an outcome or diagnosis stands in the report: by its exercise's place in the manifest."""
        return [exercise.name for exercise in self._assignment.exercises].index(o.exercise)

    def _not_run(self, item: pytest.Item, status: Status, says: str) -> Outcome:
        return Outcome(
            exercise=self.exercise_of(item).name,
            test=name_of(item),
            title=title_of(item),
            status=status,
            weight=weight_of(item),
            visible=is_visible(item),
            says=says,
        )
