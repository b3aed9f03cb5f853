# ruff: noqa: D403 - what a program looks at is told in the middle of a sentence
"""Hidden tests of assignment 2: where weights start, how many there are, and what one hidden layer can follow.

Weights are random: what is compared are figures of 100 000 of them (see `figures`), never the weights themselves. For
`approximate` there are many right networks: what a submission returns is judged by what it does.
"""

import functools

import numpy as np
import pytest

from reference import backprop as reference

MANY = 100_000
# What is allowed is at least six standard deviations of a figure's difference between two samples: 0.0045 for a mean,
# and 0.0032 for a deviation, both in units of the right one.
FIGURES = {"rtol": 0.02, "atol": 0.03}


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def figures(glorot, fan_in, fan_out, gain, seed):
    """the spread of 100 000 weights, in units of the right one."""
    weights = glorot(fan_in, fan_out, np.random.default_rng(seed), shape=(MANY,), gain=gain)
    return spread(weights, reference.glorot_std(fan_in, fan_out, gain))


def figures_by_default(glorot, fan_in, fan_out, seed):
    """the spread of weights of the default shape, in units of the right one."""
    weights = glorot(fan_in, fan_out, np.random.default_rng(seed))
    return spread(weights, reference.glorot_std(fan_in, fan_out))


def spread(weights, unit):
    """Standard deviation and mean in units of the right deviation, and the shares within 1, 2 and 1.8 of their own."""
    own = np.std(weights) or 1.0
    shares = [np.mean(np.abs(weights) <= k * own) for k in (0.5, 1.0, 1.8)]
    return {"std": float(np.std(weights) / unit), "mean": float(np.mean(weights) / unit), "shares": np.array(shares)}


def shape_of(glorot, fan_in, fan_out, shape, seed):
    """the shape of weights, and whether all of them are different."""
    weights = glorot(fan_in, fan_out, np.random.default_rng(seed), shape=shape)
    return list(weights.shape), str(weights.dtype), len(np.unique(weights)) == weights.size


def default_shape(glorot, fan_in, fan_out, seed):
    """the shape of weights for which none was given, and whether all of them are different."""
    weights = glorot(fan_in, fan_out, np.random.default_rng(seed))
    return list(weights.shape), str(weights.dtype), len(np.unique(weights)) == weights.size


def from_the_generator(glorot, fan_in, fan_out, seed):
    """whether the same generator gives the same weights, and another one gives others."""
    one, same, other = (glorot(fan_in, fan_out, np.random.default_rng(s)) for s in (seed, seed, seed + 1))
    return bool(np.array_equal(one, same)), bool(np.array_equal(one, other))


def neighbours(glorot, fan_in, fan_out, seed):
    """the correlations between neighbouring weights, along both axes."""
    weights = np.asarray(glorot(fan_in, fan_out, np.random.default_rng(seed)))
    rows = np.mean(weights[1:] * weights[:-1]) / np.mean(weights**2)
    columns = np.mean(weights[:, 1:] * weights[:, :-1]) / np.mean(weights**2)
    return {"along rows": float(rows), "along columns": float(columns)}


class OfWeights:
    """What holds for both distributions; `check` runs a program with the student's function and with the oracle's."""

    function = ""

    @pytest.fixture
    def check(self, student, agree):
        """Run a program with both, each with numbers of its own."""
        remote, oracle = getattr(student, self.function), getattr(reference, self.function)
        return lambda program, *inputs: agree.within(**FIGURES).through(program, remote, oracle, *inputs)

    def test_default_shape(self, check, rng):
        """Without a shape there is a row per input and a column per output."""
        for fan_in, fan_out in ((3, 5), (6, 2), (1, 4), (4, 1), (1, 1)):
            check(default_shape, fan_in, fan_out, size(rng, 0, 10**6))

    def test_given_shape(self, check, rng):
        """With a shape the weights have that, whatever the fans."""
        for fan_in, fan_out, shape in ((3, 5, (7,)), (6, 2, (2, 3, 4)), (2, 2, (5, 1)), (9, 4, (4, 9))):
            check(shape_of, fan_in, fan_out, shape, size(rng, 0, 10**6))

    @pytest.mark.weight(2)
    def test_more_inputs(self, check, rng):
        """The spread is right where a unit has more inputs than it feeds."""
        for fan_in, fan_out in ((50, 2), (400, 100), (7, 1)):
            check(figures, fan_in, fan_out, 1.0, size(rng, 0, 10**6))

    @pytest.mark.weight(2)
    def test_more_outputs(self, check, rng):
        """The spread is right where a unit feeds more than it has inputs."""
        for fan_in, fan_out in ((2, 50), (100, 400), (1, 7)):
            check(figures, fan_in, fan_out, 1.0, size(rng, 0, 10**6))

    @pytest.mark.weight(2)
    def test_whole_layers(self, check, rng):
        """The spread is right for layers of the default shape."""
        for fan_in, fan_out in ((500, 200), (125, 800), (316, 317)):
            check(figures_by_default, fan_in, fan_out, size(rng, 0, 10**6))

    def test_gain(self, check, rng):
        """The spread grows with the gain."""
        for fan_in, fan_out, gain in ((3, 9, 2.0), (40, 10, 0.5), (6, 2, 2**0.5), (5, 5, 3.0)):
            check(figures, fan_in, fan_out, gain, size(rng, 0, 10**6))

    def test_random_fans(self, check, rng):
        """The spread is right for any fans."""
        for _ in range(3):
            check(figures, size(rng, 1, 300), size(rng, 1, 300), 1.0, size(rng, 0, 10**6))

    def test_from_the_generator(self, check, rng):
        """All numbers come from the generator that is passed: the same one gives the same weights."""
        for fan_in, fan_out in ((3, 5), (4, 2), (6, 6)):
            check(from_the_generator, fan_in, fan_out, size(rng, 0, 10**6))

    def test_independent(self, check, rng):
        """A weight tells nothing about its neighbours."""
        for fan_in, fan_out in ((500, 600), (1000, 300), (200, 1500)):
            check(neighbours, fan_in, fan_out, size(rng, 0, 10**6))


@pytest.mark.exercise("glorot_uniform")
class TestGlorotUniform(OfWeights):
    function = "glorot_uniform"

    @pytest.mark.visible
    def test_worked_example(self, student, rng):
        """For fans 2 and 4 the weights lie between −1 and 1, and come close to both."""
        weights = student.glorot_uniform(2, 4, np.random.default_rng(size(rng, 0, 10**6)), shape=(MANY,))
        assert isinstance(weights, np.ndarray), "The weights should be an array."
        assert weights.shape == (MANY,), f"With shape=({MANY},) there are as many weights (yours: {weights.shape})."
        low, high = float(weights.min()), float(weights.max())

        assert -1 <= low < -0.999 < 0.999 < high <= 1, (
            f"For fans 2 and 4 the limit is 1; your weights lie between {low:.4f} and {high:.4f}."
        )

    def test_within_the_limit(self, student, rng):
        """No weight is outside of the limit, and some come close to it, on both sides."""
        for fan_in, fan_out, gain in ((30, 5, 1.0), (5, 30, 1.0), (12, 12, 2.0)):
            weights = student.glorot_uniform(
                fan_in, fan_out, np.random.default_rng(size(rng, 0, 10**6)), shape=(MANY,), gain=gain
            )
            share = np.asarray(weights) / reference.glorot_limit(fan_in, fan_out, gain)

            assert np.abs(share).max() <= 1 + 1e-9, (
                f"For fans {fan_in} and {fan_out} there are weights of {np.abs(share).max():.3f} × the limit."
            )
            assert share.min() < -0.999 < 0.999 < share.max(), (
                f"For fans {fan_in} and {fan_out} your weights lie between {share.min():.3f} and {share.max():.3f} "
                "× the limit; they should fill −1 … 1."
            )


@pytest.mark.exercise("glorot_normal")
class TestGlorotNormal(OfWeights):
    function = "glorot_normal"

    @pytest.mark.visible
    def test_worked_example(self, student, rng):
        """For fans 3 and 5 the standard deviation is a half."""
        weights = student.glorot_normal(3, 5, np.random.default_rng(size(rng, 0, 10**6)), shape=(MANY,))
        assert isinstance(weights, np.ndarray), "The weights should be an array."
        assert weights.shape == (MANY,), f"With shape=({MANY},) there are as many weights (yours: {weights.shape})."
        std = float(np.std(weights))

        assert abs(std - 0.5) < 0.01, (
            f"For fans 3 and 5 the standard deviation is 0.5; that of your weights is {std:.4f}."
        )

    def test_tails(self, student, rng):
        """A few weights lie three deviations out, as a normal distribution has it, and about half on either side."""
        for fan_in, fan_out in ((30, 5), (5, 30), (12, 12)):
            weights = student.glorot_normal(fan_in, fan_out, np.random.default_rng(size(rng, 0, 10**6)), shape=(MANY,))
            beyond = int(np.sum(np.abs(weights) > 3 * np.std(weights)))

            # 270 are expected; 98 is six deviations.
            assert abs(beyond - 270) < 98, (
                f"Of {MANY} weights {beyond} are more than three standard deviations from 0; with a normal "
                "distribution about 270 should be."
            )


@pytest.mark.exercise("count_mlp_parameters")
class TestCountMlpParameters:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.count_mlp_parameters, reference.count_mlp_parameters)

    @pytest.mark.visible
    def test_worked_example(self, check):
        """Layers of 2, 3 and 1 units have 13 parameters, 9 without biases."""
        check([2, 3, 1])
        check([2, 3, 1], bias=False)

    def test_one_hidden_layer(self, check):
        """Each unit has a weight per unit before it, and one bias."""
        for sizes in ([4, 7, 3], [2, 5, 1], [6, 1, 8], [3, 9, 2]):
            check(sizes)

    def test_no_hidden_layer(self, check):
        """Without a hidden layer the outputs are connected with the inputs."""
        for sizes in ([4, 3], [1, 1], [2, 7], [5, 1]):
            check(sizes)

    def test_deeper(self, check):
        """Any number of layers counts."""
        for sizes in ([4, 7, 3, 2], [2, 5, 1, 6, 3], [3, 8, 2, 9, 4, 7]):
            check(sizes)

    def test_without_biases(self, check):
        """Without biases only the weights count."""
        for sizes in ([4, 7, 3], [4, 3], [2, 5, 1, 6, 3]):
            check(sizes, False)
            check(sizes, bias=False)
            check(sizes, bias=True)

    def test_equal_sizes(self, check):
        """Layers may be of equal size."""
        for sizes in ([3, 3, 3], [2, 2], [5, 5, 5, 5], [1, 1, 1, 1]):
            check(sizes)

    def test_large(self, check):
        """Large networks have millions of parameters, and more."""
        for sizes in ([784, 500, 10], [3000, 4096, 4096, 1000], [50_000, 100_000, 50_000]):
            check(sizes)

    def test_tuples_and_arrays(self, check):
        """The sizes may be a tuple or an array."""
        for sizes in ((4, 7, 3), (2, 6), np.array([5, 2, 8]), np.array([3, 4])):
            check(sizes)

    def test_depth_against_breadth(self, check):
        """As many units in one layer or in several make different numbers of parameters."""
        for sizes in ([10, 60, 2], [10, 30, 30, 2], [10, 20, 20, 20, 2]):
            check(sizes)

    def test_random_sizes(self, check, rng):
        """The count is right for any layers."""
        for _ in range(6):
            check([size(rng, 1, 20) for _ in range(size(rng, 2, 5))])


class Curve:
    """A function with the bound L of its steepness on [a, b]. It takes numbers and arrays."""

    def __init__(self, f, steepness, a, b):
        self.f, self.steepness, self.a, self.b = f, steepness, a, b

    def __call__(self, x):
        return self.f(np.asarray(x, dtype=float))


def sine(speed, a, b):
    return Curve(lambda x: np.sin(speed * x), speed, a, b)


def tent(height, a, b):
    """Up to the middle, and down again."""
    return Curve(lambda x: height * (1 - np.abs(2 * (x - a) / (b - a) - 1)), 2 * height / (b - a), a, b)


def line(slope, offset, a, b):
    return Curve(lambda x: slope * x + offset, abs(slope), a, b)


NETWORK = "The result should be a tuple (w, c, v, d): three arrays of n_hidden numbers each, and a single number; "


def network_of(answer, n):
    """The network that was returned, as float arrays, once it is sure to be one."""
    assert isinstance(answer, (tuple, list)), f"{NETWORK}it is no tuple."
    assert len(answer) == 4, f"{NETWORK}it holds {len(answer)} things."
    parts = []
    for name, part, shape in zip("wcvd", answer, ((n,), (n,), (n,), ()), strict=True):
        try:
            numbers = np.asarray(part, dtype=np.float64)
        except (TypeError, ValueError):
            raise AssertionError(f"{NETWORK}{name} is not made of numbers.") from None
        assert numbers.shape == shape, f"{NETWORK}for n_hidden = {n}, {name} has the shape {numbers.shape}."
        assert np.isfinite(numbers).all(), f"{name} holds a number that is not finite."
        parts.append(numbers)
    return parts


def grid(a, b, count=401):
    """Points of [a, b], both ends included, that are no multiples of a fraction that anybody would think of."""
    return np.concatenate([[a, b], a + (b - a) * (np.arange(count) + 0.377) / count])


def error_of(network, curve, points):
    """The largest error at the points."""
    return float(np.max(np.abs(reference.sigmoid_network(points, *network) - curve(points))))


def cause(network, curve, allowed, points):
    """What may have been meant by a network that is wrong, for the student; "" if nothing is known."""
    w, c, v, d = network
    n = len(w)

    def right(*changed):
        return error_of(changed, curve, points) <= allowed

    ends = np.linspace(curve.a, curve.b, n + 1)
    if error_of(network, curve, ends) <= allowed or error_of(network, curve, (ends[1:] + ends[:-1]) / 2) <= allowed:
        return " It is good at some points, but not between them: how far does a unit reach?"
    if right(w, -c, v, d):
        return " It would be right with −c: unit i rises where w x + c = 0, so at x = −c/w."
    if right(w, c, -v, d) or right(-w, -c, v, d):
        return " It would be right with steps the other way round: each goes up where f goes up."
    if right(w, c, v, curve(curve.a)):
        return " It would be right with another d: left of all steps the network is d, so that d = f(a)."
    if right(w, c, np.diff(v, prepend=0.0), 0.0) or right(w, c, np.diff(v, prepend=d), d):
        return " Its steps are as high as f is; they should be as high as f *rises* from one piece to the next."
    if any(right(w * k, c * k, v, d) for k in (3.0, 10.0, 100.0, 1e4)):
        return " It would be right with steeper sigmoids: yours are not over when the next piece begins."
    return ""


def check_network(student, curve, n):
    """Fail if the student's network is further from the curve than is allowed, anywhere on its interval."""
    network = network_of(student.approximate(curve, curve.a, curve.b, n), n)
    allowed = 1.5 * curve.steepness * (curve.b - curve.a) / n + 1e-9
    points = grid(curve.a, curve.b)
    error = error_of(network, curve, points)

    assert error <= allowed, (
        f"On [{curve.a:g}, {curve.b:g}] with n_hidden = {n} the largest error is {error:.3g}; at most {allowed:.3g} is "
        "allowed." + cause(network, curve, allowed, points)
    )


@pytest.mark.exercise("approximate")
class TestApproximate:
    @pytest.mark.visible
    def test_worked_example(self, student):
        """Thirty sigmoids follow the sine from 0 to 3 within 0.15."""
        check_network(student, sine(1.0, 0.0, 3.0), 30)

    @pytest.mark.weight(2)
    def test_several_functions(self, student):
        """Smooth functions and functions with kinks are followed."""
        check_network(student, sine(3.0, -1.0, 2.0), 20)
        check_network(student, tent(2.0, -2.0, 1.0), 16)
        check_network(student, Curve(lambda x: x**3 - x, 11.0, -2.0, 2.0), 25)
        check_network(student, Curve(lambda x: np.exp(-3 * x**2), 1.5, -2.0, 3.0), 18)

    @pytest.mark.weight(2)
    def test_more_units(self, student):
        """Twice as many units, half the error."""
        for n in (5, 10, 40, 120):
            check_network(student, sine(2.0, 0.0, 4.0), n)

    def test_few_units(self, student):
        """One, two or three units do as well as they can."""
        for n in (1, 2, 3):
            check_network(student, sine(1.0, -1.0, 1.0), n)
            check_network(student, tent(1.0, 0.0, 2.0), n)

    def test_far_from_zero(self, student):
        """The interval may lie anywhere."""
        check_network(student, sine(2.0, 100.0, 103.0), 15)
        check_network(student, tent(1.0, -503.0, -500.0), 12)

    def test_narrow_and_wide(self, student):
        """The interval may be narrow or wide: the sigmoids must be as steep as it asks for."""
        check_network(student, sine(300.0, 0.0, 0.02), 12)
        check_network(student, tent(1.0, 0.001, 0.002), 10)
        check_network(student, sine(0.1, -40.0, 40.0), 14)

    def test_rising_and_falling(self, student):
        """Functions may rise or fall, and lie high or low."""
        check_network(student, line(2.0, 0.0, -1.0, 1.0), 10)
        check_network(student, line(-3.0, 1.0, 0.0, 2.0), 15)
        check_network(student, line(0.5, 200.0, 0.0, 1.0), 8)
        check_network(student, line(-0.5, -70.0, 1.0, 3.0), 9)

    def test_flat(self, student):
        """A function that hardly changes needs hardly any steps, but the right height."""
        check_network(student, Curve(lambda x: 5.0 + 0.0 * x, 0.01, 0.0, 2.0), 6)
        check_network(student, Curve(lambda x: -0.7 + 0.01 * np.sin(x), 0.01, -3.0, 3.0), 7)

    def test_any_function(self, student, rng):
        """Any wave, on any interval, with any number of units is followed."""
        for _ in range(5):
            n, speed, a = size(rng, 1, 30), size(rng, 1, 4), size(rng, -5, 5)
            check_network(student, sine(float(speed), float(a), float(a + size(rng, 1, 4))), n)
