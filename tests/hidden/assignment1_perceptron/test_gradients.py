"""Hidden tests of assignment 1: numerical gradients, gradient descent, and logistic regression.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails. The functions that are handed to a submission demand an argument of the right shape.
"""

import functools

import numpy as np
import pytest

from reference import datasets
from reference import perceptron as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}
SHAPES = [(4,), (2, 3), (3, 1, 2), (5,)]


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
        for result, literal in zip(want if isinstance(want, tuple) else (want,), gives, strict=True):
            np.testing.assert_allclose(result, literal, rtol=1e-9, atol=1e-12)
        return want

    return checked


def of_shape(shape, function):
    """The function, which refuses arguments of another shape."""

    def checked(x):
        if np.shape(x) != shape:
            raise ValueError(f"an argument of shape {shape} is asked for (got {np.shape(x)})")
        return function(np.array(x, dtype=float))

    return checked


def cubic(rng, *shape):
    """A random cubic function of arrays, with terms that mix the entries."""
    A, B = normal(rng, *shape), normal(rng, *shape)
    return of_shape(shape, lambda x: float(np.sum(A * x**3) + np.sum(B * x) ** 2 + 1.5))


def wave(rng, *shape):
    A = normal(rng, *shape)
    return of_shape(shape, lambda x: float(np.sum(np.sin(A + x)) * np.exp(0.1 * np.sum(x))))


def log_sum_exp(rng, *shape):
    A = normal(rng, *shape)
    return of_shape(shape, lambda x: float(np.log(np.sum(np.exp(A * x)))))


@pytest.mark.exercise("numerical_gradient")
class TestNumericalGradient:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.numerical_gradient, reference.numerical_gradient)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The derivatives of x₀² + 3 x₁ at (2, 5) are 4 and 3."""

        def f(x):
            return float(x[0] ** 2 + 3 * x[1])

        agree(student.numerical_gradient, by_hand(reference.numerical_gradient, [4, 3]), f, floats(2, 5))

    def test_many_entries(self, check, rng):
        """Each entry is nudged by itself, while all others stay where they are."""
        for n, make in ((3, cubic), (5, wave), (4, log_sum_exp), (6, cubic)):
            check(make(rng, n), normal(rng, n))

    def test_any_shape(self, check, rng):
        """The function is asked at arrays of the shape of x, and the gradient has that shape too."""
        for shape, make in (((2, 3), cubic), ((3, 2), wave), ((2, 1, 3), cubic), ((1, 4), log_sum_exp)):
            check(make(rng, *shape), normal(rng, *shape))

    def test_one_entry(self, check, rng):
        """An array of one entry has a gradient of one entry."""
        for shape, make in (((1,), cubic), ((1, 1), wave), ((1,), cubic), ((1, 1, 1), cubic)):
            check(make(rng, *shape), normal(rng, *shape))

    def test_wide_steps(self, check, rng):
        """The nudge is as wide as h says, to both sides."""
        for n, h in ((3, 0.5), (2, 0.1), (4, 0.25), (1, 2.0)):
            check(cubic(rng, n), normal(rng, n), h)
            check(cubic(rng, 2, n), normal(rng, 2, n), h=h)

    def test_flat_functions(self, check, rng):
        """Where nothing changes, the gradient is 0; and an entry without influence has a derivative of 0."""
        for n in (2, 3, 5):
            check(of_shape((n,), lambda x: 7.5), normal(rng, n))
            check(of_shape((n,), lambda x: float(x[0] ** 3)), normal(rng, n))

    def test_kinks(self, check, rng):
        """At a symmetric kink the two sides cancel out."""
        for n in (2, 3, 4):
            kink = normal(rng, n)
            check(of_shape((n,), lambda x, kink=kink: float(np.sum(np.abs(x - kink)))), kink)

    def test_zeros(self, check, rng):
        """At x = 0 entries are nudged like anywhere else."""
        for n, make in ((3, cubic), (2, wave), (4, log_sum_exp)):
            check(make(rng, n), np.zeros(n))

    def test_large_values(self, check, rng):
        """A function with large values, and a large gradient, is no different."""
        for n in (2, 3, 4):
            A = 1e3 * normal(rng, n)
            check(of_shape((n,), lambda x, A=A: float(np.sum(A * x**2))), normal(rng, n))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers in x are nudged by fractions too, and lists are taken as arrays."""
        for x in (whole(rng, 3, low=2), whole(rng, 3).astype(np.int32), whole(rng, 3, low=1, high=9).astype(np.uint8)):
            check(cubic(rng, 3), x)
        check(cubic(rng, 2, 2), whole(rng, 2, 2))
        check(cubic(rng, 2), [3, 4])
        check(wave(rng, 2, 2), [[0.5, 1.0], [2.0, -1.0]])

    def test_float32(self, student, agree, rng):
        """A point in float32 is as good as others."""
        for n, make in ((3, cubic), (2, wave), (4, cubic)):
            x = normal(rng, n).astype(np.float32)
            agree.within(**FLOAT32)(student.numerical_gradient, reference.numerical_gradient, make(rng, n), x)

    def test_point_unchanged(self, student, agree, rng):
        """The point x is not written into, and a second call gives the same."""
        for shape in SHAPES[:3]:
            f = cubic(rng, *shape)
            agree.pure(student.numerical_gradient, reference.numerical_gradient, f, normal(rng, *shape))

    def test_random_sizes(self, check, rng):
        """Points of any shape, with any step, work."""
        for _ in range(5):
            shape, tenths = (size(rng, 1, 3), size(rng, 1, 3)), size(rng, 1, 9)
            check(cubic(rng, *shape), normal(rng, *shape), tenths / 10)


def bowl(rng, *shape):
    """The gradient of a random quadratic function whose entries are mixed."""
    n = int(np.prod(shape))
    A, c = normal(rng, n, n), normal(rng, n)
    return of_shape(shape, lambda x: (A @ (x.ravel() - c)).reshape(shape))


def ripples(rng, *shape):
    A = normal(rng, *shape)
    return of_shape(shape, lambda x: np.sin(A + x) + 0.1 * x)


def parabola(x):
    """The gradient of the slide's ½x²."""
    return 1.0 * np.asarray(x, dtype=float)


@pytest.mark.exercise("gradient_descent")
class TestGradientDescent:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.gradient_descent, reference.gradient_descent)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """On ½x², with a learning rate of a half, each step halves x."""
        oracle = by_hand(reference.gradient_descent, [4, 2, 1, 0.5])
        agree(student.gradient_descent, oracle, parabola, 4.0, 0.5, 3)

    def test_any_shape(self, check, rng):
        """Each step starts from the point that the step before has reached, whatever the shape of the points."""
        for shape, make in (((3,), bowl), ((2, 3), ripples), ((3, 1, 2), ripples), ((4,), bowl)):
            check(make(rng, *shape), normal(rng, *shape), 0.1, 5)

    def test_parabola(self, check, rng):
        """On the slide's ½x² small steps creep, a step of rate 1 arrives, and too large ones run away."""
        for lr in (0.05, 1.0, 1.75, 2.5):
            check(parabola, float(normal(rng)), lr, 4)
            check(parabola, normal(rng, 3), lr, 6)

    def test_single_numbers(self, check, rng):
        """The point may be a single number; the path then has one axis."""
        for x0, lr in ((1.5, 0.3), (-2.0, 0.1), (3, 0.2)):
            check(ripples(rng), x0, lr, 4)

    def test_first_point(self, check, rng):
        """The path begins with x0; without a step there is nothing else."""
        for shape in ((3,), (2, 2), (1,)):
            check(bowl(rng, *shape), normal(rng, *shape), 0.2, 0)
            check(bowl(rng, *shape), normal(rng, *shape), 0.2, 1)

    def test_last_point(self, check, rng):
        """The path ends with the point after the last step."""
        for steps in (2, 7, 12):
            check(ripples(rng, 3), normal(rng, 3), 0.3, steps)

    def test_rates(self, check, rng):
        """Any learning rate may be given; with a rate of 0 nothing moves."""
        for lr in (0.01, 0.7, 0.0, 1):
            check(ripples(rng, 4), normal(rng, 4), lr, 3)

    def test_at_the_bottom(self, check, rng):
        """Where the gradient is 0, every point of the path is the same."""
        for n in (2, 3, 1):
            check(parabola, np.zeros(n), 0.5, 3)

    def test_integers_and_lists(self, check, rng):
        """A start of whole numbers leads to fractions, and lists are taken as arrays."""
        for x0 in (whole(rng, 3), whole(rng, 3, low=1, high=9).astype(np.uint8), whole(rng, 3).astype(np.int32)):
            check(ripples(rng, 3), x0, 0.3, 4)
        check(parabola, np.array([3, -4]), 0.1, 0)
        check(parabola, [3, -4], 0.1, 3)
        check(ripples(rng, 2, 2), [[1, 2], [3, 4]], 0.1, 3)

    def test_float32(self, student, agree, rng):
        """A start in float32 is as good as others."""
        for n in (3, 2, 4):
            x0 = normal(rng, n).astype(np.float32)
            agree.within(**FLOAT32)(student.gradient_descent, reference.gradient_descent, ripples(rng, n), x0, 0.2, 4)

    def test_start_unchanged(self, student, agree, rng):
        """The start is not written into, and the path is new, also if it holds nothing else."""
        for shape, steps in (((3,), 3), ((2, 2), 4), ((4,), 2), ((1, 3), 0)):
            grad = ripples(rng, *shape)
            agree.pure(student.gradient_descent, reference.gradient_descent, grad, normal(rng, *shape), 0.3, steps)

    def test_random_sizes(self, check, rng):
        """Points of any shape, any rate and any number of steps work."""
        for _ in range(5):
            shape, tenths, steps = (size(rng, 1, 3), size(rng, 1, 3)), size(rng, 1, 9), size(rng, 0, 6)
            check(ripples(rng, *shape), normal(rng, *shape), tenths / 10, steps)


def logistic(rng, n, d, scale=1.0):
    """The arguments X (n, d), y (n,), w (d,) and b of a logistic regression."""
    return scale * normal(rng, n, d), rng.integers(0, 2, n), normal(rng, d), float(normal(rng))


def at_logits(rng, z, y):
    """Examples whose logits are z, up to rounding, for their classes y."""
    z = np.asarray(z, dtype=float)
    return np.stack([z / 2, np.ones(len(z))], axis=1), np.array(y), floats(2, 0.5), -0.5


@pytest.mark.exercise("logistic_loss_and_grad")
class TestLogisticLossAndGrad:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.logistic_loss_and_grad, reference.logistic_loss_and_grad)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With weights of 0 every probability is a half, and the loss is ln 2."""
        X, y = floats([1, 2], [3, 0], [0, 4], [4, 0]), np.array([1, 0, 0, 0])
        oracle = by_hand(reference.logistic_loss_and_grad, np.log(2), [0.75, 0.25], 0.25)
        agree(student.logistic_loss_and_grad, oracle, X, y, floats(0, 0), 0.0)

    def test_sizes_all_different(self, student, agree, rng):
        """Loss and gradients are means over the examples."""
        exactly = agree.within(rtol=1e-10, atol=1e-12)
        for n, d in ((7, 3), (4, 6), (11, 2), (5, 4)):
            exactly(student.logistic_loss_and_grad, reference.logistic_loss_and_grad, *logistic(rng, n, d))

    def test_as_many_examples_as_inputs(self, check, rng):
        """Examples are rows, also where there are as many of them as inputs."""
        for n in (3, 5, 2):
            check(*logistic(rng, n, n))

    def test_bias(self, check, rng):
        """The bias takes part in every example."""
        for b in (3.0, -2.0, 0.75, -5):
            X, y, w, _ = logistic(rng, 6, 3)
            check(X, y, w, b)
            check(np.zeros((6, 3)), y, w, b)

    def test_one_class(self, check, rng):
        """All examples may be of one class."""
        for y in (0, 1):
            for n, d in ((5, 3), (4, 2), (3, 4)):
                X, _, w, b = logistic(rng, n, d)
                check(X, np.full(n, y), w, b)

    def test_hopeless_examples(self, check, rng):
        """An example that is wrong by a logit of ±1000 costs 1000, no less."""
        for z in ([1000.0, -1000.0], [800.0, -900.0, 1000.0], [-750.0]):
            y = (np.array(z) < 0).astype(int)
            check(*at_logits(rng, z, y))
            check(*at_logits(rng, [*z, 0.5, -1.5], [*y, 1, 0]))

    def test_certain_examples(self, check, rng):
        """An example that is right by a logit of ±1000 costs nothing, and its gradient is 0."""
        for z in ([1000.0, -1000.0], [800.0, -900.0, 1000.0], [-750.0]):
            y = (np.array(z) > 0).astype(int)
            check(*at_logits(rng, z, y))
            check(*at_logits(rng, [*z, 0.5, -1.5], [*y, 1, 0]))

    def test_between(self, check, rng):
        """Logits of 10 to 60, where a probability is rounded to 0 or 1, are right too."""
        for z in ([20.0, -18.0, 36.0], [40.0, -45.0], [-60.0, 12.0, 30.0]):
            for y in ((np.array(z) > 0).astype(int), (np.array(z) < 0).astype(int)):
                check(*at_logits(rng, z, y))

    def test_zeros(self, check, rng):
        """With weights of 0, or examples of 0, the loss is ln 2 or that of the bias."""
        for n, d in ((4, 3), (6, 2), (3, 5)):
            X, y, w, _ = logistic(rng, n, d)
            check(X, y, np.zeros(d), 0.0)
            check(np.zeros((n, d)), y, w, 0.0)

    def test_smallest_sizes(self, check, rng):
        """One example, and one input, are enough."""
        for n, d in ((1, 1), (1, 4), (5, 1)):
            check(*logistic(rng, n, d))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out; y may hold floats."""
        X, y, w, b = logistic(rng, 6, 3)
        check(X, y.astype(float), w, b)
        check(whole(rng, 5, 3), y[:5], whole(rng, 3), 1)
        check(whole(rng, 5, 3, low=0, high=256).astype(np.uint8), y[:5].astype(np.uint8), w / 100, b)
        check(X.tolist(), y.tolist(), w.tolist(), b)

    def test_float32(self, student, agree, rng):
        """Examples and weights in float32 are as good as others."""
        for n, d in ((7, 3), (4, 5), (9, 2)):
            X, y, w, b = logistic(rng, n, d)
            X, y, w = (a.astype(np.float32) for a in (X, y, w))
            agree.within(**FLOAT32)(student.logistic_loss_and_grad, reference.logistic_loss_and_grad, X, y, w, b)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        for n, d in ((5, 3), (4, 2), (6, 4)):
            agree.pure(student.logistic_loss_and_grad, reference.logistic_loss_and_grad, *logistic(rng, n, d))

    def test_random_sizes(self, check, rng):
        """Any number of examples of any size works."""
        for _ in range(5):
            n, d, scale = size(rng, 1, 6), size(rng, 1, 5), size(rng, 1, 30)
            check(*logistic(rng, n, d, scale))


@pytest.mark.exercise("train_logistic")
class TestTrainLogistic:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.train_logistic, reference.train_logistic)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """From a weight of 0 the first loss is ln 2; a step of rate 1 makes the weight a half, and the loss smaller."""
        half = np.log(1 + np.exp(-0.5))
        oracle = by_hand(reference.train_logistic, [0.5 + 1 / (1 + np.exp(0.5))], 0, [np.log(2), half])
        agree(student.train_logistic, oracle, floats([1], [-1]), np.array([1, 0]), floats(0), 0.0, 1.0, 2)

    @pytest.mark.weight(2)
    def test_first_steps_on_tumours(self, check, rng):
        """The losses of the first steps on tumours, and the weights after them, are right."""
        data = datasets.tumours_split()
        for n, lr, steps in ((12, 0.1, 1), (20, 0.5, 3), (9, 1.0, 5)):
            some = rng.choice(len(data.y_train), n, replace=False)
            check(data.X_train[some], data.y_train[some], np.zeros(30), 0.0, lr, steps)

    def test_given_start(self, student, agree, rng):
        """Training starts from the weights and the bias that are given."""
        exactly = agree.within(rtol=1e-10, atol=1e-12)
        for n, d, lr, steps in ((6, 3, 0.3, 1), (5, 2, 0.1, 3), (8, 4, 1.0, 4)):
            exactly(student.train_logistic, reference.train_logistic, *logistic(rng, n, d), lr, steps)

    def test_rates(self, check, rng):
        """Any learning rate may be given; with a rate of 0 nothing changes."""
        for lr in (0.01, 2.5, 0.0, 1):
            check(*logistic(rng, 6, 3), lr, 3)

    def test_rising_losses(self, check, rng):
        """With a rate that is too large losses rise, and all steps are made nevertheless."""
        for lr, steps in ((20.0, 5), (30.0, 3), (50, 4)):
            check(floats([1], [2], [3]) + rng.uniform(0, 0.1, (3, 1)), np.array([1, 0, 1]), floats(0), 0.0, lr, steps)

    def test_number_of_steps(self, check, rng):
        """There is one loss per step, taken before it."""
        for steps in (1, 2, 5, 9):
            check(*logistic(rng, 5, 3), 0.2, steps)

    def test_smallest_sizes(self, check, rng):
        """One example, and one input, are enough."""
        for n, d in ((1, 1), (1, 4), (5, 1)):
            check(*logistic(rng, n, d), 0.5, 3)

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for n, d in ((5, 3), (4, 2), (6, 1)):
            X, y = whole(rng, n, d), rng.integers(0, 2, n)
            check(X, y, np.zeros(d, dtype=int), 0, 0.5, 3)
            check(X.tolist(), y.tolist(), [0] * d, 1, 1, 2)

    def test_float32(self, student, agree, rng):
        """Examples and weights in float32 are as good as others."""
        for n, d in ((7, 3), (4, 5), (9, 2)):
            X, y, w, b = logistic(rng, n, d)
            X, y, w = (a.astype(np.float32) for a in (X, y, w))
            agree.within(**FLOAT32)(student.train_logistic, reference.train_logistic, X, y, w, b, 0.3, 3)

    def test_arguments_unchanged(self, student, agree, rng):
        """The weights that come in are not written into, and those that come out are new."""
        for n, d, steps in ((5, 3, 2), (4, 2, 3), (6, 4, 1)):
            agree.pure(student.train_logistic, reference.train_logistic, *logistic(rng, n, d), 0.3, steps)

    def test_random_sizes(self, check, rng):
        """Any number of examples of any size, any rate and any number of steps work."""
        for _ in range(4):
            n, d, tenths, steps = size(rng, 1, 6), size(rng, 1, 4), size(rng, 1, 20), size(rng, 1, 4)
            check(*logistic(rng, n, d), tenths / 10, steps)

    @pytest.mark.weight(4)
    def test_tells_tumours_apart(self, student):
        """Trained on three quarters of the tumours, it tells malignant from benign ones among the others."""
        data, steps = datasets.tumours_split(), 200
        trained = student.train_logistic(data.X_train, data.y_train, np.zeros(30), 0.0, 0.5, steps)
        assert isinstance(trained, (tuple, list)), "The result should be the tuple (w, b, losses)."
        assert len(trained) == 3, "The result should be the tuple (w, b, losses)."
        w, b, losses = trained
        assert isinstance(w, np.ndarray), "w should be an array, with one weight per measurement."
        assert w.shape == (30,), "w should be an array, with one weight per measurement."
        assert np.ndim(b) == 0, "b should be a single number."
        assert np.shape(losses) == (steps,), "There is not one loss per step."
        _, _, first = reference.train_logistic(data.X_train, data.y_train, np.zeros(30), 0.0, 0.5, 3)
        assert np.allclose(losses[:3], first, rtol=1e-6, atol=0), "The losses of the first three steps are not right."
        accuracy = reference.perceptron_accuracy(data.X_test, data.y_test, w, b)

        assert accuracy >= 0.94, (
            f"It is right for {accuracy:.1%} of the tumours that were held back; 94 % are asked for."
        )
