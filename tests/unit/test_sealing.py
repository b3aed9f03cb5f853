"""Sealed answers: what opens them, what does not, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.case import state_case
from grader.compare import allowed, compare
from grader.errors import RequestError
from grader.model import Exercise, Raised, Tolerance
from grader.sealing import (
    Opening,
    Question,
    SealedTest,
    SealedTests,
    UnsealableError,
    from_json,
    open_hint,
    seal_answers,
    seal_hint,
    to_json,
)
from grader.sealing.sketch import cells_of, sketch_of

TOLERANCE = Tolerance(rtol=1e-7, atol=1e-9)
EXERCISE = Exercise("f", 4, "concept", "slide", TOLERANCE)
MANY = np.linspace(-3.0, 5.0, 24).reshape(2, 3, 4) ** 3
# Numbers of any size, as far as their sketch is exact enough to be tried at 1 % of the bound.
NUMBERS = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    elements=st.floats(-1e12, 1e12, allow_subnormal=False),
)


def salts():
    return np.random.default_rng(0).bytes(16)


def seal(*wants, tolerance=TOLERANCE, inputs=None):
    """A sealed test of calls f(0), f(1), … with these expected answers."""
    given = inputs or [(float(i),) for i in range(len(wants))]
    cases = [state_case(EXERCISE, "f", None, args, {}, tolerance=tolerance) for args in given]
    calls, answers = seal_answers(list(zip(cases, wants, strict=True)), salts)
    return SealedTest("f", "test_f", "Title.", 1, False, calls, answers)


def verdicts(test, *gots, float32=False):
    """The mismatches of answers, the joint ones last."""
    opening = Opening(test)
    each = [compare(got, opening.expected(i), TOLERANCE, float32=float32) for i, got in enumerate(gots)]
    return [*each, *opening.joint_failures()]


def opens(want, got, **options):
    return verdicts(seal(want, **options), got) == [None]


@given(NUMBERS, st.integers(0, 2**31), st.floats(-0.99, 0.99))
@settings(max_examples=150, deadline=None)
def test_numbers_within_the_bound_share_their_cells(want, seed, share):
    """Every number may be off by up to 0.99 of the bound, in any direction."""
    sketch, bound = sketch_of(want, TOLERANCE), allowed(want, TOLERANCE)
    noise = np.random.default_rng(seed).choice([-1.0, 1.0], want.shape) * share * bound

    assert cells_of(want + noise, sketch) == cells_of(want, sketch)


@given(NUMBERS.filter(lambda a: a.size), st.integers(0, 2**31), st.floats(1.01, 1e6))
@settings(max_examples=150, deadline=None)
def test_one_number_beyond_the_bound_leaves_its_cell(want, seed, share):
    """A single number that is off by 1.01 of the bound, or more, is enough."""
    sketch, rng = sketch_of(want, TOLERANCE), np.random.default_rng(seed)
    got = want.copy().reshape(-1)
    got[rng.integers(got.size)] += rng.choice([-1.0, 1.0]) * share * allowed(want, TOLERANCE)

    assert cells_of(got.reshape(want.shape), sketch) != cells_of(want, sketch)


@given(NUMBERS.filter(lambda a: a.size))
@settings(max_examples=50, deadline=None)
def test_nan_is_in_no_cell(want):
    """A NaN anywhere agrees with nothing."""
    got = want.copy()
    got[np.unravel_index(0, want.shape)] = np.nan

    assert cells_of(got, sketch_of(want, TOLERANCE)) is None


@pytest.mark.parametrize("share", [-0.99, 0.99, -1.01, 1.01])
def test_sealed_and_open_verdicts_agree_at_the_bound(share):
    """The bound is that of the comparison in the open."""
    got = MANY.copy()
    got[1, 2, 3] += share * allowed(MANY, TOLERANCE)

    assert opens(MANY, got) is (compare(got, MANY, TOLERANCE) is None) is (abs(share) < 1)


FORMS = {
    "tuple": (MANY, MANY[0]),
    "list": [MANY, [MANY[1], MANY[0] * 2]],
    "dict": {"W": MANY, "b": MANY[0]},
    "mixed": (MANY, None, 7, "text", True, 2.5),
    "ints": np.arange(40) * 37 % 1001,
    "flags": np.random.default_rng(3).integers(0, 2, 90).astype(bool),
    "floats": list(np.random.default_rng(3).normal(size=8)),
    "infinite": np.array([*MANY.ravel(), np.inf, -np.inf]),
    "huge": MANY * 1e290,
    "tiny": MANY * 1e-7,
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_opens_for_itself(name):
    """Tuples, lists and dicts of arrays, numbers, flags and text can be sealed."""
    assert opens(FORMS[name], FORMS[name])


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ((MANY, MANY[0]), (MANY, MANY[0] + 1e-3)),
        ((MANY, 7), (MANY, 8)),
        ((MANY, "text"), (MANY, "test")),
        ((MANY, True), (MANY, False)),
        ((MANY, None), (MANY, 0)),
        ({"W": MANY}, {"V": MANY}),
        (FORMS["ints"], FORMS["ints"] + (np.arange(40) == 39)),
        (FORMS["infinite"], -FORMS["infinite"]),
        (FORMS["infinite"], np.where(np.isinf(FORMS["infinite"]), 1e300, FORMS["infinite"])),
        (MANY, MANY[:, :2]),
        (MANY, MANY.astype(np.float32)),
        (MANY, MANY.tolist()),
        (MANY, np.where(MANY > 4, np.inf, MANY)),
        (MANY, Raised("ValueError")),
        (Raised("ValueError"), MANY),
        (Raised("ValueError"), Raised("TypeError")),
    ],
)
def test_wrong_answers_do_not_open(want, got):
    """What `compare` refuses stays shut, be it of another form or of other values."""
    assert compare(got, want, TOLERANCE) is not None
    assert not opens(want, got)


def test_float32_answers_are_right_where_inputs_are_float32():
    """The rule on dtypes is that of the open comparison."""
    want, got, loose = MANY, MANY.astype(np.float32), Tolerance(1e-4, 1e-6)
    test = seal(want, tolerance=loose)

    assert [verdicts(test, got, float32=flag) == [None] for flag in (False, True)] == [False, True]


def test_array_for_a_list_of_numbers_opens():
    """An array will do for a list, as it does in the open."""
    assert opens(FORMS["floats"], np.array(FORMS["floats"]))


def test_wrong_result_of_a_tuple_is_named():
    """Each result that is hard to guess has a lock of its own."""
    (mismatch,) = verdicts(seal((MANY, MANY * 2)), (MANY, MANY))

    assert mismatch.where == "[1]"


@pytest.mark.parametrize(("error", "says"), [(1e-5, "right to 4 digits"), (1e-2, "right to 1 digit"), (10.0, "ones")])
def test_ladder_tells_how_near_an_answer_is(error, says):
    """An answer that is right to some digits is told from a wrong one."""
    want = np.random.default_rng(1).normal(size=(8, 9))
    want /= np.abs(want).max()
    (mismatch,) = verdicts(seal(want), want + error)

    assert mismatch.says.endswith(says)


@pytest.mark.parametrize("want", [True, 3, 2.5, "yes", np.zeros((9, 9)), np.arange(5), np.array([1.5, 1.5])])
def test_answers_that_could_be_guessed_are_refused(want):
    """A flag, a count, one number or a constant array is not sealed alone."""
    with pytest.raises(UnsealableError, match="could be guessed"):
        seal(want)


def test_copied_inputs_are_worth_their_places_only():
    """Numbers that stand among the inputs are easily guessed, whatever their digits."""
    x = np.random.default_rng(2).normal(size=8)

    with pytest.raises(UnsealableError, match="could be guessed"):
        seal(x[::-1][:4].copy(), inputs=[(x,)])


def test_small_answers_of_a_test_are_sealed_together():
    """Each alone could be guessed, all together could not; that one is wrong is known, and not which."""
    wants = [math.pi, -math.e, math.log(29), math.sqrt(17)]
    test = seal(*wants)

    assert len(test.answers) == 1
    assert verdicts(test, *wants) == [None] * 4
    assert verdicts(test, *wants[:2], 3.2, wants[3]) == [None] * 4 + [(0, 1, 2, 3)]


def test_exceptions_need_no_lock():
    """Which exception is asked for is public, as in the open."""
    test = seal(MANY, Raised("ValueError"))

    assert verdicts(test, MANY, Raised("ValueError")) == [None, None]


@pytest.mark.parametrize("want", [MANY + 1j, np.where(MANY > 0, MANY, np.nan), {1, 2}, 2**70])
def test_answers_of_other_kinds_are_refused(want):
    """Complex numbers, NaNs, sets and very large integers cannot be sealed."""
    with pytest.raises(UnsealableError):
        seal((MANY, want))


def sealed_tests():
    hint = seal_hint("f", {"name": "doubled", "says": "You doubled it."}, questions(), doubled, salts)
    return SealedTests("assignment1_tiny", (seal(*wants()),), (hint,), {"f": 2})


def wants():
    return [MANY, MANY[0], MANY[1] ** 2, np.ones(0)]


def questions():
    cases = [state_case(EXERCISE, "f", None, (float(i),), {}) for i in range(4)]
    return [Question((0, i), case, want) for i, (case, want) in enumerate(zip(cases, wants(), strict=True))]


def doubled(case):
    return 2 * wants()[int(case.args[0])]


def test_file_keeps_what_opens():
    """Written and read again, a sealed test opens for right answers, and for these only."""
    (test,) = from_json(to_json(sealed_tests())).tests

    assert verdicts(test, *wants()) == [None] * 4
    assert [m is None for m in verdicts(test, MANY, MANY[0] + 1, *wants()[2:])] == [True, False, True, True]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"format_version": 2}', '{"format_version": 1}', to_json(sealed_tests()).replace("RE", "R")],
)
def test_damaged_file_is_told(text):
    """A file that was cut or changed is refused in a sentence."""
    with pytest.raises(RequestError, match="sealed_tests"):
        from_json(text)


def test_hint_opens_for_its_own_mistake_only():
    """The sentence can be read by making the mistake, everywhere, and by nothing else."""
    sealed = from_json(to_json(sealed_tests()))
    right = {(0, i): want for i, want in enumerate(wants())}
    wrong = {place: 2 * want for place, want in right.items()}
    pattern = {(0, 0): False, (0, 1): False, (0, 2): False, (0, 3): True}

    def said(got, agrees):
        return open_hint(sealed.hints[0], sealed.tests, got, agrees)

    assert said(wrong, pattern) == {"name": "doubled", "says": "You doubled it."}
    assert said({**wrong, (0, 1): wrong[0, 1] + 1}, pattern) is None
    assert said(wrong, {**pattern, (0, 3): False}) is None
    assert said(right, dict.fromkeys(right, True)) is None


def test_hint_is_not_in_the_file():
    """Neither the sentence nor any expected number can be read."""
    text = to_json(sealed_tests())

    assert "doubled" not in text
    assert str(MANY[1, 2, 3]) not in text


def test_mistake_that_shows_too_seldom_has_no_hint():
    """Two wrong answers may have many causes."""
    with pytest.raises(UnsealableError, match="shows on 2"):
        seal_hint("f", {}, questions()[:2], doubled, salts)


def test_hint_of_a_mistake_that_raises_needs_right_answers_elsewhere():
    """Exceptions can be guessed: then the key is made of the right answers besides."""
    numbers = [float(i) for i in range(4)]
    cases = [state_case(EXERCISE, "f", None, (x,), {}) for x in numbers]
    right = [MANY * (x + 1) for x in numbers]
    asked = [Question((0, i), case, want) for i, (case, want) in enumerate(zip(cases, right, strict=True))]

    def wrong(case):
        return right[3] if case.args[0] == 3 else Raised("ValueError")

    hint = seal_hint("f", {"says": "You forgot 0."}, asked, wrong, salts)
    got = {(0, i): wrong(case) for i, case in enumerate(cases)}
    agrees = {(0, i): i == 3 for i in range(4)}

    assert open_hint(hint, (seal(*right),), got, agrees) == {"says": "You forgot 0."}
    assert open_hint(hint, (seal(*right),), {**got, (0, 0): Raised("TypeError")}, agrees) is None
    assert open_hint(hint, (seal(*right),), {**got, (0, 3): right[3] + 1}, agrees) is None
