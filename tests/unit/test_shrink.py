"""The search for the smallest failing input, on tiny tests with tiny functions."""

import numpy as np
import pytest

from grader.model import Case, Observation, Tolerance
from grader.shrink import Choices, already_for, size_of, smallest, smallest_of


def hidden_test(wrong_if, *, cases=3, log=None):
    """A hidden test that draws a shape, a stride and a pad, and a function that is wrong on some of them."""

    def run(rng):
        observations = []
        for _ in range(cases):
            h, w = int(rng.integers(1, 10)), int(rng.integers(2, 10))
            stride, pad = int(rng.integers(1, 4)), int(rng.integers(0, 3, endpoint=True))
            x = rng.standard_normal((h, w))
            case = Case("f", "f", (x,), {}, {"x": x, "stride": stride, "pad": pad}, Tolerance())
            observations.append(Observation(case, 0.0, 1.0, agrees=not wrong_if(h, w, stride, pad)))
        if log is not None:
            log.append(rng.drawn)
        return observations

    return run


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("wrong_if", "shape", "stride", "pad"),
    [
        (lambda *_: True, (1, 2), 1, 0),
        (lambda h, w, s, p: s > 1, (1, 2), 2, 0),
        (lambda h, w, s, p: p == 2, (1, 2), 1, 2),
        (lambda h, w, s, p: w > 4, (1, 5), 1, 0),
        (lambda h, w, s, p: h != w and s > 1, (1, 2), 2, 0),
        (lambda h, w, s, p: h == w, (2, 2), 1, 0),
    ],
)
def test_the_one_thing_that_matters(wrong_if, shape, stride, pad, seed):
    """Whatever does not matter is at its lowest; what does is as low as it can be."""
    found = smallest(hidden_test(wrong_if, cases=20), [seed], most_runs=80)

    assert found is not None
    assert (found.case.args[0].shape, found.case.inputs["stride"], found.case.inputs["pad"]) == (shape, stride, pad)


def test_nothing_is_wrong():
    """Without a disagreement there is nothing to find."""
    assert smallest(hidden_test(lambda *_: False), [1]) is None


def test_runs_are_bounded():
    """No more runs than allowed, however stubborn the test is."""
    log = []

    smallest(hidden_test(lambda h, w, s, p: (h * w) % 2, log=log), [1], most_runs=7)

    assert len(log) <= 7


def test_same_seed_same_result():
    """The search is deterministic."""
    first, second = (smallest(hidden_test(lambda h, w, s, p: h * w > 7), [5]) for _ in range(2))

    assert np.array_equal(first.case.args[0], second.case.args[0])


def test_a_run_that_raises_counts_for_nothing():
    """A test that fails on some draws does not end the search."""

    def run(rng):
        if rng.integers(0, 5) == 0:
            raise ValueError
        return hidden_test(lambda *_: True)(rng)

    assert smallest(run, [3]) is not None


def test_draws_are_those_of_numpy():
    """Unscripted, the numbers are the same as those of numpy's own generator."""
    ours, theirs = Choices([1, 2]), np.random.default_rng([1, 2])

    for _ in range(3):
        assert ours.integers(2, 9) == theirs.integers(2, 9)
        assert ours.integers(7) == theirs.integers(7)
        assert np.array_equal(ours.integers(0, 5, (2, 3)), theirs.integers(0, 5, (2, 3)))
        assert np.array_equal(ours.standard_normal(4), theirs.standard_normal(4))
    assert len(ours.drawn) == 6


def test_script_is_kept_within_the_ranges():
    """What is asked for outside of a range becomes its nearest end."""
    rng = Choices([1], [100, -100, 3])

    assert [int(rng.integers(2, 9)), int(rng.integers(1, 5)), int(rng.integers(9))] == [8, 1, 3]
    assert rng.lowest == [2, 1, 0]


def test_smallest_of_what_there_is():
    """Where a test draws nothing, the smallest of its own inputs is named."""
    observations = hidden_test(lambda *_: True, cases=5)(Choices([0]))

    found = smallest_of(observations)

    assert size_of(found) == min(map(size_of, observations))
    assert already_for(found).startswith("The smallest input found that goes wrong: x (")
