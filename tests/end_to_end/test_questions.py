"""Tests whose questions are written down once give the verdicts that they give when they run."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from grader.catalog import resolve
from grader.grading import collect, grade_all, grade_trusted
from grader.grading.questions import questions_of
from grader.intake import find_submissions
from grader.model import Part, Status
from grader.sandbox import launcher, policy_of

HIDDEN = '''
"""Hidden tests of many kinds."""
import numpy as np
import pytest
from reference import tiny as reference

pytestmark = pytest.mark.exercise("double")


@pytest.fixture
def check(student, agree):
    return lambda x: agree(student.double, reference.double, x)


def overwrites(x):
    answer = reference.double(x)
    x[:] = 0.0
    return answer


def grows(double, numbers):
    """Doubles what grows"""
    return [double(np.array(numbers[:n])) for n in range(len(numbers))]


@pytest.mark.visible
def test_plain(student, agree, rng):
    """Plain."""
    for _ in range(3):
        agree(student.double, reference.double, rng.normal(size=rng.integers(1, 5)))


def test_own_fixture(check):
    """Through a fixture."""
    check(np.arange(3.0))


def test_pure_list(student, agree):
    """Lists stay."""
    agree.pure(student.double, reference.double, [1.0, 2.0])


def test_raises(student, agree):
    """A text is refused."""
    agree.raises(ValueError, student.double, reference.double, "one")


def test_program(student, agree):
    """A program."""
    agree.through(grows, student.double, reference.double, [1.0, 2.0])


def test_within(student, agree):
    """Another tolerance."""
    agree.within(rtol=0, atol=0.5)(student.double, reference.double, np.array([0.1, 0.2]))


def test_shown(student, agree):
    """What comes back is used."""
    answer = agree(student.double, reference.double, np.arange(3.0))
    if answer is not None and np.size(answer) != 3:
        pytest.fail("There must be three numbers.")


def test_asks_on(student, agree):
    """What comes back is asked again."""
    answer = agree(student.double, reference.double, np.arange(3.0))
    if answer is not None:
        agree(student.double, reference.double, answer)


def test_nothing(student, agree):
    """Whether anything comes back."""
    if agree(student.double, reference.double, np.arange(3.0)) is None:
        pytest.fail("There must be an answer.")


def test_swallowed(student, agree):
    """A use that does not end the test."""
    try:
        size = len(agree(student.double, reference.double, np.arange(2.0)))
    except TypeError:
        size = 1
    agree(student.double, reference.double, np.ones(size))


def test_by_hand(student):
    """Without comparison."""
    if student.double(1.0) != 2.0:
        pytest.fail("Twice one is two.")


def test_oracle_overwrites(student, agree):
    """An oracle that writes into its argument."""
    agree(student.double, overwrites, np.arange(3.0))


def test_function(student, agree):
    """A function as the argument has no content."""
    agree(student.double, lambda f: 2.0 * f(), lambda: 3.0)


@pytest.mark.exercise("total")
def test_total(student, agree):
    """Sums."""
    agree(student.total, reference.total, np.arange(4.0))
'''
WRITTEN_DOWN = {"plain", "own_fixture", "pure_list", "raises", "program", "within", "total"}
CLASS = {
    "right": "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n",
    "twice": "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n",
    "solution": "import numpy as np\ndef double(x):\n"
    "    return 2.0 * np.asarray(x() if callable(x) else x, dtype=float)\n"
    "def total(x):\n    return float(double(x).sum())\n",
    "squares": "def double(x):\n    return x * x\ndef total(x):\n    return float(double(x).sum())\n",
    "nothing": "def double(x):\n    pass\n",
    "short": "def double(x):\n    return 2.0 * x[:2]\ndef total(x):\n    return float(double(x).sum())\n",
    "in_place": "def double(x):\n    x *= 2\n    return x\n",
    "longer": "def double(x):\n    x.append(1.0)\n    return [2 * v for v in x[:-1]]\n",
    "missing": "def total(x):\n    return float(2.0 * x.sum())\n",
    "counts": "calls = []\ndef double(x):\n    calls.append(0)\n    return 2.0 * x + (len(calls) > 9)\n"
    "def total(x):\n    return float(double(x).sum())\n",
    "counts_wrong": "calls = []\ndef double(x):\n    calls.append(0)\n    return len(calls) * x\n"
    "def total(x):\n    return float(double(x).sum())\n",
    "gives_up": "import os\ncalls = []\ndef double(x):\n    calls.append(0)\n"
    "    return os._exit(1) if len(calls) > 6 else 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n",
    "keeps": "kept = []\ndef double(x):\n    kept.append(x) if callable(x) else None\n"
    "    return 2.0 * (kept[-1]() if kept else x)\ndef total(x):\n    return 2.0 * (kept[-1]() if kept else x.sum())\n",
    "unfinished": "import numpy as np\ndef double(x):\n    if np.size(x) == 3: raise NotImplementedError\n"
    "    return 2.0 * x\n"
    "def total(x):\n    raise NotImplementedError\n",
    "huge": "def double(x):\n    return 10**400\ndef total(x):\n    return 10**400\n",
    "crashes": "import os\ndef double(x):\n    os._exit(1)\n",
    "broken": "def double(x:\n",
}


@pytest.fixture(scope="module")
def tiny(shared_course):
    """The tiny course with tests of many kinds, and a class."""
    (shared_course.root / "tests/hidden/assignment1_tiny/test_tiny.py").write_text(HIDDEN)
    for name, source in CLASS.items():
        shared_course.submit(source, f"class/{name}.py")
    return resolve("1", shared_course.root)


def reports(tiny, workers, submissions):
    found = []
    grade_all(submissions, tiny, workers, found.append)
    return {r.student: (r.problems, r.diagnoses, [replace(o, seconds=0) for o in r.outcomes]) for r in found}


def test_which_are_written_down(tiny):
    """All that ask the same whatever is answered, and no others."""

    def use(tests):
        items = tests.begin(tiny, 0, ())
        return [item.name for item in items if questions_of(item, partial(tests.run_on, item))]

    assert {name.removeprefix("test_") for name in collect(tiny, use)} == WRITTEN_DOWN


def test_same_reports(tiny):
    """A submission that comes late in a batch gets the report that it gets alone."""
    everybody = find_submissions(tiny.root / "class", tiny)
    with launcher(None, policy_of(tiny)) as workers:
        together = reports(tiny, workers, [*everybody, *everybody])
        alone = {}
        for one in everybody:
            alone |= reports(tiny, workers, [one])

    assert together == alone


# What `test_own_fixture` asks, 0, 1 and 2, among the bytes that wait in the worker's channel.
SPY = """
import struct, sys

def double(x):
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get("self"), "channel"):
        frame = frame.f_back
    seen = struct.pack("<ddd", 0, 1, 2) in frame.f_locals["self"].channel.received
    return 0.1 if seen else 2.0 * x
"""


def test_visible_tests_cannot_show_what_waits(tiny):
    """While a visible test is asked, nothing of a hidden one has been sent: its answer is shown."""
    right = next(s for s in find_submissions(tiny.root / "class", tiny) if s.student == "right")
    spy = replace(right, student="spy", parts=(Part("tiny.py", SPY),))
    with launcher(None, policy_of(tiny)) as workers:
        found = []
        grade_all([right, right, spy], tiny, workers, found.append)
    visible = [o for o in found[-1].outcomes if o.visible]

    assert visible
    assert [o.says for o in visible if o.status is not Status.PASSED] == []


def test_functions_of_the_author_leave_questions_alone(tiny):
    """What writes into a list that it is given does not change it for the next one."""

    def right(x):
        return 2.0 * np.asarray(x() if callable(x) else x, dtype=float)

    def appends(x):
        if isinstance(x, list):
            x.append(1.0)
        return right(x)

    first, other, again = grade_trusted([{"double": f} for f in (right, appends, right)], tiny, only=["double"])

    failed = {o.test for o in first.outcomes if o.status is not Status.PASSED}
    assert {o.test for o in again.outcomes if o.status is not Status.PASSED} == failed
    assert {o.test for o in other.outcomes if o.status is not Status.PASSED} == {*failed, "test_pure_list"}


def test_error_that_the_oracle_does_not_raise(tiny):
    """A test that asks for an error which the reference does not raise is a fault of the tests, not of an answer."""
    hidden = tiny.hidden_tests / "test_tiny.py"
    hidden.write_text(HIDDEN.replace('reference.double, "one")', "reference.double, 1.0)"), "utf-8")
    right = next(s for s in find_submissions(tiny.root / "class", tiny) if s.student == "right")
    with launcher(None, policy_of(tiny)) as workers:
        found = []
        grade_all([right], tiny, workers, found.append)
    hidden.write_text(HIDDEN, "utf-8")
    (outcome,) = [o for o in found[0].outcomes if o.test == "test_raises"]

    assert outcome.status is Status.GRADER_ERROR
    assert outcome.detail == "OracleError: the oracle of double raised no ValueError"
