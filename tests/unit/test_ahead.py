"""Calls that are sent ahead across tests: each test gets its own answers, however the ones before it ended."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from grader.agreement import Reply
from grader.ahead import Ahead
from grader.case import state_case
from grader.errors import StudentCrashed, StudentError, StudentMissing
from grader.model import Case, Exercise, Limits, Part, Submission
from grader.sandbox import launcher
from grader.sandbox.launcher import Launcher, Policy
from grader.student import Answer, Session

POLICY = Policy(limits=Limits(seconds_per_call=20.0))
EXERCISE = Exercise("f", Fraction(1), "a concept", "a slide")
SOURCE = """
import os
calls = []
def f(x):
    calls.append(x)
    if x == 0:
        os._exit(1)
    return 10 * x
def g(x):
    return 100 * x
def part(x):
    calls.append(x)
    if x == 0:
        raise NotImplementedError
    return x
def nothing(x):
    calls.append(x)
    raise NotImplementedError
def seen():
    return list(calls)
"""


def plus_one(f: object, x: int) -> int:
    """One more than f says."""
    return f(x) + 1  # type: ignore[operator]


def case(x: int, function: str = "f", **options: object) -> Case:
    return state_case(EXERCISE, function, None, (x,), {}, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def workers() -> Iterator[Launcher]:
    with launcher("process", POLICY) as launched:
        yield launched


@pytest.fixture
def session(workers: Launcher) -> Iterator[Session]:
    with Session(Submission("ann", "exercise", (Part("exercise.py", SOURCE),)), workers, POLICY) as opened:
        yield opened


def put(ahead: Ahead, number: int, cases: list[Case]) -> list[object]:
    """The values that a test gets; it ends with the error that ends it."""
    ahead.begin(number)
    found: list[object] = []
    try:
        for one in cases:
            found.extend(value(reply) for reply in ahead.replies_to(one))
    except StudentError as exc:
        found.append(type(exc))
    return found


def value(reply: Reply) -> object:
    return reply.value if isinstance(reply, Answer) else type(reply)


def test_each_test_gets_its_answers(session):
    """Plain calls, programs and cases that are asked twice keep their order, whichever function they are for."""
    tests = [[case(1), case(2, read_only=True)], [case(3)], [case(4, "g"), case(5, program=plus_one), case(6)]]
    ahead = Ahead(session, tests)

    assert [put(ahead, n, cases) for n, cases in enumerate(tests)] == [[10, 20, 20], [30], [400, 51, 60]]


def test_test_after_a_crash(session):
    """What was sent behind a call that ends the process is asked again, of a fresh one."""
    tests = [[case(1), case(0), case(2)], [case(3)], [case(0)], [case(4)], [case(5)]]
    ahead = Ahead(session, tests)

    got = [put(ahead, n, cases) for n, cases in enumerate(tests)]

    assert got == [[10, StudentCrashed], [30], [StudentCrashed], [40], [50]]
    assert session.module.seen() == [4, 5]


def test_test_after_a_missing_function(session):
    """A test whose function is missing ends, and the others have theirs."""
    tests = [[case(1, "h"), case(2, "h")], [case(3, "h")], [case(4)]]
    ahead = Ahead(session, tests)

    assert [put(ahead, n, cases) for n, cases in enumerate(tests)] == [[StudentMissing], [StudentMissing], [40]]


def test_function_that_is_not_finished(session):
    """Where a function is missing for some inputs, nothing behind those is asked in vain."""
    tests = [[case(1, "part"), case(0, "part"), case(2, "part")], [case(3, "part")], [case(0, "part"), case(4, "part")]]
    ahead = Ahead(session, tests)

    got = [put(ahead, n, cases) for n, cases in enumerate(tests)]

    assert got == [[1, StudentMissing], [3], [StudentMissing]]
    assert session.module.seen() == [3, 0]


def test_nothing_is_asked_in_vain(session):
    """Of a function that is not written, each test asks one thing."""
    tests = [[case(n, "nothing"), case(n, "nothing")] for n in range(3)]
    ahead = Ahead(session, tests)

    assert [put(ahead, n, cases) for n, cases in enumerate(tests)] == [[StudentMissing]] * 3
    assert session.module.seen() == [0, 1, 2]


def test_judgement_that_fails(session):
    """A test that ends between both answers to a case does not leave the second one to the next test."""
    tests = [[case(1), case(2, read_only=True)], [case(3)], [case(4)]]
    ahead = Ahead(session, tests)
    ahead.begin(0)
    replies = [ahead.replies_to(one) for one in tests[0]]

    assert [value(next(r)) for r in replies] == [10, 20]
    assert [put(ahead, n, tests[n]) for n in (1, 2)] == [[30], [40]]


def test_tests_that_are_left_out(session):
    """A test may be left out, and one may be left in its middle: the next gets its own answers all the same."""
    tests = [[case(1), case(2)], [case(3)], [case(4, program=plus_one)]]
    ahead = Ahead(session, tests)

    assert put(ahead, 0, tests[0][:1]) == [10]
    assert put(ahead, 2, tests[2]) == [41]


def test_left_in_the_middle(session):
    """What is asked otherwise after an end in the middle gets its own answer."""
    ahead = Ahead(session, [[case(1), case(2), case(3)]])
    next(ahead.replies_to(case(1)))
    next(ahead.replies_to(case(2)))

    ahead.leave()

    assert session.module.g(7) == 700
