"""What was answered once is not asked again, as long as it is known what was asked and there is room."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from grader.answers import Answers
from grader.case import name_of, state_case
from grader.model import Exercise

EXERCISE = Exercise("f", Fraction(1), "", "")


def asked(x, **options):
    return state_case(EXERCISE, "f", None, (x,), {}, **options)


def answers_of(answers, *cases):
    """What comes back where every question would be answered by its number."""
    return [answers.get("right.f", case, lambda n=n: float(n)) for n, case in enumerate(cases)]


def test_equal_questions_are_asked_once():
    """Equal inputs, or the same in another array, are one question; other numbers, options and programs are others."""
    x = np.arange(3.0)
    cases = [
        asked(x),
        asked(x.copy()),
        asked(x + 1),
        asked(x, read_only=True),
        asked(x, program=name_of),
        asked([0, 1, 2]),
    ]

    assert answers_of(Answers(), *cases) == [0, 0, 2, 3, 4, 5]


def test_others_answer_otherwise():
    """Each function has answers of its own."""
    answers = Answers()

    assert [answers.get(name, asked(1.0), lambda name=name: name) for name in "fgf"] == ["f", "g", "f"]


@pytest.mark.parametrize("case", [asked(abs), asked(1.0, program=lambda f: f(1)), replace(asked(1.0), key=b"")])
def test_what_has_no_content_is_asked_each_time(case):
    """A function among the inputs, or a program without a name, may be another the next time."""
    assert answers_of(Answers(), case, case) == [0, 1]


def test_functions_without_a_name_are_asked_each_time():
    """Two lambdas are called the same."""
    answers, whom = Answers(), name_of(lambda: 0)

    assert [answers.get(whom, asked(1.0), lambda n=n: n) for n in range(2)] == [0, 1]


def test_room_is_bounded():
    """What is too large for the room that is left is asked each time; what is kept stays."""
    answers = Answers(room=5)
    sizes = [answers.get("f", asked(float(n)), lambda n=n: np.zeros(n)).size for n in (3, 4, 2)]
    again = [answers.get("f", asked(float(n)), lambda: np.zeros(9)).size for n in (3, 4, 2)]

    assert (sizes, again) == ([3, 4, 2], [3, 9, 2])
