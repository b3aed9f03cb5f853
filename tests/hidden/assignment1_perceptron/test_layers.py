"""Hidden tests of assignment 1: linear layers that make one, and the network for XOR that a bend makes possible.

`compose_linear` has one right answer. For XOR there are many: what a submission returns is judged by what it does.
"""

import functools
import itertools

import numpy as np
import pytest

from reference import perceptron as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-5}


def normal(rng, *shape):
    return rng.standard_normal(shape)


def whole(rng, *shape, low=-3, high=4):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def by_hand(oracle, *gives):
    """The oracle, which must give the results that were computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        for result, literal in zip(want, gives, strict=True):
            np.testing.assert_allclose(result, literal, rtol=1e-12)
        return want

    return checked


def stack(rng, *sizes):
    """Random layers (W (d_i, d_{i+1}), b (d_{i+1},)) with these sizes."""
    return [(normal(rng, a, b), normal(rng, b)) for a, b in itertools.pairwise(sizes)]


@pytest.mark.exercise("compose_linear")
class TestComposeLinear:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.compose_linear, reference.compose_linear)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """A layer from 2 to 3 and one from 3 to 1 make one from 2 to 1."""
        layers = [(floats([1, 0, 2], [0, 1, 1]), floats(1, 0, 0)), (floats([1], [2], [3]), floats(5))]
        agree(student.compose_linear, by_hand(reference.compose_linear, [[7], [5]], [6]), layers)

    def test_two_layers(self, check, rng):
        """Two layers of any sizes make one, bias and all."""
        for sizes in ((2, 3, 4), (5, 2, 3), (4, 6, 1), (3, 7, 2)):
            check(stack(rng, *sizes))

    def test_equal_sizes(self, check, rng):
        """Where all layers are square, the order of the layers still matters."""
        for sizes in ((3, 3, 3), (2, 2, 2, 2), (4, 4, 4)):
            check(stack(rng, *sizes))

    def test_many_layers(self, check, rng):
        """Three, four or more layers make one."""
        for sizes in ((2, 3, 4, 5), (5, 4, 2, 3, 6), (3, 1, 4, 2), (2, 3, 5, 4, 3, 2)):
            check(stack(rng, *sizes))

    def test_one_layer(self, check, rng):
        """One layer alone is what it is."""
        for sizes in ((2, 3), (4, 1), (3, 3)):
            check(stack(rng, *sizes))

    def test_smallest_sizes(self, check, rng):
        """Layers of one number work too."""
        for sizes in ((1, 1), (1, 1, 1), (1, 3, 1), (2, 1, 2)):
            check(stack(rng, *sizes))

    def test_only_the_first_bias(self, check, rng):
        """A bias passes through all the layers after its own."""
        for sizes in ((2, 3, 4), (3, 2, 5, 4), (4, 4, 4)):
            layers = stack(rng, *sizes)
            check([layers[0], *[(W, np.zeros_like(b)) for W, b in layers[1:]]])

    def test_without_biases(self, check, rng):
        """Without any bias there is none in the end."""
        for sizes in ((2, 3, 4), (3, 2, 5, 4), (4, 4, 4)):
            check([(W, np.zeros_like(b)) for W, b in stack(rng, *sizes)])

    def test_same_function(self, student, check, rng):
        """For any input, the one layer gives what all the layers give one after another."""
        for sizes in ((2, 5, 3), (4, 3, 2, 3), (3, 3, 3)):
            layers, X = stack(rng, *sizes), normal(rng, 6, sizes[0])
            one, want = check(layers), X
            for W, b in layers:
                want = want @ W + b
            assert one is not None, "The layers could not be composed."
            W, b = one

            assert np.allclose(X @ W + b, want), "X @ W + b is not what the layers give one after another."

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out; a layer may be a list of two."""
        for sizes in ((2, 3, 4), (3, 2), (4, 2, 3, 1)):
            layers = [(whole(rng, a, b), whole(rng, b)) for a, b in itertools.pairwise(sizes)]
            check(layers)
            check([[W.tolist(), b.tolist()] for W, b in layers])

    def test_float32(self, student, agree, rng):
        """Layers in float32 are as good as others."""
        for sizes in ((2, 3, 4), (3, 5, 2, 4), (4, 2)):
            layers = [(W.astype(np.float32), b.astype(np.float32)) for W, b in stack(rng, *sizes)]
            agree.within(**FLOAT32)(student.compose_linear, reference.compose_linear, layers)

    def test_layers_unchanged(self, student, agree, rng):
        """The layers are not written into, and what comes out is new, also for one layer."""
        for sizes in ((2, 3, 4), (3, 3, 3), (4, 2, 5, 3), (3, 2)):
            agree.pure(student.compose_linear, reference.compose_linear, stack(rng, *sizes))

    def test_random_sizes(self, check, rng):
        """Any number of layers of any sizes make one."""
        for _ in range(5):
            sizes = [size(rng, 1, 4) for _ in range(size(rng, 2, 5))]
            check(stack(rng, *sizes))


POINTS, CLASSES = floats([0, 0], [0, 1], [1, 0], [1, 1]), (0, 1, 1, 0)
FORM = "The result should be a tuple (W, c, w, b) of shapes (2, 2), (2,), (2,) and a single number; "


def network_of(student):
    """The student's network as float arrays, once it is sure to be one."""
    answer = student.xor_network()
    assert isinstance(answer, (tuple, list)), f"{FORM}it is no tuple."
    assert len(answer) == 4, f"{FORM}it holds {len(answer)} things."
    parts = []
    for name, part, shape in zip(("W", "c", "w", "b"), answer, ((2, 2), (2,), (2,), ()), strict=True):
        try:
            numbers = np.asarray(part, dtype=np.float64)
        except (TypeError, ValueError):
            raise AssertionError(f"{FORM}{name} is not made of numbers.") from None
        assert numbers.shape == shape, f"{FORM}{name} has the shape {numbers.shape}."
        assert np.isfinite(numbers).all(), f"{name} holds a number that is not finite."
        parts.append(numbers)
    return parts


def outputs(network, points, bend=lambda z: np.maximum(z, 0.0)):
    W, c, w, b = network
    return bend(points @ W + c) @ w + b


def cause(network, points):
    """What may have been meant by a network that is wrong at some points, for the student; "" if nothing is known."""
    W, c, w, b = network

    def right(found, level=0.5):
        return tuple((found > level).astype(int)) == CLASSES

    if right(outputs(network, POINTS)):
        return " At the four points themselves it is right, but with too little room around them."
    if right(outputs(network, points, lambda z: (z > 0).astype(float))):
        return " It would be right with the step function in its hidden units; they are relus."
    if right(outputs(network, points, lambda z: 1 / (1 + np.exp(-np.clip(z, -500, 500))))):
        return " It would be right with sigmoids in its hidden units; they are relus."
    if right(outputs(network, points), 0.0):
        return " Class 1 begins above 0.5, not above 0."
    if right(outputs((W.T, c, w, b), points)):
        return " It would be right with W transposed: W[i, j] leads from input i to hidden unit j."
    if right(-outputs(network, points), -0.5):
        return " It answers the opposite at all four points."
    return ""


def check_points(network, points, wanted):
    """Fail with the first point that is of the wrong class."""
    found = outputs(network, points)
    for point, output, want in zip(points, found, wanted, strict=True):
        at = f"({point[0]:.3g}, {point[1]:.3g})"

        assert int(output > 0.5) == want, (
            f"At {at} your network gives {output:.3g}, which means class {int(output > 0.5)}; it should be {want}."
            + cause(network, points)
        )


@pytest.mark.exercise("xor_network")
class TestXorNetwork:
    @pytest.mark.visible
    @pytest.mark.weight(3)
    def test_four_points(self, student):
        """The network is right at the four points of XOR."""
        check_points(network_of(student), POINTS, CLASSES)

    def test_corners_of_the_neighbourhoods(self, student):
        """The class stays when both coordinates move by 0.1."""
        network = network_of(student)
        for move in ((0.1, 0.1), (0.1, -0.1), (-0.1, 0.1), (-0.1, -0.1)):
            check_points(network, POINTS + floats(*move), CLASSES)

    def test_one_coordinate_moved(self, student):
        """The class stays when one coordinate moves by 0.1."""
        network = network_of(student)
        for move in ((0.1, 0.0), (-0.1, 0.0), (0.0, 0.1), (0.0, -0.1)):
            check_points(network, POINTS + floats(*move), CLASSES)

    def test_neighbourhoods(self, student, rng):
        """The class stays wherever within 0.1 a point moves."""
        network = network_of(student)
        for _ in range(25):
            check_points(network, POINTS + rng.uniform(-0.1, 0.1, (4, 2)), CLASSES)
