"""Calls that are sent ahead of each other's answers come to what they come to one by one."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest

from grader.case import state_case
from grader.errors import StudentCrashed, StudentMissing, StudentRaised, StudentTimeout
from grader.model import Case, Exercise, Limits, Part, Submission
from grader.sandbox import launcher as launcher_of
from grader.sandbox.launcher import Launcher, Policy
from grader.student import Answer, Session

LIMITS = Limits(seconds_per_call=20.0, seconds_total=60.0, memory_mb=300)
EXERCISE = Exercise("f", Fraction(1), "a concept", "a slide")
CRASH = "import os\ndef f(x):\n    if x == 3:\n        os._exit(1)\n    return x\n"
LOOP = "def f(x):\n    while x == 3:\n        pass\n    return x\n"
# Finds the worker's channel in the frames below, where a level of isolation leaves it to be found.
FORGER = """
import sys

def f(x):
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get("self"), "channel"):
        frame = frame.f_back
    if x == 2:
        frame.f_locals["self"].channel.send([b"x" * 40])
    return x
"""


def cases(*inputs: object, function: str = "f", read_only: bool = False) -> list[Case]:
    return [state_case(EXERCISE, function, None, (x,), {}, read_only=read_only) for x in inputs]


@pytest.fixture(scope="module", params=["process", None])
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    with launcher_of(request.param, Policy(limits=LIMITS)) as launched:
        yield launched


@pytest.fixture
def open_session(launcher: Launcher) -> Iterator[Callable[[str], Session]]:
    sessions: list[Session] = []

    def open_source(source: str) -> Session:
        submission = Submission("ann", "exercise", (Part("exercise.py", source),))
        sessions.append(Session(submission, launcher, Policy(limits=LIMITS)))
        return sessions[-1]

    yield open_source
    for session in sessions:
        session.close()


def values(answers: Iterator[object]) -> list[object]:
    """What comes, value by value, with what a call raised by its class, and at the end what ended it."""
    found: list[object] = []
    try:
        found.extend(answer.value if isinstance(answer, Answer) else type(answer) for answer in answers)
    except (StudentCrashed, StudentMissing, StudentTimeout) as exc:
        found.append(type(exc))
    return found


def test_answers_come_in_order(open_session):
    """Each case has its own answer, and what one raises does not keep the others from theirs."""
    session = open_session("def f(x):\n    return 1 / x\n")

    got = list(session.call_each("f", cases(1, 0, 4)))

    assert [a.value for a in got if isinstance(a, Answer)] == [1.0, 0.25]
    assert isinstance(got[1], StudentRaised)
    assert session.answered == 3


def test_missing_function(open_session):
    """A function that is not there is missing each time; others have answers."""
    session = open_session("def g(x):\n    return x\n")

    assert values(session.call_each("f", cases(1, 2, 3))) == [StudentMissing] * 3
    assert values(session.call_each("g", cases(1, 2, function="g"))) == [1, 2]


@pytest.mark.parametrize(("source", "error"), [(CRASH, StudentCrashed), (LOOP, StudentTimeout), (FORGER, None)])
def test_loss_ends_it_where_it_happens(open_session, source, error):
    """Answers before a lost one count, those behind it are not there, and the next call has a fresh worker."""
    session = open_session(source)
    session.seconds_per_call = 1.0
    inputs = (1, 2) if source is FORGER else (1, 3, 2)

    assert values(session.call_each("f", cases(*inputs))) == [1, error or StudentCrashed]
    assert values(session.call_each("f", cases(1))) == [1]


def test_each_call_has_its_own_deadline(open_session):
    """Together they may take longer than one call may."""
    session = open_session("import time\ndef f(x):\n    time.sleep(0.3)\n    return x\n")
    session.seconds_per_call = 1.0

    assert values(session.call_each("f", cases(1, 2, 3, 4))) == [1, 2, 3, 4]
    assert session.seconds_left < LIMITS.seconds_total - 1.2


def test_seconds_of_all_are_shared(open_session):
    """No answer is waited for when the seconds for the whole submission are used up."""
    session = open_session("import time\ndef f(x):\n    time.sleep(0.3)\n    return x\n")
    session.seconds_left = 0.5

    assert values(session.call_each("f", cases(1, 2, 3, 4)))[-1] is StudentTimeout


def test_many_headers_go_out(open_session):
    """What of a request stands in its header counts too: short lists, of which there are many, answered at length."""
    session = open_session("def f(x):\n    return [[1, 2, 3]] * 3000\n")
    many = [[k, *[[1, 2, 3]] * 2000] for k in range(40)]

    assert len(list(session.call_each("f", cases(*many)))) == 40


def test_large_values_go_both_ways(open_session):
    """Neither side waits for the other where arguments and answers are larger than what a channel holds."""
    session = open_session("def f(x):\n    return 2 * x\n")
    arrays = [np.full((n, 1000), float(n)) for n in (1, 300, 2, 3, 500, 4)]

    got = list(session.call_each("f", cases(*arrays)))

    assert all(np.array_equal(a.value, 2 * x) for a, x in zip(got, arrays, strict=True))


def test_many_answers_may_be_larger_than_their_questions(open_session):
    """Small questions may have answers that fill the channel."""
    session = open_session("import numpy as np\ndef f(x):\n    return np.full(100_000, float(x))\n")

    got = list(session.call_each("f", cases(*range(40))))

    assert [a.value[0] for a in got] == list(range(40))


def test_callback_that_was_kept_is_answered_first(open_session):
    """A function of the trusted side that a submission kept can be called while other calls wait."""
    source = "kept = []\ndef keep(g):\n    kept.append(g)\n    return 0\ndef f(x):\n    return kept[0](x) + 1\n"
    session = open_session(source)
    session.module.keep(lambda x: 10 * x)

    assert values(session.call_each("f", cases(1, 2, 3))) == [11, 21, 31]


def test_callback_may_call_back(open_session):
    """A callback that calls the submission has its answer before the calls that wait."""
    source = "kept = []\ndef keep(g):\n    kept.append(g)\n    return 0\ndef f(x):\n    return kept[0](x) + 1\n"
    session = open_session(f"{source}def double(x):\n    return 2 * x\n")
    session.module.keep(session.module.double)

    assert values(session.call_each("f", cases(1, 2, 3))) == [3, 5, 7]


def test_arguments_are_read_only_where_asked(open_session):
    """A case with read-only arguments cannot be written into; its neighbour's can."""
    session = open_session("def f(x):\n    x[0] = 5.0\n    return x\n")
    x = np.zeros(2)

    frozen, loose = session.call_each("f", [*cases(x, read_only=True), *cases(x)])

    assert isinstance(frozen, StudentRaised)
    assert loose.value.tolist() == [5.0, 0.0]
