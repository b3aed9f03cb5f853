"""Submissions × hidden tests: the report on each submission, whatever happens."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import pytest

from grader import __version__
from grader.errors import GradeError
from grader.grading.again import GradedBefore, agree_with, kept_of, still_holds
from grader.grading.carry import Pieces
from grader.grading.explain import explain, with_hints
from grader.grading.hidden import CollectedTests
from grader.grading.trials import AnySession, Trials
from grader.model import Assignment, Diagnosis, Isolation, Outcome, Report, Status, Submission
from grader.plugin import OUR_FAULT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A submission, and how a session with it is opened, in a worker that has met no test yet."""

    submission: Submission
    open_session: Callable[[], AnySession]


def _no_pieces() -> AbstractContextManager[Pieces]:
    return nullcontext({})


@dataclass(frozen=True, slots=True)
class _Attempted:
    """What the tests came to, what went wrong when the submission was loaded, and what explains the failures.

    `late` says whether any call ran out of time, even if nothing was lost by that in the end.
    """

    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    late: bool = False


class Isolated(Protocol):
    """Whatever runs the attempts, and says how well it keeps them apart."""

    @property
    def isolation(self) -> Isolation:
        """The level that is really active."""


class GradingRun:
    """Grades submissions, one after the other, with the hidden tests of some exercises (`only`; empty: all).

    `pieces` opens right pieces for what builds on wrong ones (see `carry`); they are open for one submission at a time.
    `examples` says whether to look for the smallest inputs on which submissions go wrong. `right` are exercises that
    need not be graded to be known as right. Raises AssignmentError if no test belongs to an exercise.
    """

    def __init__(
        self,
        tests: CollectedTests,
        assignment: Assignment,
        host: Isolated,
        *,
        only: Collection[str],
        seed: int,
        pieces: Callable[[], AbstractContextManager[Pieces]] = _no_pieces,
        examples: bool = True,
        right: Iterable[str] = (),
    ) -> None:
        self._tests = tests
        self._items = tests.begin(assignment, seed, only)
        self._assignment = assignment
        self._host = host
        self._seed = seed
        self._pieces = pieces
        self._examples = examples
        self._right = tuple(Outcome(name, "", "", Status.PASSED) for name in right)

    def grade(self, candidate: Candidate) -> Report:
        """The report on one submission."""
        started, clock, submission = datetime.now(UTC), time.monotonic(), candidate.submission
        if submission.problem:
            status = Status.GRADER_ERROR if submission.unopened else Status.MISSING
            unread = "The submission could not be read."
            outcomes = tuple(self._tests.not_run(item, status, unread) for item in self._items)
            attempted = _Attempted(outcomes, (submission.problem,))
        else:
            attempted = self._attempt_what_must(candidate)
        return Report(
            assignment=self._assignment.name,
            student=submission.student,
            digest=submission.digest,
            outcomes=attempted.outcomes,
            isolation=self._host.isolation,
            seed=self._seed,
            toolkit=__version__,
            started=started,
            seconds=time.monotonic() - clock,
            problems=attempted.problems,
            notes=submission.notes,
            origin=submission.origin,
            submitted_at=submission.submitted_at,
            diagnoses=attempted.diagnoses,
        )

    def _attempt_what_must(self, candidate: Candidate) -> _Attempted:
        """As `_attempt_items`; of a submission that was graded before, what still holds is not run (see `again`)."""
        submission = candidate.submission
        if not isinstance(submission, GradedBefore) or not still_holds(
            submission.before, self._seed, self._host.isolation
        ):
            return self._attempt_items(candidate, self._items)
        kept, before, clock = kept_of(submission), submission.before, time.monotonic()
        chosen = [item for item in self._items if self._tests.exercise_of(item).name in submission.again]
        if before is None or not chosen:
            return _Attempted(kept, before.problems if before else (), before.diagnoses if before else ())
        new, most = self._attempt_items(candidate, chosen, kept), self._assignment.limits.seconds_total
        if new.late or not agree_with(submission, new.outcomes, time.monotonic() - clock, most):
            return self._attempt_items(candidate, self._items)
        diagnoses = (*(d for d in before.diagnoses if d.exercise not in submission.again), *new.diagnoses)
        together = sorted((*kept, *new.outcomes), key=self._place)
        return _Attempted(tuple(together), new.problems, tuple(sorted(diagnoses, key=self._place)))

    def _attempt_items(
        self, candidate: Candidate, items: Sequence[pytest.Item], known: Sequence[Outcome] = ()
    ) -> _Attempted:
        """What some tests come to.

        Whatever fails here but student code or isolation is a fault of the toolkit: the report is ungraded, and the
        next submission has its turn.
        """
        session = candidate.open_session()
        try:
            open_session = candidate.open_session
            with Trials(self._tests, self._assignment, open_session, self._pieces, thorough=self._examples) as trials:
                tried = trials.by_exercise(session, items, (*self._right, *known))
            diagnoses = explain(
                [(t.records, t.before) for t in tried.values()], self._tests.misconceptions, self._tests.wrong_answers
            )
            outcomes = sorted((o for trial in tried.values() for o in trial.outcomes), key=self._place)
            additions = {name: trial.additions for name, trial in tried.items() if trial.additions}
            return _Attempted(
                with_hints(outcomes, diagnoses, additions), session.problems, diagnoses, late=bool(session.late)
            )
        except GradeError:
            raise
        except Exception:
            failed = (self._tests.not_run(item, Status.GRADER_ERROR, OUR_FAULT) for item in items)
            return _Attempted(tuple(replace(o, detail=traceback.format_exc()) for o in failed))
        finally:
            session.close()
            self._tests.end_attempt(items[0])

    def _place(self, o: Outcome | Diagnosis) -> int:
        """Where an outcome or diagnosis stands in the report: by its exercise's place in the manifest."""
        return [exercise.name for exercise in self._assignment.exercises].index(o.exercise)
