"""Hidden tests of assignment 2: the chain rule, linear layers, and multi-layer perceptrons.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails.
"""

import functools
import itertools

import numpy as np
import pytest

from reference import backprop as reference
from reference import datasets

FLOAT32 = {"rtol": 1e-4, "atol": 1e-5}
ACTIVATIONS = ("relu", "tanh", "sigmoid")
# N, D, M: no two sizes of a case alike.
LAYERS = [(5, 3, 4), (2, 6, 3), (4, 2, 7), (7, 5, 1)]


def normal(rng, *shape):
    return rng.standard_normal(shape)


def whole(rng, *shape, low=-4, high=5):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def same(got, literal):
    """Fail unless both are the same numbers, in the same nesting of tuples and lists."""
    if isinstance(literal, (tuple, list)) and isinstance(got, (tuple, list)):
        for g, value in zip(got, literal, strict=True):
            same(g, value)
    else:
        np.testing.assert_allclose(got, literal, rtol=1e-12, atol=1e-12)


def by_hand(oracle, gives):
    """The oracle, which must give the result that was computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        same(want, gives)
        return want

    return checked


# Functions with their derivatives, by name. None of them is its own derivative, or has the same one as another.
FUNCTIONS = {
    "sine": (np.sin, np.cos),
    "cube": (lambda x: 0.5 * np.asarray(x) ** 3, lambda x: 1.5 * np.asarray(x) ** 2),
    "line": (lambda x: 3.0 * np.asarray(x) - 2.0, lambda x: 3.0 + 0.0 * np.asarray(x)),
    "tanh": (np.tanh, lambda x: 1.0 - np.tanh(x) ** 2),
    "hill": (
        lambda x: 1.0 / (1.0 + np.asarray(x) ** 2),
        lambda x: -2.0 * np.asarray(x) / (1.0 + np.asarray(x) ** 2) ** 2,
    ),
    "decay": (lambda x: np.exp(-0.5 * np.asarray(x)), lambda x: -0.5 * np.exp(-0.5 * np.asarray(x))),
}
NAMES = tuple(FUNCTIONS)


def chain(*names):
    """The two lists: functions, and derivatives."""
    return [FUNCTIONS[name][0] for name in names], [FUNCTIONS[name][1] for name in names]


@pytest.mark.exercise("chain_rule")
class TestChainRule:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.chain_rule, reference.chain_rule)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Through w², 3x − 2 and y², at w = 2, the factors are 4, 3 and 20."""
        fs = [np.square, FUNCTIONS["line"][0], np.square]
        dfs = [lambda w: 2.0 * np.asarray(w), FUNCTIONS["line"][1], lambda y: 2.0 * np.asarray(y)]
        agree(student.chain_rule, by_hand(reference.chain_rule, 240), fs, dfs, 2.0)

    def test_three_functions(self, check, rng):
        """Each derivative is taken at the input of its own function, the first function's at w."""
        for names in (("sine", "cube", "decay"), ("hill", "line", "sine"), ("decay", "tanh", "cube")):
            check(*chain(*names), float(normal(rng)))
        check(*chain("cube", "line", "hill"), 1.5)

    def test_order(self, check, rng):
        """The first function of the list is applied first."""
        for names in (("cube", "line"), ("line", "cube"), ("sine", "hill"), ("hill", "sine")):
            check(*chain(*names), float(normal(rng)))

    def test_same_function(self, check, rng):
        """The same function several times is the slide's case."""
        for name, k in (("sine", 3), ("hill", 3), ("decay", 4), ("cube", 2)):
            check(*chain(*[name] * k), float(normal(rng)))

    def test_one_function(self, check, rng):
        """With one function it is its derivative at w."""
        for name in ("cube", "sine", "decay", "hill"):
            check(*chain(name), float(normal(rng)))

    def test_many_functions(self, check, rng):
        """Any number of functions may follow one another."""
        for k in (5, 6, 8):
            check(*chain(*rng.choice(NAMES, k)), float(normal(rng)))

    def test_arrays(self, check, rng):
        """Of arrays it is taken entry by entry, and the shape stays."""
        for shape in ((4,), (2, 3), (3, 1, 2), (1,)):
            check(*chain(*rng.choice(NAMES, 3, replace=False)), normal(rng, *shape))

    def test_flat(self, check, rng):
        """Where one derivative is 0, so is the product."""
        for shape in ((3,), (2, 2), ()):
            check(*chain("sine", "line", "hill"), np.zeros(shape))
            check(*chain("hill", "decay", "sine"), np.zeros(shape))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        check(*chain("cube", "decay"), 2)
        check(*chain("line", "hill", "cube"), -1)
        for n in (2, 3, 4):
            check([np.square], [lambda x: 2 * np.asarray(x)], whole(rng, n))
            check(*chain("hill", "sine", "cube"), whole(rng, n))
            check(*chain("decay", "cube"), whole(rng, n).tolist())

    def test_float32(self, student, agree, rng):
        """A point in float32 is as good as others."""
        for names in (("sine", "cube", "decay"), ("hill", "tanh"), ("line", "sine", "hill")):
            w = normal(rng, 3).astype(np.float32)
            agree.within(**FLOAT32)(student.chain_rule, reference.chain_rule, *chain(*names), w)

    def test_point_unchanged(self, student, agree, rng):
        """The point w is not written into, and a second call gives the same."""
        for names in (("sine", "cube", "decay"), ("hill", "tanh"), ("line", "decay")):
            agree.pure(student.chain_rule, reference.chain_rule, *chain(*names), normal(rng, 3))

    def test_random_chains(self, check, rng):
        """Any functions, in any number, work."""
        for _ in range(6):
            names = [NAMES[size(rng, 0, len(NAMES) - 1)] for _ in range(size(rng, 1, 4))]
            check(*chain(*names), normal(rng, size(rng, 1, 3)))


@pytest.mark.exercise("linear_forward")
class TestLinearForward:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.linear_forward, reference.linear_forward)

    def layer(self, rng, n, d, m):
        return normal(rng, n, d), normal(rng, d, m), normal(rng, m)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Two examples of two numbers become two of three."""
        want = by_hand(reference.linear_forward, np.array([[11, 22, 33], [13, 24, 37]]))
        agree(student.linear_forward, want, floats([1, 2], [3, 4]), floats([1, 0, 1], [0, 1, 1]), floats(10, 20, 30))

    def test_sizes(self, check, rng):
        """Examples are rows, whatever the sizes."""
        for sizes in LAYERS:
            check(*self.layer(rng, *sizes))

    def test_equal_sizes(self, check, rng):
        """Where all sizes are equal, rows are still rows."""
        for n in (2, 3, 4):
            check(*self.layer(rng, n, n, n))

    def test_bias(self, check, rng):
        """The bias is added to every row, one number per output."""
        for n, d, m in ((5, 3, 4), (3, 3, 3), (2, 4, 2)):
            X, W, b = self.layer(rng, n, d, m)
            check(X, np.zeros((d, m)), b)
            check(X, W, np.zeros(m))

    def test_smallest_sizes(self, check, rng):
        """One example, one input, one output are enough."""
        for sizes in ((1, 1, 1), (1, 4, 3), (3, 1, 2), (2, 5, 1)):
            check(*self.layer(rng, *sizes))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers (uint8, for example) and lists come in, floats come out."""
        for n, d, m in ((4, 3, 2), (2, 2, 2), (1, 5, 3)):
            X, W, b = whole(rng, n, d), whole(rng, d, m), whole(rng, m)
            check(X, W, b)
            check(X.tolist(), W.tolist(), b.tolist())
            grey = [rng.integers(0, 256, a.shape).astype(np.uint8) for a in (X, W, b)]
            check(*grey)

    def test_float32(self, student, agree, rng):
        """Arrays in float32 are as good as others."""
        for sizes in LAYERS[:3]:
            arrays = [a.astype(np.float32) for a in self.layer(rng, *sizes)]
            agree.within(**FLOAT32)(student.linear_forward, reference.linear_forward, *arrays)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        for sizes in LAYERS[:3]:
            agree.pure(student.linear_forward, reference.linear_forward, *self.layer(rng, *sizes))

    def test_random_sizes(self, check, rng):
        """Layers of any size work."""
        for _ in range(5):
            check(*self.layer(rng, size(rng, 1, 5), size(rng, 1, 5), size(rng, 1, 5)))


def upstream(rng, n, d, m):
    """The arguments dout (n, m), X (n, d) and W (d, m)."""
    return normal(rng, n, m), normal(rng, n, d), normal(rng, d, m)


@pytest.mark.exercise("linear_backward")
class TestLinearBackward:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.linear_backward, reference.linear_backward)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Two examples, two inputs, three outputs."""
        gives = (
            np.array([[3, 2], [0, 1]]),
            np.array([[1, 3, 2], [2, 4, 4]]),
            np.array([1, 1, 2]),
        )
        want = by_hand(reference.linear_backward, gives)
        agree(
            student.linear_backward,
            want,
            floats([1, 0, 2], [0, 1, 0]),
            floats([1, 2], [3, 4]),
            floats([1, 0, 1], [0, 1, 1]),
        )

    def test_sizes(self, check, rng):
        """Each gradient has the shape of what it belongs to, whatever the sizes."""
        for sizes in LAYERS:
            check(*upstream(rng, *sizes))

    def test_equal_sizes(self, check, rng):
        """Where all sizes are equal, what is transposed still matters."""
        for n in (2, 3, 4):
            check(*upstream(rng, n, n, n))

    def test_as_many_inputs_as_outputs(self, check, rng):
        """A square W is multiplied from the right side, too."""
        for n, d in ((5, 3), (2, 4), (6, 2)):
            check(*upstream(rng, n, d, d))

    def test_many_examples(self, check, rng):
        """Contributions of all examples add up; there is no mean here."""
        for n, d, m in ((12, 3, 2), (20, 2, 4), (9, 4, 5)):
            check(*upstream(rng, n, d, m))

    def test_one_example(self, check, rng):
        """With one example there is nothing to add up."""
        for d, m in ((3, 2), (2, 4), (4, 4)):
            check(*upstream(rng, 1, d, m))

    def test_smallest_sizes(self, check, rng):
        """One input, one output are enough."""
        for sizes in ((1, 1, 1), (3, 1, 2), (2, 5, 1), (4, 1, 1)):
            check(*upstream(rng, *sizes))

    def test_nothing_upstream(self, check, rng):
        """Outputs on which nothing depends hand back nothing."""
        for n, d, m in ((4, 3, 5), (3, 2, 2), (2, 4, 3)):
            dout, X, W = upstream(rng, n, d, m)
            dout[:, 0] = 0.0
            check(dout, X, W)
            check(np.zeros((n, m)), X, W)

    def test_integers_and_lists(self, check, rng):
        """Whole numbers (uint8, for example) and lists come in, floats come out."""
        for n, d, m in ((4, 3, 2), (2, 2, 2), (3, 5, 1)):
            dout, X, W = whole(rng, n, m), whole(rng, n, d), whole(rng, d, m)
            check(dout, X, W)
            check(dout.tolist(), X.tolist(), W.tolist())
            check(normal(rng, n, m), rng.integers(0, 256, (n, d)).astype(np.uint8), W)
            check(*(rng.integers(100, 256, a.shape).astype(np.uint8) for a in (dout, X, W)))

    def test_float32(self, student, agree, rng):
        """Arrays in float32 are as good as others."""
        for sizes in LAYERS[:3]:
            arrays = [a.astype(np.float32) for a in upstream(rng, *sizes)]
            agree.within(**FLOAT32)(student.linear_backward, reference.linear_backward, *arrays)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        for sizes in LAYERS[:3]:
            agree.pure(student.linear_backward, reference.linear_backward, *upstream(rng, *sizes))

    def test_random_sizes(self, check, rng):
        """Layers of any size work."""
        for _ in range(5):
            check(*upstream(rng, size(rng, 1, 5), size(rng, 1, 5), size(rng, 1, 5)))


def layers(rng, *sizes, scale=1.0):
    """Random layers (W (d_i, d_{i+1}), b (d_{i+1},)) with these sizes."""
    return [(scale * normal(rng, a, b), scale * normal(rng, b)) for a, b in itertools.pairwise(sizes)]


def examples(rng, n, *sizes):
    """The arguments X (n, D), y (n,) and params of a network with these sizes."""
    return normal(rng, n, sizes[0]), rng.integers(0, sizes[-1], n), layers(rng, *sizes)


@pytest.mark.exercise("mlp_loss_and_grads")
class TestMlpLossAndGrads:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.mlp_loss_and_grads, reference.mlp_loss_and_grads)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """One example, two layers, a relu that lets one number pass and stops the other."""
        params = [(floats([1, 1], [0, -1]), floats(0, 0)), (floats([4, 2], [5, 7]), floats(0, 2 + np.log(3)))]
        grads = [
            (floats([0.5, 0], [1, 0]), floats(0.5, 0)),
            (floats([0.25, -0.25], [0, 0]), floats(0.25, -0.25)),
        ]
        want = by_hand(reference.mlp_loss_and_grads, (-np.log(0.75), grads))
        agree(student.mlp_loss_and_grads, want, floats([1, 2]), np.array([1]), params, "relu")

    def test_one_layer(self, check, rng):
        """A single layer has no activation function, whichever is named."""
        for n, d, c, kind in ((5, 3, 4, "relu"), (4, 2, 3, "tanh"), (6, 4, 2, "sigmoid")):
            check(*examples(rng, n, d, c), kind)

    @pytest.mark.weight(2)
    @pytest.mark.parametrize("kind", ACTIVATIONS)
    def test_two_layers(self, check, rng, kind):
        """Between two layers stands the activation function; backwards, its derivative."""
        for n, sizes in ((5, (3, 4, 2)), (4, (2, 6, 3)), (6, (5, 3, 4))):
            check(*examples(rng, n, *sizes), kind)

    @pytest.mark.weight(2)
    @pytest.mark.parametrize("kind", ACTIVATIONS)
    def test_more_layers(self, check, rng, kind):
        """Every layer hands back to the one before it what that needs, with the right 1/N."""
        for n, sizes in ((5, (3, 4, 6, 2)), (4, (2, 5, 3, 4, 3)), (3, (4, 2, 5, 3, 6, 2))):
            check(*examples(rng, n, *sizes), kind)

    @pytest.mark.parametrize("kind", ACTIVATIONS)
    def test_equal_sizes(self, check, rng, kind):
        """Where all sizes are equal, what is transposed still matters."""
        for n, depth in ((3, 2), (2, 3), (4, 3)):
            check(*examples(rng, n, *[n] * (depth + 1)), kind)

    def test_smallest_sizes(self, check, rng):
        """One example, one input, one hidden unit, one class are enough."""
        for n, sizes, kind in (
            (1, (1, 1), "relu"),
            (1, (3, 1, 2), "tanh"),
            (2, (1, 3, 1), "sigmoid"),
            (1, (2, 3), "tanh"),
        ):
            check(*examples(rng, n, *sizes), kind)

    def test_kink_of_relu(self, check, rng):
        """Where a pre-activation is exactly 0, relu lets no gradient pass."""
        for n, sizes in ((4, (3, 5, 2)), (3, (2, 4, 3, 2)), (5, (4, 3, 3))):
            X, y, params = examples(rng, n, *sizes)
            X[::2] = 0.0
            check(X, y, [(W, np.zeros_like(b)) for W, b in params], "relu")
            check(X, y, [(np.zeros_like(W), np.zeros_like(b)) for W, b in params], "relu")

    def test_far_from_zero(self, check, rng):
        """Pre-activations and logits of thousands give finite losses and gradients."""
        for kind in ACTIVATIONS:
            for n, sizes in ((3, (2, 4, 3)), (4, (3, 2, 2))):
                X, y, params = examples(rng, n, *sizes)
                check(1000.0 * X, y, params, kind)

    def test_zeros(self, check, rng):
        """From weights of 0 all classes are equally likely, and only the last layer hears of it."""
        for n, sizes, kind in ((4, (3, 4, 2), "tanh"), (5, (2, 3, 3), "sigmoid"), (3, (4, 2, 5), "relu")):
            X, y, params = examples(rng, n, *sizes)
            check(X, y, [(np.zeros_like(W), np.zeros_like(b)) for W, b in params], kind)

    def test_without_biases(self, check, rng):
        """Biases of 0 still have gradients."""
        for n, sizes, kind in ((4, (3, 4, 2), "tanh"), (5, (2, 3, 3), "sigmoid"), (3, (4, 2, 5), "relu")):
            X, y, params = examples(rng, n, *sizes)
            check(X, y, [(W, np.zeros_like(b)) for W, b in params], kind)

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out; params may be lists of lists."""
        for n, sizes, kind in ((4, (3, 4, 2), "tanh"), (3, (2, 3, 3, 2), "relu"), (5, (2, 4), "sigmoid")):
            params = [(whole(rng, a, b), whole(rng, b)) for a, b in itertools.pairwise(sizes)]
            X, y = whole(rng, n, sizes[0]), rng.integers(0, sizes[-1], n)
            check(X, y, params, kind)
            check(X.tolist(), y.tolist(), [[W.tolist(), b.tolist()] for W, b in params], kind)
            check(
                rng.integers(0, 256, X.shape).astype(np.uint8), y.astype(np.uint8), layers(rng, *sizes, scale=0.1), kind
            )

    def test_float32(self, student, agree, rng):
        """Examples and parameters in float32 are as good as others."""
        for n, sizes, kind in ((4, (3, 4, 2), "tanh"), (3, (2, 3, 3, 2), "relu"), (5, (2, 4, 3), "sigmoid")):
            X, y, params = examples(rng, n, *sizes)
            narrow = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
            arguments = X.astype(np.float32), y.tolist(), narrow, kind
            agree.within(**FLOAT32)(student.mlp_loss_and_grads, reference.mlp_loss_and_grads, *arguments)

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither examples nor parameters are written into, and a second call gives the same."""
        for n, sizes, kind in ((4, (3, 4, 2), "tanh"), (3, (2, 3, 3, 2), "relu"), (5, (2, 4, 3), "sigmoid")):
            agree.pure(student.mlp_loss_and_grads, reference.mlp_loss_and_grads, *examples(rng, n, *sizes), kind)

    def test_random_sizes(self, check, rng):
        """Networks of any depth and any sizes work."""
        for _ in range(5):
            kind, n = ACTIVATIONS[size(rng, 0, 2)], size(rng, 1, 4)
            sizes = [size(rng, 1, 4) for _ in range(size(rng, 2, 4))]
            check(*examples(rng, n, *sizes), kind)


def batches_of(rng, n, *sizes):
    return [rng.choice(n, k, replace=False) for k in sizes]


def glorot(rng, *sizes):
    """Layers as Glorot would start them: from the oracle's limit, so that no exercise of the student's is needed."""
    shapes = itertools.pairwise(sizes)
    return [(rng.uniform(-1, 1, (a, b)) * reference.glorot_limit(a, b), np.zeros(b)) for a, b in shapes]


def trained_layers(answer, params, steps):
    """The layers and the losses that were returned, once it is sure that they have the right form."""
    assert isinstance(answer, (tuple, list)), "The result should be the tuple (params, losses)."
    assert len(answer) == 2, "The result should be the tuple (params, losses)."
    trained, losses = answer
    form = "The trained parameters are not layers (W, b) with the shapes of those that were handed in."
    assert isinstance(trained, (tuple, list)), form
    assert [[np.shape(part) for part in layer] for layer in trained] == [[W.shape, b.shape] for W, b in params], form
    assert np.shape(losses) == (steps,), "There is not one loss per batch."
    return trained, losses


@pytest.mark.exercise("train_mlp")
class TestTrainMlp:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.train_mlp, reference.train_mlp)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """From zeros the first loss is ln 2, and a step of rate 1 makes it ln(1 + e^−2)."""
        after = np.log(1 + np.exp(-2.0))
        params, batches = [(floats([0, 0]), floats(0, 0))], [np.array([0]), np.array([0])]
        slope = 0.5 + 1 / (1 + np.exp(2.0))
        trained = [(floats([slope, -slope]), floats(slope, -slope))]
        want = by_hand(reference.train_mlp, (trained, [np.log(2), after]))
        agree(student.train_mlp, want, floats([1]), np.array([0]), params, "relu", 1.0, batches)

    @pytest.mark.weight(2)
    def test_first_step(self, student, agree, rng):
        """The loss of a batch, and the parameters after one step on it, are right."""
        exactly = agree.within(rtol=1e-9, atol=1e-11)
        for n, k, sizes, kind in (
            (6, 4, (3, 5, 2), "tanh"),
            (5, 3, (4, 2, 3), "relu"),
            (7, 2, (2, 4, 3, 2), "sigmoid"),
        ):
            batches = batches_of(rng, n, k)
            exactly(student.train_mlp, reference.train_mlp, *examples(rng, n, *sizes), kind, 0.3, batches)

    @pytest.mark.weight(2)
    def test_first_steps_on_digits(self, check, rng):
        """The losses of the first steps on digits, and the parameters after them, are right."""
        data = datasets.digits_split()
        for hidden, kind, lr, sizes in (
            ((5,), "relu", 0.2, (4, 4, 3)),
            ((3, 4), "tanh", 0.5, (3, 5)),
            ((6,), "sigmoid", 1.0, (2,) * 5),
        ):
            some = rng.choice(len(data.y_train), 12, replace=False)
            X, y, params = data.X_train[some].reshape(-1, 64), data.y_train[some], glorot(rng, 64, *hidden, 10)
            check(X, y, params, kind, lr, batches_of(rng, 12, *sizes))

    def test_batches_of_any_size(self, check, rng):
        """Each batch counts by its own size, also if it holds one example, or one example twice."""
        for batches in ([[2], [0, 4]], [[5, 1, 1], [3]], [[4], [4], [4, 0, 2]], [[0, 1, 2, 3], [4, 5]]):
            check(*examples(rng, 6, 3, 4, 2), "tanh", 0.25, [np.array(batch) for batch in batches])

    def test_batches_in_order(self, check, rng):
        """One step per batch, in the order of the list, each from where the one before has ended."""
        for k, kind in ((2, "relu"), (4, "tanh"), (6, "sigmoid")):
            check(*examples(rng, 8, 2, 3, 3), kind, 0.5, batches_of(rng, 8, *[3] * k))

    def test_rates(self, check, rng):
        """Any learning rate may be given; with a rate of 0 nothing changes."""
        for lr in (0.01, 1.5, 0.0, 1):
            check(*examples(rng, 6, 3, 4, 2), "tanh", lr, batches_of(rng, 6, 2, 3, 4))

    def test_one_layer(self, check, rng):
        """A single layer is trained like others."""
        for d, c, kind in ((3, 2, "relu"), (2, 4, "tanh"), (4, 3, "sigmoid")):
            check(*examples(rng, 6, d, c), kind, 0.5, batches_of(rng, 6, 3, 2, 4))

    def test_smallest_sizes(self, check, rng):
        """One example, one input, one hidden unit are enough."""
        for n, sizes, kind in ((1, (1, 1, 2), "tanh"), (2, (3, 1, 2), "sigmoid"), (1, (1, 2), "relu")):
            check(*examples(rng, n, *sizes), kind, 0.5, [np.array([0]), np.array([n - 1])])

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for sizes, kind in (((3, 4, 2), "tanh"), ((2, 3), "relu"), ((2, 2, 3), "sigmoid")):
            params = [(whole(rng, a, b), whole(rng, b)) for a, b in itertools.pairwise(sizes)]
            X, y = whole(rng, 5, sizes[0]), rng.integers(0, sizes[-1], 5)
            check(X, y, params, kind, 0.5, [np.array([0, 2]), np.array([1, 3, 4])])
            lists = [[W.tolist(), b.tolist()] for W, b in params]
            check(X.tolist(), y.tolist(), lists, kind, 1, [[0, 2], [1, 3, 4]])

    def test_float32(self, student, agree, rng):
        """Examples and parameters in float32 are as good as others."""
        for sizes, kind in (((3, 4, 2), "tanh"), ((2, 3), "relu"), ((2, 2, 3), "sigmoid")):
            X, y, params = examples(rng, 5, *sizes)
            narrow = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
            arguments = X.astype(np.float32), y.tolist(), narrow, kind, 0.25, [[0, 2], [1, 3, 4]]
            agree.within(**FLOAT32)(student.train_mlp, reference.train_mlp, *arguments)

    def test_arguments_unchanged(self, student, agree, rng):
        """The parameters that were handed in are not written into: new ones are returned."""
        for sizes, kind in (((3, 4, 2), "tanh"), ((2, 3), "relu"), ((2, 2, 3), "sigmoid")):
            batches = batches_of(rng, 5, 2, 3)
            agree.pure(student.train_mlp, reference.train_mlp, *examples(rng, 5, *sizes), kind, 0.5, batches)

    def test_random_sizes(self, check, rng):
        """Networks of any sizes are trained on batches of any sizes."""
        for _ in range(4):
            kind, n, tenths = ACTIVATIONS[size(rng, 0, 2)], size(rng, 1, 5), size(rng, 1, 10)
            sizes, steps = [size(rng, 1, 4) for _ in range(3)], size(rng, 1, 4)
            batches = [rng.integers(0, n, 2) for _ in range(steps)]
            check(*examples(rng, n, *sizes), kind, tenths / 10, batches)

    @pytest.mark.weight(4)
    def test_reads_digits(self, student):
        """A network that was trained on most of the digits reads those that were held back."""
        # One start and one list of batches for everybody: of 10 random ones the worst reached 95 %.
        data, rng = datasets.digits_split(), np.random.default_rng(1986)
        X, params = data.X_train.reshape(-1, 64), glorot(rng, 64, 32, 10)
        orders = (rng.permutation(len(X)) for _ in range(10))
        # 1347 = 29·45 + 42 examples: a last batch of a few examples only would make the training unsteady.
        batches = [batch for order in orders for batch in np.split(order, range(45, len(order), 45))]
        _, wanted = reference.train_mlp(X, data.y_train, params, "relu", 0.5, batches[:3])
        _, first = trained_layers(student.train_mlp(X, data.y_train, params, "relu", 0.5, batches[:3]), params, 3)
        assert np.allclose(first, wanted, rtol=1e-6, atol=0), "The losses of the first three batches are not right."
        answer = student.train_mlp(X, data.y_train, params, "relu", 0.5, batches)
        trained, _ = trained_layers(answer, params, len(batches))
        accuracy = reference.mlp_accuracy(data.X_test.reshape(-1, 64), data.y_test, trained, "relu")

        assert accuracy >= 0.94, f"It reads {accuracy:.1%} of the digits that were held back; 94 % are asked for."
