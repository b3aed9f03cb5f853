"""Hidden tests of assignment 1: activation functions and their derivatives.

One class per exercise; what holds for all six functions stands in `OnNumbers`. Each test is one property, named by the
first line of its docstring, which a student reads when it fails.
"""

import functools

import numpy as np
import pytest

from reference import perceptron as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}
# Large enough that answers of zeros and ones are not easily guessed.
SHAPES = [(17,), (9, 4), (5, 3, 6), (4, 1, 7), (1, 16)]
KINDS = ("sigmoid", "tanh", "relu", "leaky_relu", "step", "softplus")


def normal(rng, *shape):
    return 2.0 * rng.standard_normal(shape)


def whole(rng, *shape, low=-4, high=5):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def by_hand(oracle, gives):
    """The oracle, which must give the result that was computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        np.testing.assert_allclose(want, gives, rtol=1e-12, atol=1e-12)
        return want

    return checked


def warnings_of(remote, *args):
    """How many RuntimeWarnings a call caused."""
    return remote.session.call(remote.path, args, {}).warned


class OnNumbers:
    """What holds for every activation function; `check` compares the student's with the oracle's."""

    function = ""

    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, getattr(student, self.function), getattr(reference, self.function))

    def test_any_shape(self, check, rng):
        """Each entry is mapped by itself, and the shape stays."""
        for shape in SHAPES:
            check(normal(rng, *shape))

    def test_single_numbers(self, check, rng):
        """A single number gives a single number."""
        for z in (0.75, -1.5, 0.0, 2, -3, float(normal(rng))):
            check(z)

    def test_smallest_arrays(self, check, rng):
        """An array of one number stays one."""
        for shape in ((1,), (1, 1), (1, 1, 1)):
            check(normal(rng, *shape))

    def test_at_zero(self, check, rng):
        """Exact zeros, and numbers next to them, are nothing special."""
        for n in (33, 25, 48):
            check(np.zeros(n))
            check(rng.permutation(np.append(normal(rng, n), [0.0, 0.0, 1e-3, -1e-3])))

    def test_one_sign(self, check, rng):
        """Numbers may all be positive, or all be negative."""
        for n in (4, 6, 3):
            check(np.abs(normal(rng, n)) + 0.1)
            check(-np.abs(normal(rng, n)) - 0.1)

    def test_far_from_zero(self, check, rng):
        """Up to ±1000 all results are finite and right."""
        for n in (3, 4, 6):
            check(rng.permutation(np.append(normal(rng, n), [1000.0, -1000.0, 750.0, -750.0, 60.0, -60.0])))
            check(rng.uniform(-1000, 1000, (n, 9)))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers (uint8, for example) and lists come in, floats come out."""
        for shape in ((35,), (9, 4), (2, 5, 3)):
            check(whole(rng, *shape))
        check(whole(rng, 6, low=0, high=256).astype(np.uint8))
        check(whole(rng, 2, 4).astype(np.int8))
        check(whole(rng, 5).tolist())
        check(normal(rng, 2, 3).tolist())

    def test_float32(self, student, agree, rng):
        """Numbers in float32 are as good as others."""
        for shape in SHAPES[:3]:
            z = normal(rng, *shape).astype(np.float32)
            agree.within(**FLOAT32)(getattr(student, self.function), getattr(reference, self.function), z)

    def test_argument_unchanged(self, student, agree, rng):
        """What comes in is not written into, and a second call gives the same."""
        for shape in SHAPES[:3]:
            agree.pure(getattr(student, self.function), getattr(reference, self.function), normal(rng, *shape))
        agree.pure(getattr(student, self.function), getattr(reference, self.function), np.abs(normal(rng, 4)))

    def test_random_sizes(self, check, rng):
        """Arrays of any shape work."""
        for _ in range(5):
            rows, columns, low = size(rng, 1, 4), size(rng, 1, 5), size(rng, -4, 0)
            check(rng.uniform(low, low + 5, (rows, columns)))


class WithoutWarning:
    """What holds besides for the functions in which something may overflow."""

    function = ""

    def test_no_overflow(self, student):
        """Nothing overflows on the way, for numbers up to ±1000."""
        remote = getattr(student, self.function)
        for z in (floats(-1000, 0, 1000), floats(-720, -710, 710, 720), floats(1000), floats(-1000)):
            assert not warnings_of(remote, z), (
                "NumPy warns of an overflow or an invalid value on the way to the result. Find a form that never "
                "raises e to a large positive number (both branches of np.where are computed)."
            )


@pytest.mark.exercise("sigmoid")
class TestSigmoid(OnNumbers, WithoutWarning):
    function = "sigmoid"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """σ(0) is a half, σ(ln 3) three quarters, and far out it is 0 or 1."""
        z = floats([0, np.log(3)], [-1000, 1000])
        agree(student.sigmoid, by_hand(reference.sigmoid, [[0.5, 0.75], [0, 1]]), z)


@pytest.mark.exercise("tanh")
class TestTanh(OnNumbers, WithoutWarning):
    function = "tanh"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """At 0 it is 0, at ln 2 it is 0.6, and far out −1 or 1."""
        agree(student.tanh, by_hand(reference.tanh, [0, 0.6, -1]), floats(0, np.log(2), -1000))


@pytest.mark.exercise("relu")
class TestRelu(OnNumbers):
    function = "relu"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Positive numbers stay, all others become 0."""
        agree(student.relu, by_hand(reference.relu, [[0, 0], [0.5, 3]]), floats([-2, 0], [0.5, 3]))


@pytest.mark.exercise("leaky_relu")
class TestLeakyRelu(OnNumbers):
    function = "leaky_relu"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Positive numbers stay, negative ones are multiplied by the slope."""
        agree(student.leaky_relu, by_hand(reference.leaky_relu, [-0.02, 0, 3]), floats(-2, 0, 3))
        agree(student.leaky_relu, by_hand(reference.leaky_relu, [-1, 0, 3]), floats(-2, 0, 3), slope=0.5)

    def test_other_slopes(self, check, rng):
        """Any slope from 0 to below 1 may be given, by name or by place."""
        for slope in (0.2, 0.05, 0.75, 0.0):
            check(normal(rng, 6), slope)
            check(normal(rng, 3, 4), slope=slope)

    def test_any_slope(self, check, rng):
        """Arrays of any shape work with any slope."""
        for _ in range(4):
            rows, columns, percent = size(rng, 1, 4), size(rng, 1, 5), size(rng, 0, 99)
            check(normal(rng, rows, columns), percent / 100)


@pytest.mark.exercise("step")
class TestStep(OnNumbers):
    function = "step"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Positive numbers give 1, all others 0; and 0 is not positive."""
        agree(student.step, by_hand(reference.step, [0, 0, 1]), floats(-0.5, 0, 2))


@pytest.mark.exercise("softplus")
class TestSoftplus(OnNumbers, WithoutWarning):
    function = "softplus"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """At 0 it is ln 2, at ln 3 it is ln 4, and far out z itself."""
        want = by_hand(reference.softplus, [np.log(2), np.log(4), 1000])
        agree(student.softplus, want, floats(0, np.log(3), 1000))


@pytest.mark.exercise("activation_grad")
class TestActivationGrad:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.activation_grad, reference.activation_grad)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The derivatives at 0, and at points where they can be computed by hand, are right."""
        for kind, z, want in (
            ("sigmoid", floats(0, np.log(3)), [0.25, 0.1875]),
            ("tanh", floats(0, np.log(2)), [1, 0.64]),
            ("relu", floats(-2, 0, 3), [0, 0, 1]),
            ("leaky_relu", floats(-2, 0, 3), [0.01, 0.01, 1]),
            ("step", floats(-2, 0, 3), [0, 0, 0]),
            ("softplus", floats(0, np.log(3)), [0.5, 0.75]),
        ):
            agree(student.activation_grad, by_hand(reference.activation_grad, want), kind, z)

    @pytest.mark.parametrize("kind", KINDS)
    def test_any_shape(self, check, rng, kind):
        """The derivative is taken at each entry by itself, and the shape stays."""
        for shape in SHAPES:
            check(kind, normal(rng, *shape))

    @pytest.mark.parametrize("kind", KINDS)
    def test_at_zero(self, check, rng, kind):
        """At z = 0, where some of the functions have a kink, it is the derivative that the exercise names."""
        for n in (32, 24, 47):
            check(kind, np.zeros(n))
            check(kind, rng.permutation(np.append(normal(rng, n), [0.0, 0.0])))

    @pytest.mark.parametrize("kind", KINDS)
    def test_far_from_zero(self, check, rng, kind):
        """Up to ±1000 all derivatives are finite and right."""
        for n in (43, 25, 34):
            check(kind, rng.permutation(np.append(normal(rng, n), [1000.0, -1000.0, 40.0, -40.0])))

    @pytest.mark.parametrize("kind", KINDS)
    def test_integers_lists_and_numbers(self, check, rng, kind):
        """Whole numbers, lists and single numbers come in, floats come out."""
        for z in (whole(rng, 46), whole(rng, 9, 4), whole(rng, 35).astype(np.int8), whole(rng, 2, 3).tolist(), 0.5, -2):
            check(kind, z)

    @pytest.mark.parametrize("kind", KINDS)
    def test_float32(self, student, agree, rng, kind):
        """Pre-activations in float32 are as good as others."""
        for shape in SHAPES[:3]:
            z = normal(rng, *shape).astype(np.float32)
            agree.within(**FLOAT32)(student.activation_grad, reference.activation_grad, kind, z)

    @pytest.mark.parametrize("kind", KINDS)
    def test_argument_unchanged(self, student, agree, rng, kind):
        """What comes in is not written into, and a second call gives the same."""
        for shape in SHAPES[:3]:
            agree.pure(student.activation_grad, reference.activation_grad, kind, normal(rng, *shape))

    def test_random_sizes(self, check, rng):
        """Every function's derivative works for arrays of any shape."""
        for _ in range(8):
            kind, rows, columns = KINDS[size(rng, 0, 5)], size(rng, 1, 4), size(rng, 1, 5)
            check(kind, whole(rng, rows, columns) / 2)
