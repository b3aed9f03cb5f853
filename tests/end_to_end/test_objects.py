"""Classes are tested through programs that work with their objects; the objects stay in the worker."""

import json
import re

import pytest

MANIFEST = """
title = "Counting"
module = "counting"

[[exercise]]
name = "Tally"
points = 10
concept = "Counting"
slide = "Basic notions"
"""

REFERENCE = '''
"""The oracle."""


class Tally:
    def __init__(self, start):
        self.total = float(start)

    def __add__(self, other):
        return Tally(self.total + (other.total if isinstance(other, Tally) else other))

    __radd__ = __add__

    def clear(self):
        self.total = 0.0
'''

HIDDEN = '''
"""Hidden tests of a class."""
import pytest
from reference import counting as reference


def once(Tally, a, b):
    """a + b."""
    return (Tally(a) + Tally(b)).total


def twice(Tally, a):
    """t + t, and t cleared."""
    t = Tally(a)
    s = t + t
    t.clear()
    return s.total, t.total


def from_the_left(Tally, a, b):
    """2 + t."""
    return (b + Tally(a)).total


@pytest.mark.exercise("Tally")
class TestTally:
    @pytest.mark.visible
    def test_example(self, student, agree):
        """1 and 2 make 3."""
        agree.through(once, student.Tally, reference.Tally, 1.0, 2.0)

    def test_sums(self, student, agree, rng):
        """Tallies add up."""
        for _ in range(4):
            agree.through(once, student.Tally, reference.Tally, rng.normal(), rng.normal())

    def test_twice(self, student, agree, rng):
        """A tally may be used twice."""
        for _ in range(4):
            agree.through(twice, student.Tally, reference.Tally, rng.normal())

    def test_numbers(self, student, agree, rng):
        """A number may stand on the left."""
        for _ in range(4):
            agree.through(from_the_left, student.Tally, reference.Tally, rng.normal(), rng.normal())
'''

MISCONCEPTIONS = '''
"""Wrong classes."""
from grader.diagnose import misconception
from reference import counting as right


@misconception("Tally", "You subtract where you should add.")
class Subtracts(right.Tally):
    def __add__(self, other):
        return right.Tally(self.total - (other.total if isinstance(other, right.Tally) else other))

    def __radd__(self, other):
        return self + other


@misconception("Tally", "A number on the left is not understood.")
class NoReflection(right.Tally):
    __radd__ = None
'''

SOLUTION = '''
class Tally:
    """A sum that grows."""

    def __init__(self, start):
        ### BEGIN SOLUTION
        self.total = float(start)
        ### END SOLUTION

    def __add__(self, other):
        ### BEGIN SOLUTION
        return Tally(self.total + getattr(other, "total", other))
        ### END SOLUTION

    def __radd__(self, other):
        ### BEGIN SOLUTION
        return self + other
        ### END SOLUTION

    def clear(self):
        ### BEGIN SOLUTION
        self.total = 0.0
        ### END SOLUTION
'''

RIGHT = re.sub(r" +### .*\n", "", SOLUTION)


@pytest.fixture
def counting(course):
    """The course with one more assignment, which asks for a class."""
    files = {
        "assignments/assignment2_counting/assignment.toml": MANIFEST,
        "reference/counting.py": REFERENCE,
        "tests/hidden/assignment2_counting/test_counting.py": HIDDEN,
        "tests/hidden/assignment2_counting/misconceptions.py": MISCONCEPTIONS,
        "solutions/assignment2_counting/counting.py": SOLUTION,
    }
    for name, text in files.items():
        course.submit(text.lstrip(), name)
    return course


def graded(course, source):
    result = course.grade("2", course.submit(source, "mine/counting.py"), "--json")
    report = json.loads(result.stdout)
    return report["grade"]["points"], {o["test"].partition("::")[2]: o for o in report["report"]["outcomes"]}


def test_right_class_earns_every_point(counting):
    """Objects, operators, methods and attributes of a right class do what the oracle's do."""
    points, _ = graded(counting, RIGHT)

    assert points == 10


def test_wrong_class_is_named(counting):
    """A class that behaves as a misconception does gets its sentence."""
    _, outcomes = graded(counting, RIGHT.replace("self.total + getattr", "self.total - getattr"))

    assert outcomes["test_twice"]["status"] == "failed"
    assert outcomes["test_sums"]["hint"].startswith("You subtract where you should add.")


def test_exceptions_in_operators_are_answers(counting):
    """An operator that is missing fails its own test, by the submission's fault, and is named."""
    _, outcomes = graded(counting, RIGHT.replace("__radd__", "radd"))

    assert [name for name, o in outcomes.items() if o["status"] != "passed"] == ["test_numbers"]
    assert outcomes["test_numbers"]["status"] == "raised"
    assert "number on the left" in outcomes["test_numbers"]["hint"]


def test_program_is_named_without_its_numbers(counting):
    """What a hidden program does is told by its docstring, and its inputs without their values."""
    _, outcomes = graded(counting, RIGHT.replace("self.total = 0.0", "pass"))

    assert outcomes["test_twice"]["says"].startswith(
        "for t + t, and t cleared with a (a float): in result [1]: differs"
    )


@pytest.mark.parametrize("total", ["None", "object()", "[1.0]", "'1'"])
def test_attribute_of_another_kind(counting, total):
    """What cannot be computed with is a wrong answer, never a fault of the toolkit."""
    points, outcomes = graded(counting, RIGHT.replace("self.total = float(start)", f"self.total = {total}"))

    assert points == 0
    assert not {o["status"] for o in outcomes.values()} & {"grader_error", "passed"}


def test_audit_of_a_class(counting):
    """Mutants of a class's methods are made and killed, and both misconceptions are named."""
    result = counting.grade("audit", "2", "--json")
    audit = json.loads(result.stdout)

    assert [t["named"] for t in audit["misconceptions"]] == ["Subtracts", "NoReflection"]
    assert any(m["failed"] for m in audit["mutants"])
