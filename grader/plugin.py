"""Hidden tests in pytest: the fixtures `student`, `agree` and `rng`, the markers, and the outcome of each test.

Two uses share this. `grading` runs pytest once over many submissions, with a `HiddenTests` of its own. An author runs
``pytest tests/hidden/assignment3_convolution --submission FILE``: then `AuthorsRun` takes the part of `grading`, and
pytest reports as it always does.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from unittest import TestCase

import numpy as np
import pytest

from grader.agreement import Agreement, DisagreementError, OracleError, Record, verdict_of
from grader.answers import Answers
from grader.catalog import load_assignment
from grader.errors import (
    AssignmentError,
    GradeError,
    RequestError,
    StudentCrashed,
    StudentError,
    StudentMissing,
    StudentTimeout,
)
from grader.intake import read_submission
from grader.model import Assignment, Exercise, Outcome, Status
from grader.sandbox import launcher, policy_of
from grader.shrink import Choices
from grader.student import Session, StudentModule

MARKERS = (
    "exercise(name): the exercise that the tests belong to",
    "weight(n): the test's share within its exercise (default 1)",
    "visible: shown to students with its inputs and expected values",
)

OUR_FAULT = "The grader failed here; this is not your fault."


class Respondent(Protocol):
    """Who answers the tests' questions: a submission's session, or whatever stands in its place."""

    seconds_per_call: float
    answered: int
    module: StudentModule


@dataclass
class Attempt:
    """One submission under test: its session, and what each test left behind.

    A test for which there is a generator already draws its numbers from that one. `agreement` makes the fixture
    `agree`.
    """

    session: Respondent
    records: dict[str, Record] = field(default_factory=dict)
    generators: dict[str, Choices] = field(default_factory=dict)
    agreement: Callable[[Exercise, bool, Record, Answers], Agreement] = Agreement


class HiddenTests(ABC):
    """The fixtures and hooks that hidden tests need; subclasses say which assignment and submission an item meets."""

    def __init__(self, *, seed: int) -> None:
        self.seed = seed
        self.oracle_answers = Answers()
        self._exercises: dict[str, Exercise] = {}
        self.item: pytest.Item | None = None
        """The test that runs. Fixtures look here, since for each one that asks for `request` pytest makes two more."""

    @abstractmethod
    def assignment_of(self, item: pytest.Item) -> Assignment:
        """The assignment that the item tests."""

    @abstractmethod
    def attempt_of(self, item: pytest.Item) -> Attempt:
        """The submission that the item meets now."""

    def exercise_of(self, item: pytest.Item) -> Exercise:
        """The exercise that the item belongs to. Raises AssignmentError if it names none of the manifest's."""
        if (known := self._exercises.get(item.nodeid)) is not None:
            return known
        marker = item.get_closest_marker("exercise")
        name = marker.args[0] if marker and marker.args else None
        try:
            return self._exercises.setdefault(item.nodeid, self.assignment_of(item).exercise(name or ""))
        except KeyError:
            rule = "every hidden test needs @pytest.mark.exercise(NAME) with an exercise of the manifest"
            raise AssignmentError(f"{item.nodeid}: {rule} (got {name!r}).") from None

    @pytest.fixture
    def student(self) -> StudentModule:
        """The submission: `student.f(x)` is a message to its sandbox."""
        session = self.attempt_of(self._running).session
        session.seconds_per_call = self.seconds_of(self._running)
        return session.module

    @pytest.fixture
    def agree(self) -> Agreement:
        """Comparison of the student's answer with an oracle's (see `agreement`)."""
        item = self._running
        record = self.attempt_of(item).records.setdefault(item.nodeid, Record())
        return self.attempt_of(item).agreement(self.exercise_of(item), is_visible(item), record, self.oracle_answers)

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """Random numbers that depend on the run's seed and the test's name alone."""
        item = self._running
        return self.attempt_of(item).generators.setdefault(item.nodeid, Choices(self.seeds_of(item)))

    @property
    def _running(self) -> pytest.Item:
        if self.item is None:
            raise RuntimeError("fixtures of hidden tests are for tests")
        return self.item

    def seeds_of(self, item: pytest.Item) -> tuple[int, int]:
        """What decides the random numbers of a test: the run's seed, and the test's name."""
        return self.seed, zlib.crc32(name_of(item).encode())

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Fail the test if a comparison failed: before any later fault, which may well follow from it."""
        record = self.attempt_of(pyfuncitem).records.get(pyfuncitem.nodeid, Record())
        try:
            result = yield
        except (StudentMissing, StudentTimeout, StudentCrashed, OracleError):
            raise
        except Exception:
            record.settle()
            raise
        record.settle()
        return result

    def seconds_of(self, item: pytest.Item) -> float:
        """How long a call may take in the test."""
        return self.exercise_of(item).seconds_per_call or self.assignment_of(item).limits.seconds_per_call


def name_of(item: pytest.Item) -> str:
    """The test's name within its assignment: `TestPad2d::test_zero[2]`."""
    return item.nodeid.partition("::")[2]


def is_visible(item: pytest.Item) -> bool:
    """Whether the test is shown to students with its values."""
    return item.get_closest_marker("visible") is not None


def title_of(item: pytest.Item) -> str:
    """The first line of the test's docstring: what the student reads."""
    text = getattr(getattr(item, "obj", None), "__doc__", None) or name_of(item)
    return str(text).strip().splitlines()[0]


def check_item(item: pytest.Item) -> None:
    """Raise AssignmentError unless the item is a pytest function with a title and a weight, and always runs."""
    marker = item.get_closest_marker("weight")
    if not isinstance(item, pytest.Function) or (getattr(item, "cls", None) and issubclass(item.cls, TestCase)):
        raise AssignmentError(f"{item.nodeid}: a hidden test must be a function of pytest, alone or in a plain class.")
    skipping = next((name for name in ("skip", "skipif", "xfail") if item.get_closest_marker(name)), None)
    if skipping:
        raise AssignmentError(f"{item.nodeid}: a hidden test must not be marked {skipping}: leave it out instead.")
    if not (item.obj.__doc__ or "").strip():
        raise AssignmentError(f"{item.nodeid}: the docstring of a hidden test is its title; it has none.")
    if marker and not (len(marker.args) == 1 and type(marker.args[0]) is int and marker.args[0] > 0):
        raise AssignmentError(f"{item.nodeid}: a weight is one whole number above 0 (got {marker.args}).")


def weight_of(item: pytest.Item) -> int:
    """The test's share within its exercise."""
    marker = item.get_closest_marker("weight")
    return int(marker.args[0]) if marker else 1


def outcome_of(item: pytest.Item, exercise: Exercise) -> Outcome:
    """What is known of a test's outcome before it has run."""
    return Outcome(
        exercise=exercise.name,
        test=name_of(item),
        title=title_of(item),
        status=Status.SKIPPED,
        weight=weight_of(item),
        visible=is_visible(item),
    )


def classify(error: BaseException | None, *, answered: bool) -> tuple[Status, str, str]:
    """What a test came to, by what it raised: the status, the sentence for the student, and the detail for staff.

    `answered` says whether it had seen any data of the submission.
    """
    if error is None:
        return Status.PASSED, "", ""
    if isinstance(error, (DisagreementError, StudentError)):
        return verdict_of(error)
    if isinstance(error, pytest.skip.Exception):
        return Status.SKIPPED, "This test was skipped.", str(error)
    if isinstance(error, AssertionError):
        return Status.FAILED, _assertion(error), ""
    if isinstance(error, pytest.fail.Exception):
        return Status.FAILED, "The answer is not the expected one.", str(error)
    detail = f"{type(error).__name__}: {error}"
    if answered and isinstance(error, Exception) and not isinstance(error, (OracleError, GradeError)):
        return Status.FAILED, "The answer could not be used: is it of the kind that the exercise asks for?", detail
    return Status.GRADER_ERROR, OUR_FAULT, detail


def _assertion(error: AssertionError) -> str:
    """The message that the test's author wrote for students."""
    message = str(error.args[0]) if error.args else ""
    return message or "A property that the title names does not hold."


class AuthorsRun(HiddenTests):
    """Hidden tests in plain pytest: one submission, or else each assignment's solution."""

    def __init__(self, *, submission: Path | None, seed: int, isolation: str | None) -> None:
        super().__init__(seed=seed)
        self._submission = submission
        self._isolation = isolation
        self._assignments: dict[Path, Assignment] = {}
        self._attempts: dict[str, Attempt] = {}
        self._open = ExitStack()

    def assignment_of(self, item: pytest.Item) -> Assignment:
        """The assignment whose name the folder of the test bears."""
        folder = item.path.parent
        if folder not in self._assignments:
            self._assignments[folder] = load_assignment(folder.parents[2] / "assignments" / folder.name)
        return self._assignments[folder]

    def attempt_of(self, item: pytest.Item) -> Attempt:
        """The one attempt at the item's assignment; its worker is started on the first use."""
        assignment = self.assignment_of(item)
        if assignment.name not in self._attempts:
            policy = policy_of(assignment)
            source = read_submission(self._submission or assignment.solution, assignment)
            if source.problem:
                raise RequestError(f"{source.origin}: {source.problem}")
            session = Session(source, self._open.enter_context(launcher(self._isolation, policy)), policy)
            self._open.callback(session.close)
            self._attempts[assignment.name] = Attempt(session)
        return self._attempts[assignment.name]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Say which test runs, before its fixtures ask."""
        self.item = item

    def pytest_unconfigure(self) -> None:
        """End the workers."""
        self._open.close()

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Leave other tests than hidden ones alone."""
        if pyfuncitem.get_closest_marker("exercise") is None:
            return (yield)
        return (yield from super().pytest_pyfunc_call(pyfuncitem))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options with which an author runs hidden tests."""
    group = parser.getgroup("deepgrade", "hidden tests")
    group.addoption("--submission", type=Path, help="file to run the hidden tests on (default: the solution)")
    group.addoption("--seed", type=int, default=0, help="seed of the hidden tests' inputs (default: 0)")
    launchers = "launcher to use: bwrap, landlock or process (default: the best there is)"
    group.addoption("--isolation", default=None, help=launchers)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and offer the fixtures to hidden tests."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    run = AuthorsRun(
        submission=config.getoption("--submission"),
        seed=config.getoption("--seed"),
        isolation=config.getoption("--isolation"),
    )
    config.pluginmanager.register(run, "deepgrade-authors-run")
