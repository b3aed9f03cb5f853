"""What counts as the same answer, and what is said when it is not."""

import copy
import math

import numpy as np
import pytest

from grader.compare import compare, excess, judge
from grader.model import Raised, Tolerance

TOLERANCE = Tolerance(rtol=1e-7, atol=1e-9)


def kind(got, want, **options):
    mismatch = compare(got, want, TOLERANCE, **options)
    return None if mismatch is None else mismatch.kind


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.array([1.0, 2.0]), np.array([1.0, 2.0])),
        (1.5, np.float64(1.5)),
        (np.array(1.5), 1.5),
        (np.int32(3), 3),
        (0, 0.0),
        ([np.zeros(2), 1.0], (np.zeros(2), 1.0)),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        ({"b": 1.0, "a": 2.0}, {"a": 2.0, "b": 1.0}),
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.0])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (None, None),
        (Raised("ValueError"), Raised("ValueError")),
    ],
)
def test_equal_answers_agree(got, want):
    """Scalars of any make, and sequences of any make, agree if their values do."""
    assert kind(got, want) is None


@pytest.mark.parametrize(
    ("got", "want", "expected"),
    [
        (None, np.zeros(2), "type"),
        ([1.0, 2.0], np.array([1.0, 2.0]), "type"),
        (np.zeros(2), (np.zeros(2), 0.0), "type"),
        ((np.zeros(2),), (np.zeros(2), 0.0), "length"),
        ({"a": 1.0}, {"a": 1.0, "b": 2.0}, "keys"),
        (np.zeros(5), np.zeros((4, 5)), "shape"),
        (np.zeros((3, 1)), np.zeros(3), "shape"),
        (np.zeros(2, dtype=int), np.zeros(2), "dtype"),
        (np.zeros(2, dtype=np.float32), np.zeros(2), "dtype"),
        (3.0, 3, "dtype"),
        (True, 1, "dtype"),
        (np.array([np.nan, 1.0]), np.array([1.0, 1.0]), "nonfinite"),
        (np.array([np.nan]), np.array([np.nan]), "nonfinite"),
        (-np.inf, np.inf, "nonfinite"),
        (np.array([1.0, 2.1]), np.array([1.0, 2.0]), "value"),
        (4, 3, "value"),
        ("a", "b", "value"),
        (Raised("IndexError"), np.zeros(2), "raised"),
        (1.0, Raised("ValueError"), "raised"),
    ],
)
def test_the_first_difference_is_named(got, want, expected):
    """Kind of thing, length, shape, dtype, finiteness and values are told apart, in this order."""
    assert kind(got, want) == expected


def test_float32_is_right_only_where_it_is_allowed():
    """A float32 answer will do if all inputs were float32."""
    got, want = np.ones(3, dtype=np.float32), np.ones(3)

    assert (kind(got, want), kind(got, want, float32=True)) == ("dtype", None)


@pytest.mark.parametrize(("share", "agrees"), [(0.99, True), (1.01, False)])
def test_bound_is_one_number_for_the_whole_array(share, agrees):
    """A small element may be off by as much as the largest one."""
    want = np.array([100.0, 0.001])
    allowed = TOLERANCE.atol + TOLERANCE.rtol * 100.0
    got = want + np.array([0.0, share * allowed])

    assert (kind(got, want) is None) is agrees


def test_one_nan_does_not_hide_how_many_there_are():
    """Non-finite values are counted apart, with the place of the first."""
    mismatch = compare(np.array([1.0, np.nan, np.inf]), np.array([1.0, 2.0, 3.0]), TOLERANCE)

    assert mismatch.says == "1 NaN and 1 infinite among 3 values, the first at [1]; all should be finite"


def test_message_has_count_place_size_and_bound():
    """How many differ, the largest difference with its index, and what is allowed."""
    want = np.arange(6.0).reshape(2, 3)
    got = want.copy()
    got[1, 2] += 0.5
    got[0, 0] -= 0.25

    says = compare(got, want, TOLERANCE).text(visible=False)

    assert says == "2 of 6 values differ, the most by 0.5 at [1, 2]; less than 5e-07 is allowed"


def test_values_are_shown_only_if_visible():
    """The expected value stands in the text of a visible test alone."""
    mismatch = compare((1.0, 7.25), (1.0, 3.125), TOLERANCE)

    assert "3.125" not in mismatch.text(visible=False)
    assert mismatch.text(visible=True).endswith("(expected 3.125, got 7.25)")
    assert mismatch.where == "[1]"


@pytest.mark.parametrize(("share", "agrees"), [(0.99, True), (1.01, False)])
def test_bound_is_cut_to_its_first_digit(share, agrees):
    """All digits of the bound would tell the largest expected number."""
    want = np.array([2.9, -1.0])
    tolerance = Tolerance(rtol=1e-3, atol=0.0)

    assert (compare(want + share * 2e-3, want, tolerance) is None) is agrees


@pytest.mark.parametrize("want", [1.0, np.float32(1.0), np.array(1.0), [1.0]])
def test_integer_beyond_all_floats(want):
    """A whole number that no float can hold is a wrong answer like another."""
    got = [10**400] if isinstance(want, list) else 10**400

    mismatch, far = judge(got, want, Tolerance(), float32=lambda: False)

    assert mismatch is not None
    assert far == math.inf


def test_numbers_of_a_list_are_judged_one_by_one_in_an_array_too():
    """The bound of one number does not depend on the others, whatever holds the answer."""
    want, got = [100.0, 0.001], [100.0, 0.002]

    assert kind(got, want) == kind(np.array(got), want) == "value"


ODD = [
    math.nan,
    math.inf,
    -0.0,
    0,
    1,
    True,
    None,
    "one",
    *(np.array(values, dtype) for dtype in (float, np.float32, np.float16, int, bool) for values in ([], [0, 1], 1)),
    *(np.array(values) for values in ([math.nan, 1], [math.inf, 1], [-math.inf, 1], [-0.0, 1], [1j])),
    np.float64(1),
    np.float32(1),
    np.arange(2.0).astype(">f8"),
    (1, np.arange(2.0)),
    [1.0, 2.0],
    {"a": np.arange(2.0)},
    {"a": np.array([math.nan])},
    [[[1.0], [1.0, 2.0]]],
]


@pytest.mark.parametrize("float32", [False, True])
def test_quick_judgement_is_the_full_one(float32):
    """Whatever is compared with whatever: `judge` says what `compare` and `excess` say."""
    for got in ODD:
        for want in ODD:
            for answer in (got, copy.deepcopy(got)):
                mismatch, far = judge(answer, want, Tolerance(), float32=lambda: float32)

                assert mismatch == compare(answer, want, Tolerance(), float32=float32), (got, want)
                assert far == excess(answer, want, Tolerance()), (got, want)
