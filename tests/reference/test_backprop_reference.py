"""The oracle of assignment 2 agrees with torch in float64: values, and gradients by autograd."""

import itertools

import numpy as np
import pytest

from reference import backprop as reference
from reference import datasets

torch = pytest.importorskip("torch", reason="torch is a development extra: pip install 'deepgrade[torch]'")
F = torch.nn.functional

SHAPES = [(7,), (3, 4), (2, 1, 5), (1,), ()]
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
SIZES = [(3, 5), (4, 2, 3), (1, 1, 1), (2, 6, 3, 4), (5, 5, 5), (3, 2, 4, 2, 5)]


def normal(rng, *shape):
    return rng.standard_normal(shape)


def leaves(*arrays):
    return [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]


def equal(got, want):
    np.testing.assert_allclose(got, want.detach().numpy(), rtol=1e-10, atol=1e-12)


def layers(rng, *sizes):
    return [(normal(rng, a, b), normal(rng, b)) for a, b in itertools.pairwise(sizes)]


@pytest.fixture
def rng():
    return np.random.default_rng(1986)


@pytest.mark.parametrize("shape", SHAPES)
def test_chain_rule_agrees(rng, shape):
    """The derivative of three different functions, one after another, is autograd's."""
    (w,) = leaves(normal(rng, *shape))
    torch.exp(torch.sin(w**2)).sum().backward()
    got = reference.chain_rule([np.square, np.sin, np.exp], [lambda w: 2 * w, np.cos, np.exp], w.detach().numpy())

    equal(got, w.grad)


@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 4), -1), ((3, 4), 0), ((2, 3, 5), 1), ((6,), 0), ((1, 1), 1), ((2, 1, 3, 2), -2)]
)
def test_softmax_agrees(rng, shape, axis, scale):
    """Probabilities and their logarithms are torch's along any axis, up to logits of tens of thousands."""
    z = scale * normal(rng, *shape)

    equal(reference.softmax(z, axis), torch.softmax(torch.tensor(z), axis))
    equal(reference.log_softmax(z, axis), torch.log_softmax(torch.tensor(z), axis))


@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize(("n", "c"), [(5, 3), (1, 1), (1, 4), (6, 1), (4, 4)])
def test_cross_entropy_agrees(rng, n, c, scale):
    """Loss and gradient are torch's, for class ids and for distributions."""
    for targets in (rng.integers(0, c, n), rng.dirichlet(np.ones(c), n)):
        (z,) = leaves(scale * normal(rng, n, c))
        want = F.cross_entropy(z, torch.tensor(targets))
        want.backward()
        loss, dz = reference.cross_entropy(z.detach().numpy(), targets)

        equal(loss, want)
        equal(dz, z.grad)


@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize("shape", SHAPES)
def test_binary_cross_entropy_agrees(rng, shape, scale):
    """Loss and gradient are those of torch's binary cross-entropy with logits, a mean over all entries."""
    (z,) = leaves(scale * normal(rng, *shape))
    y = rng.integers(0, 2, shape)
    want = F.binary_cross_entropy_with_logits(z, torch.tensor(y, dtype=torch.float64))
    want.backward()
    loss, dz = reference.bce_with_logits(z.detach().numpy(), y)

    equal(loss, want)
    equal(dz, z.grad)


@pytest.mark.parametrize("shape", SHAPES)
def test_squared_error_agrees(rng, shape):
    """Loss and gradient are those of torch's mse_loss."""
    (pred,) = leaves(normal(rng, *shape))
    y = normal(rng, *shape)
    want = F.mse_loss(pred, torch.tensor(y))
    want.backward()
    loss, dpred = reference.mse(pred.detach().numpy(), y)

    equal(loss, want)
    equal(dpred, pred.grad)


@pytest.mark.parametrize("shape", SHAPES)
def test_hinge_agrees(rng, shape):
    """Loss and gradient are those of relu(1 − y·score) in torch, whose relu has derivative 0 at the kink too."""
    y = 2 * rng.integers(0, 2, shape) - 1
    for values in (normal(rng, *shape), y.astype(float), rng.integers(-2, 3, shape) / 2):
        (scores,) = leaves(values)
        want = torch.relu(1 - torch.tensor(y) * scores).mean()
        want.backward()
        loss, dscores = reference.hinge(values, y)

        equal(loss, want)
        equal(dscores, scores.grad)


@pytest.mark.parametrize(("n", "d", "m"), [(5, 3, 4), (1, 1, 1), (2, 6, 1), (3, 3, 3)])
def test_linear_layer_agrees(rng, n, d, m):
    """The layer, and what goes back through it, are torch's linear layer with weights transposed."""
    X, W, b = leaves(normal(rng, n, d), normal(rng, d, m), normal(rng, m))
    dout = normal(rng, n, m)
    out = F.linear(X, W.T, b)  # torch keeps weights as (d_out, d_in)
    out.backward(torch.tensor(dout))

    equal(reference.linear_forward(*(a.detach().numpy() for a in (X, W, b))), out)
    for got, leaf in zip(
        reference.linear_backward(dout, X.detach().numpy(), W.detach().numpy()), (X, W, b), strict=True
    ):
        equal(got, leaf.grad)


def torch_loss(X, y, params, activation):
    h = torch.tensor(X, dtype=torch.float64)
    for k, (W, b) in enumerate(params):
        h = (ACTIVATIONS[activation](h) if k else h) @ W + b
    return F.cross_entropy(h, torch.tensor(y))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", SIZES)
def test_networks_agree(rng, sizes, activation):
    """Loss and gradients of networks of any depth are autograd's."""
    X, y = normal(rng, 6, sizes[0]), rng.integers(0, sizes[-1], 6)
    params = [tuple(leaves(*layer)) for layer in layers(rng, *sizes)]
    want = torch_loss(X, y, params, activation)
    want.backward()
    as_arrays = [(W.detach().numpy(), b.detach().numpy()) for W, b in params]
    loss, grads = reference.mlp_loss_and_grads(X, y, as_arrays, activation)

    equal(loss, want)
    for (dW, db), (W, b) in zip(grads, params, strict=True):
        equal(dW, W.grad)
        equal(db, b.grad)


def test_kink_of_relu_agrees(rng):
    """Where a pre-activation is exactly 0, no gradient passes, in torch neither."""
    X, y = np.zeros((3, 2)), np.array([0, 1, 1])
    params = [tuple(leaves(W, np.zeros(len(b)))) for W, b in layers(rng, 2, 4, 2)]
    torch_loss(X, y, params, "relu").backward()
    _, grads = reference.mlp_loss_and_grads(X, y, [(W.detach().numpy(), b.detach().numpy()) for W, b in params], "relu")

    assert not grads[0][1].any()
    equal(grads[0][1], params[0][1].grad)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_training_agrees(rng, activation):
    """Losses and parameters after four batches are those of torch's autograd and plain gradient descent."""
    X, y, start = normal(rng, 9, 4), rng.integers(0, 3, 9), layers(rng, 4, 5, 3)
    batches = [np.array(batch) for batch in ([0, 3, 5], [1, 1], [8], [2, 4, 6, 7])]
    params = [tuple(leaves(*layer)) for layer in start]
    optimiser, want = torch.optim.SGD([part for layer in params for part in layer], lr=0.7), []
    for batch in batches:
        optimiser.zero_grad()
        loss = torch_loss(X[batch], y[batch], params, activation)
        loss.backward()
        optimiser.step()
        want.append(loss.item())
    theta, losses = reference.train_mlp(X, y, start, activation, 0.7, batches)

    np.testing.assert_allclose(losses, want, rtol=1e-10)
    for (got_W, got_b), (W, b) in zip(theta, params, strict=True):
        equal(got_W, W)
        equal(got_b, b)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", SIZES)
def test_counts_agree(sizes, bias):
    """There are as many parameters as torch's linear layers hold."""
    modules = [torch.nn.Linear(a, b, bias=bias) for a, b in itertools.pairwise(sizes)]

    assert reference.count_mlp_parameters(sizes, bias) == sum(p.numel() for m in modules for p in m.parameters())


def formula(a, b, c):
    """An expression that is made of every operation, in which each leaf is used several times."""
    s = (a * b + 2 - c) / (3 + b**2)
    t = (1 - s) * a - 2 / (c * c + 1) + (s + a.exp()).tanh()
    return (t * 0.5 + s).relu() - (c - b).relu() / 4 + t**3 * a - -2 * s


def test_autograd_agrees(rng):
    """Values and gradients of an expression of all operations are torch's."""
    for _ in range(20):
        values = normal(rng, 3)
        tensors, scalars = leaves(*values), [reference.Scalar(v) for v in values]
        want, got = formula(*tensors), formula(*scalars)
        want.backward()
        got.backward()

        np.testing.assert_allclose(got.data, want.item(), rtol=1e-12)
        np.testing.assert_allclose([s.grad for s in scalars], [t.grad.item() for t in tensors], rtol=1e-10)


def test_autograd_by_hand():
    """Of z = a·b + a at a = 2, b = 3 the derivatives are b + 1 = 4 and a = 2."""
    a, b = reference.Scalar(2), reference.Scalar(3)
    z = a * b + a
    z.backward()

    assert (z.data, z.grad, a.grad, b.grad) == (8, 1, 4, 2)


def test_autograd_accumulates_like_torch(rng):
    """Two results of the same leaves add up in the leaves; what lies between carries nothing over."""
    (x,), a = leaves(1.5), reference.Scalar(1.5)
    for leaf in (x, a):
        between = leaf * leaf
        for result in (between.exp(), between * 3 + leaf):
            # torch keeps no graph for a second pass unless it is told so
            result.backward(retain_graph=True) if leaf is x else result.backward()

    np.testing.assert_allclose(a.grad, x.grad.item())


def test_kink_and_depth_of_autograd():
    """The derivative of relu at 0 is 0, and thousands of operations may follow one another."""
    a, b = reference.Scalar(0.0), reference.Scalar(1.0)
    deep = a.relu() + b
    for _ in range(3000):
        deep = deep + b
    deep.backward()

    assert (a.grad, b.grad, deep.data) == (0.0, 3001.0, 3001.0)


@pytest.mark.parametrize(("fan_in", "fan_out", "gain"), [(3, 5, 1.0), (200, 40, 2.0), (1, 1, 0.5)])
def test_glorot_agrees(fan_in, fan_out, gain):
    """Bounds and spread are those of torch's xavier initialisation."""
    torch.manual_seed(0)
    limit = reference.glorot_limit(fan_in, fan_out, gain)
    drawn = [torch.nn.init.xavier_uniform_(torch.empty(fan_out, fan_in), gain).numpy() for _ in range(2000)]
    spread = [torch.nn.init.xavier_normal_(torch.empty(fan_out, fan_in), gain).numpy() for _ in range(2000)]

    assert 0.99 < np.abs(drawn).max() / limit <= 1 + 1e-6
    np.testing.assert_allclose(np.std(spread), reference.glorot_std(fan_in, fan_out, gain), rtol=0.1)
    np.testing.assert_allclose(limit**2 / 3, reference.glorot_std(fan_in, fan_out, gain) ** 2)


def test_sigmoid_network_agrees(rng):
    """A network with one hidden layer of sigmoids is torch's, one input after another."""
    x, w, c, v, d = normal(rng, 6), normal(rng, 4), normal(rng, 4), normal(rng, 4), 0.5
    hidden = torch.sigmoid(torch.outer(torch.tensor(x), torch.tensor(w)) + torch.tensor(c))

    equal(reference.sigmoid_network(x, w, c, v, d), hidden @ torch.tensor(v) + d)


def test_arguments_stay_unchanged(rng):
    """The oracle trains on copies: the caller's parameters are as they were."""
    start = [(np.zeros((3, 2)), np.zeros(2))]
    reference.train_mlp(normal(rng, 5, 3), np.array([0, 1, 0, 1, 1]), start, "relu", 0.5, [[0, 1], [2, 3, 4]])

    assert not start[0][0].any()
    assert not start[0][1].any()


def test_accuracy_counts_the_largest_logits():
    """A network that answers the first class always is right for the share of that class."""
    data = datasets.digits_split()
    X = data.X_test.reshape(-1, 64)
    accuracy = reference.mlp_accuracy(X, data.y_test, [(np.zeros((64, 10)), np.eye(10)[0])], "relu")

    assert accuracy == np.mean(data.y_test == 0)
