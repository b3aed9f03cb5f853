"""From a submission and an assignment to a report.

pytest collects the hidden tests once and then loops over submissions × tests; each submission has a worker of its own.
A test that kills or hangs its worker costs the submission that test, not the others: they meet a fresh worker.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from types import ModuleType
from typing import Any, Literal, Protocol

import pytest
from _pytest.runner import runtestprotocol

from grader import __version__
from grader.agreement import OracleError, Record
from grader.diagnose import Finding, Misconception, diagnose, load_misconceptions
from grader.errors import AssignmentError, GradeError
from grader.local import LocalSession
from grader.model import Assignment, Isolation, Observation, Outcome, Report, Status, Submission
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
from grader.sandbox import Launcher, policy_of
from grader.student import Session

# After so many crashes or time-outs the other tests of an exercise are not run: each costs its whole deadline.
_MOST_LOST_WORKERS = 2


def grade(
    submission: Submission, assignment: Assignment, workers: Launcher, *, only: Collection[str] = (), seed: int = 0
) -> Report:
    """Run the hidden tests of `assignment` on one submission.

    `only` names the exercises to run (empty: all); `seed` decides the inputs. Raises AssignmentError if the hidden
    tests cannot be collected, IsolationError if no worker can be started.
    """
    reports: list[Report] = []
    grade_all([submission], assignment, workers, reports.append, only=only, seed=seed)
    return reports[0]


def grade_all(
    submissions: Iterable[Submission],
    assignment: Assignment,
    workers: Launcher,
    on_report: Callable[[Report], None],
    *,
    only: Collection[str] = (),
    seed: int = 0,
) -> None:
    """Run the hidden tests on each submission, handing over each report as it is done. Raises as `grade` does."""
    policy, asked = policy_of(assignment), [e.name for e in assignment.exercises]
    attempts = ((s, partial(Session, s, workers, policy, asked=asked)) for s in submissions)
    _run_pytest(assignment, GradingRun(assignment, attempts, on_report, workers, only=only, seed=seed))


def grade_trusted(
    candidates: Iterable[Mapping[str, Callable[..., Any]]],
    assignment: Assignment,
    *,
    only: Collection[str] = (),
    seed: int = 0,
) -> list[Report]:
    """Run the hidden tests on functions of the assignment's author, by name, in this very process."""
    reports: list[Report] = []
    attempts = ((Submission("author", assignment.module), partial(LocalSession, c)) for c in candidates)
    _run_pytest(assignment, GradingRun(assignment, attempts, reports.append, LocalSession, only=only, seed=seed))
    return reports


def _run_pytest(assignment: Assignment, run: GradingRun) -> None:
    if not assignment.hidden_tests.is_dir():
        raise AssignmentError(
            f"{assignment.name} has no hidden tests: {assignment.hidden_tests} does not exist.",
            hint="Tests of an assignment stand in tests/hidden/ under the assignment's name.",
        )
    with importable(assignment):
        code = pytest.main([str(assignment.hidden_tests), *_PYTEST_OPTIONS, f"--rootdir={assignment.root}"], [run])
    if run.collection_errors:
        raise AssignmentError(f"The hidden tests cannot be collected.\n{run.collection_errors[0]}")
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if run.error is not None:
        raise run.error
    if not run.finished:
        raise AssignmentError(f"pytest ended with {code!r} before every submission was graded.")


# Parts of pytest that cost time at every start, or write, and that grading has no use for.
_UNUSED_PLUGINS = (
    *("cacheprovider", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "nose", "pastebin", "pytester"),
    *("stepwise", "terminal", "threadexception", "unraisableexception"),
)
# No configuration, no plugins, no output: what decides a grade is in the assignment alone. Assertions are left as they
# are written, since a student reads their messages.
_PYTEST_OPTIONS = [
    "-c",
    os.devnull,
    "--disable-plugin-autoload",
    "--noconftest",
    "--assert=plain",
    "--capture=no",
    "--import-mode=importlib",
    "--strict-markers",
    "-Wignore",
    *(f"-pno:{name}" for name in _UNUSED_PLUGINS),
]


# What a course's own modules are called in `sys.modules`.
_COURSE_PACKAGES = ("reference", "tests")


@contextmanager
def importable(assignment: Assignment) -> Iterator[None]:
    """While the course of the assignment can be imported; another course in this process keeps its own modules."""
    others = _take_course_modules()
    sys.path.insert(0, str(assignment.root))
    try:
        yield
    finally:
        sys.path.remove(str(assignment.root))
        _take_course_modules()
        sys.modules.update(others)


def _take_course_modules() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in _COURSE_PACKAGES]
    return {name: sys.modules.pop(name) for name in names}


def _tear_down(item: pytest.Item) -> None:
    """End all fixtures that stand, before an item is left out: the one before was told that it follows."""
    item.session._setupstate.teardown_exact(None)


def _phase(when: str) -> Literal["setup", "call", "teardown"]:
    return "setup" if when == "setup" else "teardown" if when == "teardown" else "call"


OpenSession = Callable[[], Session | LocalSession]


class Isolated(Protocol):
    """Whatever runs the attempts, and says how well it keeps them apart."""

    @property
    def isolation(self) -> Isolation:
        """The level that is really active."""


class GradingRun(HiddenTests):
    """The pytest plugin that takes the place of pytest's run loop."""

    def __init__(
        self,
        assignment: Assignment,
        attempts: Iterable[tuple[Submission, OpenSession]],
        on_report: Callable[[Report], None],
        host: Isolated,
        *,
        only: Collection[str],
        seed: int,
    ) -> None:
        super().__init__(seed=seed)
        self._wanted = frozenset(only) or frozenset(e.name for e in assignment.exercises)
        self.collection_errors: list[str] = []
        self.error: GradeError | None = None
        self.finished = False
        self._assignment = assignment
        self._attempts = attempts
        self._on_report = on_report
        self._host = host
        self._attempt: Attempt | None = None
        self._raised: dict[str, BaseException] = {}

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

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Remember what a test raised, whichever of its phases raised it first.

        Takes the place of pytest's own report, which renders source and traceback of every failure: most of its time,
        and nothing that may be shown.
        """
        if call.excinfo is not None:
            error = call.excinfo.value
            by_author = isinstance(error, (NameError, ImportError))
            ours = by_author or call.when == "teardown" or (call.when != "call" and isinstance(error, AssertionError))
            self._raised.setdefault(item.nodeid, OracleError(f"{call.when}: {error!r}") if ours else error)
        result: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, result, None, _phase(call.when))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade every submission, each with all tests."""
        if self.collection_errors:
            return True
        try:
            for submission, open_session in self._attempts:
                self._on_report(self._grade(submission, open_session, session.items))
        except GradeError as exc:
            self.error = exc
        self.finished = self.error is None
        return True

    def _grade(self, submission: Submission, open_session: OpenSession, items: Sequence[pytest.Item]) -> Report:
        started, clock = datetime.now(UTC), time.monotonic()
        problems: tuple[str, ...] = (submission.problem,) if submission.problem else ()
        if submission.problem:
            status = Status.GRADER_ERROR if submission.unopened else Status.MISSING
            outcomes = [self._not_run(item, status, "The submission could not be read.") for item in items]
        else:
            outcomes, problems = self._attempt_items(open_session, items)
        return Report(
            assignment=self._assignment.name,
            student=submission.student,
            digest=submission.digest,
            outcomes=tuple(outcomes),
            isolation=self._host.isolation,
            seed=self.seed,
            toolkit=__version__,
            started=started,
            seconds=time.monotonic() - clock,
            problems=problems,
            notes=submission.notes,
            origin=submission.origin,
            submitted_at=submission.submitted_at,
        )

    def _attempt_items(
        self, open_session: OpenSession, items: Sequence[pytest.Item]
    ) -> tuple[list[Outcome], tuple[str, ...]]:
        """The outcomes of all tests, and what went wrong when the submission was loaded.

        Whatever fails here but student code or isolation is a fault of the toolkit: the report is ungraded, and the
        next submission has its turn.
        """
        session = open_session()
        self._attempt = Attempt(session)
        try:
            outcomes = sorted(self._run_items(items), key=self._place)
            return _with_hints(outcomes, self._findings(items, self._attempt.records)), session.problems
        except GradeError:
            raise
        except Exception:
            _tear_down(items[0])
            failed = [self._not_run(item, Status.GRADER_ERROR, OUR_FAULT) for item in items]
            return [replace(o, detail=traceback.format_exc()) for o in failed], ()
        finally:
            session.close()
            self._attempt = None

    def _run_items(self, items: Sequence[pytest.Item]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for k, item in enumerate(items):
            exercise = self.exercise_of(item).name
            lost = [o for o in outcomes if o.exercise == exercise and o.status in _LOST]
            if len(lost) >= _MOST_LOST_WORKERS:
                _tear_down(item)
                says = f"Not run, since {lost[-1].exercise} {_LOST[lost[-1].status]} in other tests already."
                outcomes.append(self._not_run(item, lost[-1].status, says))
            else:
                outcomes.append(self._run_item(item, items[k + 1] if k + 1 < len(items) else None))
        return outcomes

    def _run_item(self, item: pytest.Item, following: pytest.Item | None) -> Outcome:
        attempt = self.attempt_of(item)
        answered, clock = attempt.session.answered, time.monotonic()
        self._raised.pop(item.nodeid, None)
        runtestprotocol(item, log=False, nextitem=following)
        error = self._raised.pop(item.nodeid, None)
        if error is None and attempt.session.answered == answered:
            error = OracleError("the test asked nothing of the submission")
        return outcome(
            item,
            self.exercise_of(item),
            error,
            answered=attempt.session.answered > answered,
            seconds=time.monotonic() - clock,
        )

    def _findings(self, items: Sequence[pytest.Item], records: Mapping[str, Record]) -> dict[str, Finding]:
        """The cause that explains the wrong answers of each exercise, where there is one."""
        observed: dict[str, list[Observation]] = {}
        for item in items:
            for observation in records.get(item.nodeid, Record()).observations:
                observed.setdefault(observation.case.exercise, []).append(observation)
        wrong = {name: seen for name, seen in observed.items() if not all(o.agrees for o in seen)}
        if not wrong:
            return {}
        found = {
            name: diagnose(seen, [m for m in self._misconceptions if m.exercise == name])
            for name, seen in wrong.items()
        }
        return {name: self._with_base(name, finding, wrong) for name, finding in found.items() if finding}

    def _with_base(self, name: str, finding: Finding, wrong: Collection[str]) -> Finding:
        """The finding; if an exercise that this one builds on is wrong, on the condition that it is not the cause."""
        bases = [base for base in self._assignment.exercise(name).builds_on if base in wrong]
        if not bases:
            return finding
        first = f"If you call {' or '.join(bases)} here, mend that first. Otherwise: "
        return replace(finding, says=first + finding.says)

    @cached_property
    def _misconceptions(self) -> tuple[Misconception, ...]:
        return load_misconceptions(self._assignment.hidden_tests)

    def _place(self, o: Outcome) -> int:
        """Where an outcome stands in the report: by its exercise's place in the manifest."""
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


_LOST = {Status.TIMEOUT: "ran out of time", Status.CRASHED: "crashed"}


def _with_hints(outcomes: Iterable[Outcome], findings: Mapping[str, Finding]) -> list[Outcome]:
    """The outcomes with the hint of their exercise on those that the finding speaks of: wrong answers, not crashes."""
    return [
        replace(o, hint=findings[o.exercise].says)
        if o.status in (Status.FAILED, Status.RAISED) and o.exercise in findings
        else o
        for o in outcomes
    ]
