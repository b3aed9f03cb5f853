"""The oracle of assignment 1 agrees with torch in float64: values, and gradients by autograd."""

import itertools

import numpy as np
import pytest

from reference import datasets
from reference import perceptron as reference

torch = pytest.importorskip("torch", reason="torch is a development extra: pip install 'deepgrade[torch]'")
F = torch.nn.functional

SHAPES = [(7,), (3, 4), (2, 1, 5), (1,), ()]
ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
    "step": lambda z: torch.heaviside(z, torch.zeros((), dtype=torch.float64)),
    # torch turns to the identity above a threshold: 20 unless told otherwise, where the difference is still 2e-9.
    "softplus": lambda z: F.softplus(z, threshold=40),
}


def normal(rng, *shape):
    return rng.standard_normal(shape)


def leaves(*arrays):
    return [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]


def equal(got, want):
    np.testing.assert_allclose(got, want.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.fixture
def rng():
    return np.random.default_rng(20221)


@pytest.mark.parametrize(("n", "d"), [(5, 3), (1, 1), (4, 6), (7, 1)])
def test_prediction_agrees(rng, n, d):
    """The class is torch's heaviside step of the linear layer, with 0 at exactly 0."""
    X, w, b = rng.integers(-2, 3, (n, d)).astype(float), rng.integers(-2, 3, d).astype(float), 1.0
    want = torch.heaviside(torch.tensor(X) @ torch.tensor(w) + b, torch.zeros(1).double())

    equal(reference.perceptron_predict(X, w, b), want)
    assert [reference.perceptron_predict(x, w, b) for x in X] == want.tolist()


def test_rule_is_a_step_down_the_perceptrons_loss(rng):
    """An update is a step of rate 1 down relu(−(2y − 1)·z), where torch's derivative of relu at the kink is 0.

    The exception is a positive example exactly on the line, which that derivative would leave alone.
    """
    for _ in range(40):
        w, b = leaves(rng.integers(-2, 3, 3), rng.integers(-2, 3))
        x, y = rng.integers(-2, 3, 3).astype(float), int(rng.integers(0, 2))
        z = w @ torch.tensor(x) + b
        torch.relu(-(2 * y - 1) * z).backward()
        got_w, got_b = reference.perceptron_update(w.detach().numpy(), b.item(), x, y)

        if y == 1 and z == 0:
            equal(got_w, w + torch.tensor(x))
            assert got_b == b + 1
        else:
            equal(got_w, w - w.grad)
            assert got_b == b - b.grad


def test_example_by_hand():
    """Learning "or" goes as computed by hand, look by look."""
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), [0, 1, 1, 1]
    looks = [reference.perceptron_fit(X, y, [0, 0], 0, ([0, 1, 2, 3] * 3)[:k]) for k in (1, 2, 5, 7, 9, 12)]

    assert [(w.tolist(), b, n) for w, b, n in looks] == [
        ([0, 0], 0, 0),
        ([0, 1], 1, 1),
        ([0, 1], 0, 2),
        ([1, 1], 1, 3),
        ([1, 1], 0, 4),
        ([1, 1], 0, 4),
    ]


def test_stopping_changes_nothing(rng):
    """The rest of the order, after all is classified right, leaves everything as it is."""
    X, w = normal(rng, 8, 2), normal(rng, 2)
    y, order = reference.perceptron_predict(X, w, 0.1), rng.integers(0, 8, 400)
    stopped = reference.perceptron_fit(X, y, [0, 0], 0.0, order)
    went_on = reference.perceptron_fit(X, y, [0, 0], 0.0, order, stop_when_clean=False)

    assert reference.perceptron_accuracy(X, y, *stopped[:2]) == 1.0
    assert stopped[1:] == went_on[1:]
    np.testing.assert_array_equal(stopped[0], went_on[0])


def test_epochs_are_passes(rng):
    """Training is one long order cut into passes, up to the first pass without an update."""
    X, y = normal(rng, 6, 3), np.array([0, 1, 1, 0, 1, 0])
    orders = [rng.permutation(6) for _ in range(5)]
    w, b, updates = reference.train_perceptron(X, y, orders, np.ones(3), 0.5)
    whole_w, whole_b, count = reference.perceptron_fit(
        X, y, np.ones(3), 0.5, np.concatenate(orders[: len(updates)]), stop_when_clean=False
    )

    np.testing.assert_array_equal(w, whole_w)
    assert (b, sum(updates)) == (whole_b, count)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activations_and_their_derivatives_agree(rng, kind, shape):
    """Functions are torch's, and so are their derivatives at z, also far out and at the kinks."""
    for values in (3 * normal(rng, *shape), np.zeros(shape), np.full(shape, 1000.0), np.full(shape, -1000.0)):
        (z,) = leaves(values)
        out = ACTIVATIONS[kind](z)

        equal(getattr(reference, kind)(values), out)
        if kind == "step":
            # torch has no derivative for heaviside: it is flat, and here 0 at the jump as well.
            assert not reference.activation_grad(kind, values).any()
        else:
            out.sum().backward()
            equal(reference.activation_grad(kind, values), z.grad)


@pytest.mark.parametrize("slope", [0.0, 0.2, 0.9])
def test_any_slope_agrees(rng, slope):
    """The slope of leaky_relu may be given."""
    z = normal(rng, 3, 5)

    equal(reference.leaky_relu(z, slope), F.leaky_relu(torch.tensor(z), slope))


@pytest.mark.parametrize("shape", [(4,), (2, 3), (1,), (2, 1, 3)])
def test_numerical_gradient_agrees(rng, shape):
    """Central differences are autograd's gradient, as far as h² goes."""
    A, (x,) = torch.tensor(normal(rng, *shape)), leaves(normal(rng, *shape))

    def f(x):
        return (A * x**3).sum() + x.sum().sin()

    f(x).backward()
    got = reference.numerical_gradient(lambda a: f(torch.tensor(a)).item(), x.detach().numpy())

    np.testing.assert_allclose(got, x.grad.numpy(), rtol=1e-7, atol=1e-8)


def test_wide_differences_are_exact_for_cubics():
    """Of x³ the central difference is 3x² + h²."""
    got = reference.numerical_gradient(lambda x: float(x[0] ** 3), [2], h=0.5)

    np.testing.assert_allclose(got, [12.25])


@pytest.mark.parametrize("shape", [(4,), (2, 3), (1,), ()])
def test_descent_agrees(rng, shape):
    """The path is that of torch's plain gradient descent."""
    A, start = torch.tensor(normal(rng, *shape)), normal(rng, *shape)
    (x,) = leaves(start)
    optimiser, want = torch.optim.SGD([x], lr=0.3), [start]
    for _ in range(5):
        optimiser.zero_grad()
        torch.cos(A + x).sum().backward()
        optimiser.step()
        want.append(x.detach().numpy().copy())
    got = reference.gradient_descent(lambda x: -np.sin(A.numpy() + x), start, 0.3, 5)

    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("sizes", [(2, 3, 4), (5, 2, 3, 1), (3, 3), (1, 1, 1), (4, 4, 4)])
def test_composed_layers_agree(rng, sizes):
    """One layer gives what torch's linear layers give one after another."""
    layers = [(normal(rng, a, b), normal(rng, b)) for a, b in itertools.pairwise(sizes)]
    X = normal(rng, 6, sizes[0])
    want = torch.tensor(X)
    for W, b in layers:
        want = F.linear(want, torch.tensor(W).T, torch.tensor(b))  # torch keeps weights as (d_out, d_in)
    W, b = reference.compose_linear(layers)

    equal(X @ W + b, want)


def test_xor_network_computes_xor():
    """The book's weights give 0, 1, 1, 0, in torch too."""
    W, c, w, b = reference.xor_network()
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    by_torch = torch.relu(torch.tensor(X) @ torch.tensor(W) + torch.tensor(c)) @ torch.tensor(w) + b

    assert reference.relu_network(X, (W, c, w, b)).tolist() == by_torch.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("scale", [1.0, 1000.0])
@pytest.mark.parametrize(("n", "d"), [(5, 3), (1, 1), (4, 6), (7, 1)])
def test_logistic_regression_agrees(rng, n, d, scale):
    """Loss and gradients are those of torch's binary cross-entropy with logits, up to logits of thousands."""
    X, y = scale * normal(rng, n, d), rng.integers(0, 2, n)
    w, b = leaves(normal(rng, d), normal(rng))
    loss = F.binary_cross_entropy_with_logits(torch.tensor(X) @ w + b, torch.tensor(y, dtype=torch.float64))
    loss.backward()
    got = reference.logistic_loss_and_grad(X, y, w.detach().numpy(), b.item())

    for value, want in zip(got, (loss, w.grad, b.grad), strict=True):
        equal(value, want)


def test_logistic_training_agrees(rng):
    """Losses and weights after four steps are those of torch's autograd and plain gradient descent."""
    X, y = normal(rng, 9, 4), rng.integers(0, 2, 9)
    w0, b0 = normal(rng, 4), 0.5
    w, b = leaves(w0, b0)
    optimiser, want = torch.optim.SGD([w, b], lr=0.7), []
    for _ in range(4):
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(torch.tensor(X) @ w + b, torch.tensor(y, dtype=torch.float64))
        loss.backward()
        optimiser.step()
        want.append(loss.item())
    got_w, got_b, losses = reference.train_logistic(X, y, w0, b0, 0.7, 4)

    np.testing.assert_allclose(losses, want, rtol=1e-10)
    equal(got_w, w)
    equal(got_b, b)


def test_arguments_stay_unchanged(rng):
    """The oracle learns on copies: the caller's weights are as they were."""
    X, y, w = normal(rng, 5, 3), np.array([0, 1, 0, 1, 1]), np.zeros(3)
    reference.perceptron_update(w, 0.0, X[0], 1)
    reference.perceptron_fit(X, y, w, 0.0, range(5))
    reference.train_perceptron(X, y, [range(5)] * 2, w, 0.0)
    reference.train_logistic(X, y, w, 0.0, 0.5, 2)

    assert not w.any()


def test_tumours_are_as_described():
    """There are 569 tumours, 212 of them malignant; the training part has mean 0 and deviation 1 in each column."""
    X, y = datasets.tumours()
    data = datasets.tumours_split()

    assert (X.shape, int(y.sum())) == ((569, 30), 212)
    np.testing.assert_allclose(data.X_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.X_train.std(axis=0), 1)
    assert (len(data.y_train), len(data.y_test)) == (427, 142)


def test_pairs_of_digits_are_as_described():
    """A pair holds the images of its two digits alone, with class 1 for the second."""
    everything, pair = datasets.digits_split(), datasets.digit_pair_split(3, 8)
    of_both = np.isin(everything.y_test, [3, 8])

    np.testing.assert_array_equal(pair.y_test, everything.y_test[of_both] == 8)
    np.testing.assert_array_equal(pair.X_test, everything.X_test[of_both].reshape(-1, 64))
