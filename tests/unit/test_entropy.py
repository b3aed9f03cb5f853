"""What answers are worth to a guesser who knows the inputs."""

import numpy as np
import pytest

from grader.model import Tolerance
from grader.sealing.entropy import ENOUGH, MOST, bits_of, bits_together
from grader.sealing.sketch import sketch_of

TOLERANCE = Tolerance(1e-8, 1e-10)
RNG = np.random.default_rng(5)
X = RNG.normal(size=(4, 6, 7))
FLAGS = RNG.integers(0, 2, 200).astype(bool)


def worth(value, *given, tolerance=TOLERANCE):
    return bits_of(value, sketch_of(value, tolerance), list(given))


def rows_of(table, picked):
    return table.reshape(-1, table.shape[-1])[picked]


@pytest.mark.parametrize(
    ("value", "given", "least", "most"),
    [
        (X.copy(), (X,), 0, 6),  # given back: which of the inputs
        (rows_of(X, [3, 17, 3, 9, 20]), (X, RNG.normal(size=90)), 15, 24),  # each row one of 24
        (X.max(axis=2), (X,), 150, 200),  # each number one of 168
        (np.pad(X[0], 1), (X,), 40, 120),  # a frame of zeros, and rows
        (np.where(X[0] > 0, X[0], 0.0), (X,), 60, 200),
        (np.zeros((9, 9)), (), 0, 4),
        (np.full(60, 0.1 * np.pi) + 1e-15 * np.arange(60), (), 20, 35),  # one number, but for rounding
        (np.ones(50), (X,), 0, 10),
        (np.eye(8)[RNG.integers(0, 8, 12)], (X,), 30, 80),  # one place of 8, twelve times: 36 bits at least
        (FLAGS, (), 150, 203),
        (FLAGS.astype(float), (X,), 150, 215),
        (np.full(200, True), (), 0, 3),
        (True, (), 0, 1),
        (17, (), 0, 6),
        (2.5, (X,), 0, 8),
        (np.pi, (X,), 20, 27),
        (float(X[1, 2, 3]), (X,), 0, 9),
        (RNG.integers(-50, 51, 8).astype(float), (X,), 30, 56),  # floats, but all whole
        (RNG.normal(size=7), (X,), 150, 210),
        (np.array([np.inf, -np.inf, np.inf]), (X,), 0, 26),
        ("the cat sat", (), 30, 66),
    ],
)
def test_answer_is_worth_its_shortest_description(value, given, least, most):
    """Copies cost their place, repetitions their number, fresh numbers their digits, whole numbers their size."""
    assert least <= worth(value, *given) <= most


def test_rows_fetched_from_a_table_are_no_secret():
    """Scores so large that the softmax fetches whole rows: a guesser tries the rows, not the numbers in them."""
    values = RNG.normal(size=(2, 5, 60))

    assert worth(rows_of(values, [1, 3, 3, 7, 9, 5]), values) < 32 < ENOUGH


def test_same_answer_twice_is_worth_no_more_than_once():
    """Of several secrets that are sealed together one may repeat another, or be a part of it."""
    value = RNG.normal(size=2)
    sketch = sketch_of(value, TOLERANCE)
    once, thrice = (bits_together([(value, sketch, [X])] * n) for n in (1, 3))

    assert once <= thrice <= once + 4


def test_more_is_not_counted():
    """Nobody guesses so many bits."""
    assert worth(RNG.normal(size=1000)) == MOST
