"""Grading from sealed tests: the same report as from the hidden tests, without them, the reference or pytest.

What it cannot do is said in the report's notes: tests that could not be sealed are kept for the final grading, and only
there an exercise is tried again with right pieces below it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from grader import __version__
from grader.agreement import Agreement, DisagreementError, Failure, Record, given_up, replies_to, verdict_of
from grader.answers import Answers
from grader.case import describe
from grader.errors import RequestError, StudentError
from grader.model import Assignment, Diagnosis, Outcome, Report, Status, Submission
from grader.sandbox import Launcher, policy_of
from grader.sealing import JOINT, SEALED_TESTS, Opening, SealedTest, SealedTests, can_encrypt, from_json, open_hint
from grader.student import RemoteFunction, Session

_WRONG = (Status.FAILED, Status.RAISED)


class _Asked(Protocol):
    """What is asked: a session with a submission, or the author's own functions in its place."""

    seconds_per_call: float


@dataclass
class _Seen:
    """What an exercise's tests saw: answers and verdicts by the place of the call; None if that is not known."""

    got: dict[tuple[int, int], Any] = field(default_factory=dict)
    agrees: dict[tuple[int, int], bool | None] = field(default_factory=dict)


def sealed_tests_of(assignment: Assignment) -> Path:
    """The file that holds the sealed tests of an assignment, where it was released."""
    return assignment.folder / SEALED_TESTS


def read_sealed_tests(assignment: Assignment) -> SealedTests:
    """The sealed tests beside the stub. Raises RequestError if they cannot be read or are of another assignment."""
    file = sealed_tests_of(assignment)
    try:
        sealed = from_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise RequestError(f"{file} cannot be read: {exc}", "Unpack the assignment's bundle again.") from exc
    if sealed.assignment != assignment.name:
        message = f"{file} must hold the tests of {assignment.name} (got {sealed.assignment!r})"
        raise RequestError(message, "Unpack the assignment's bundle again.")
    return sealed


def grade_sealed(
    submission: Submission,
    assignment: Assignment,
    workers: Launcher,
    sealed: SealedTests,
    *,
    only: Collection[str] = (),
) -> Report:
    """Grade one submission by sealed tests; `only` names the exercises to run (empty: all).

    Raises IsolationError if no worker can be started.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    problems: tuple[str, ...] = (submission.problem,) if submission.problem else ()
    outcomes: Sequence[Outcome]
    diagnoses: tuple[Diagnosis, ...] = ()
    if submission.problem:
        status = Status.GRADER_ERROR if submission.unopened else Status.MISSING
        chosen = (test for _, test in _chosen(sealed, only))
        outcomes = [_outcome(test, status, "The submission could not be read.") for test in chosen]
    else:
        asked = [e.name for e in assignment.exercises]
        with Session(submission, workers, policy_of(assignment), asked=asked) as session:
            outcomes, diagnoses = try_sealed(session, assignment, sealed, only=only)
            problems = session.problems
    return Report(
        assignment=assignment.name,
        student=submission.student,
        digest=submission.digest,
        outcomes=tuple(outcomes),
        isolation=workers.isolation,
        seed=0,
        toolkit=__version__,
        started=started,
        seconds=time.monotonic() - clock,
        problems=problems,
        notes=(*submission.notes, *_notes(sealed, assignment)),
        origin=submission.origin,
        submitted_at=submission.submitted_at,
        diagnoses=diagnoses,
    )


def try_sealed(
    session: _Asked, assignment: Assignment, sealed: SealedTests, *, only: Collection[str] = ()
) -> tuple[list[Outcome], tuple[Diagnosis, ...]]:
    """The outcomes of sealed tests on a session, in the order of the manifest, and the hints that they unlocked."""
    outcomes: list[Outcome] = []
    seen: dict[str, _Seen] = {}
    for number, test in _chosen(sealed, only):
        verdict = given_up(o for o in outcomes if o.exercise == test.exercise)
        if verdict is not None:
            outcomes.append(_outcome(test, *verdict))
        else:
            outcomes.append(_try(session, assignment, number, test, seen.setdefault(test.exercise, _Seen())))
    place = {exercise.name: k for k, exercise in enumerate(assignment.exercises)}
    outcomes.sort(key=lambda o: place[o.exercise])
    diagnoses = tuple(_unlocked(sealed, seen))
    return _with_hints(outcomes, {d.exercise: d.says for d in diagnoses}, assignment), diagnoses


def _chosen(sealed: SealedTests, only: Collection[str]) -> Iterator[tuple[int, SealedTest]]:
    return ((number, test) for number, test in enumerate(sealed.tests) if not only or test.exercise in only)


def _try(session: Any, assignment: Assignment, number: int, test: SealedTest, seen: _Seen) -> Outcome:
    exercise, clock = assignment.exercise(test.exercise), time.monotonic()
    session.seconds_per_call = exercise.seconds_per_call or assignment.limits.seconds_per_call
    record, opening = Record(), Opening(test)
    agreement = Agreement(exercise, test.visible, record, Answers())
    try:
        for i, call in enumerate(test.calls):
            replies = replies_to(RemoteFunction(session, call.case.function), call.case)
            agreement.replay(call.case, opening.expected(i), replies)
        for calls in opening.joint_failures():
            inputs = "; or ".join(dict.fromkeys(describe(test.calls[i].case) for i in calls))
            record.failures.append(Failure(f"for {inputs}: {JOINT}."))
        record.settle()
    except (DisagreementError, StudentError) as exc:
        status, says, detail = verdict_of(exc)
    else:
        status, says, detail = Status.PASSED, "", ""
    finally:
        unknown = opening.unknown()
        for i, o in enumerate(record.observations):
            known = not o.agrees or i not in unknown
            seen.got[number, i], seen.agrees[number, i] = o.got, o.agrees if known else None
    return replace(_outcome(test, status, says), detail=detail, seconds=time.monotonic() - clock)


def _outcome(test: SealedTest, status: Status, says: str) -> Outcome:
    return Outcome(test.exercise, test.name, test.title, status, test.weight, test.visible, says)


def _unlocked(sealed: SealedTests, seen: Mapping[str, _Seen]) -> Iterator[Diagnosis]:
    """What the hints say that open: of each exercise one, or none, for two cannot both be the cause."""
    for exercise, answers in seen.items():
        mine = (hint for hint in sealed.hints if hint.exercise == exercise)
        opened = [m for hint in mine if (m := open_hint(hint, sealed.tests, answers.got, answers.agrees)) is not None]
        if len(opened) == 1:
            yield Diagnosis(exercise, opened[0]["name"], "misconception", opened[0]["says"])


def _with_hints(outcomes: Sequence[Outcome], hints: Mapping[str, str], assignment: Assignment) -> list[Outcome]:
    failed = {o.exercise for o in outcomes if o.status is not Status.PASSED}
    says = {}
    for name in failed:
        below = [base for base in assignment.below(name) if base in failed]
        says[name] = f"{hints.get(name, '')} {_on_wrong_pieces(below)}".strip()
    return [replace(o, hint=says[o.exercise]) if o.status in _WRONG else o for o in outcomes]


def _on_wrong_pieces(below: Sequence[str]) -> str:
    if not below:
        return ""
    names, it = " and ".join(below), "it" if len(below) == 1 else "them"
    return f"It builds on your {names}: mend {it} first. The final grading tries it with right ones too."


def _notes(sealed: SealedTests, assignment: Assignment) -> Iterator[str]:
    yield "Graded by sealed tests; the final grading asks with other inputs."
    tested = {test.exercise for test in sealed.tests}
    untested = [e.name for e in assignment.exercises if e.name not in tested]
    if untested:
        yield f"Not tested at home: {', '.join(untested)}."
    count = sum(n for exercise, n in sealed.withheld.items() if exercise in tested)
    if count:
        names = ", ".join(f"{n} of {exercise}" for exercise, n in sealed.withheld.items() if n and exercise in tested)
        yield f"The points may differ there: {count} more tests are kept for it, {names}."
    if sealed.hints and not can_encrypt():
        yield "Hints need the package cryptography: pip install cryptography."
