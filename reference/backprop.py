"""The oracle of assignment 2: the chain rule, losses, back-propagation, a small autograd and a multi-layer perceptron.

Every function does what its definition says, entry by entry or example by example. All is computed in float64, whatever
comes in: arrays of any dtype, or lists. No argument is written into.

The slides "Basic notions: …" give the ideas; Goodfellow, Bengio and Courville, *Deep Learning* (2016), the formulas:
sections 3.10 and 6.2.2 (sigmoid, softmax and their losses), 6.4 (universal approximation), 6.5 (back-propagation).
Glorot's initialisation is formula 16 of Glorot and Bengio, *Understanding the difficulty of training deep feedforward
neural networks* (2010).

Letters: N examples; C classes; a layer has W (D, M), b (M,); z are logits or pre-activations; p probabilities.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Function = Callable[[Floats], ArrayLike]
Params = Sequence[tuple[ArrayLike, ArrayLike]]


def _floats(a: ArrayLike) -> Floats:
    return np.array(a, dtype=np.float64)


def chain_rule(fs: Sequence[Function], dfs: Sequence[Function], w: ArrayLike) -> Floats:
    """Return the derivative of f_k(… f_1(w)) by w, entry by entry: the product of all f_i′, each at its own input.

    Slide "Basic notions: the gist of back-propagation"; Goodfellow, eq. 6.44 and 6.52.
    """
    inputs = [_floats(w)]
    for f in fs[:-1]:
        inputs.append(_floats(f(inputs[-1].copy())))
    slope = np.ones(inputs[0].shape)
    for df, x in zip(dfs, inputs, strict=True):
        slope = slope * _floats(df(x.copy()))
    return slope


# Probabilities


def _log_softmax_of_row(z: Floats) -> Floats:
    # The largest is taken out first, so that no exponent is positive: that shifts all alike, and so changes nothing.
    shifted = z - z.max()
    log_p: Floats = shifted - math.log(np.sum(np.exp(shifted)))
    return log_p


def log_softmax(z: ArrayLike, axis: int = -1) -> Floats:
    """Return z_i − ln Σ_j e^z_j along `axis`, in the shape of z. Slide "Basic notions: output units"."""
    z = np.moveaxis(_floats(z), axis, -1)
    out = np.zeros(z.shape)
    for i in np.ndindex(z.shape[:-1]):
        out[i] = _log_softmax_of_row(z[i])
    return np.moveaxis(out, -1, axis).copy()


def softmax(z: ArrayLike, axis: int = -1) -> Floats:
    """Return e^z_i / Σ_j e^z_j along `axis`, in the shape of z. Slide "Basic notions: output units"; eq. 6.29."""
    probabilities: Floats = np.exp(log_softmax(z, axis))
    return probabilities


def _sigmoid(z: float) -> float:
    # Either form is 1 / (1 + e^-z); the exponent must not be a large positive number.
    return 1.0 / (1.0 + math.exp(-z)) if z >= 0 else math.exp(z) / (1.0 + math.exp(z))


def _softplus(z: float) -> float:
    # ln(1 + e^z) = z + ln(1 + e^-z): of the two exponents the negative one.
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


# Losses


def cross_entropy(logits: ArrayLike, targets: ArrayLike) -> tuple[float, Floats]:
    """Return (loss, dlogits): the mean over examples of −Σ_c t_c ln p_c, where p = softmax(logits), and its gradient.

    logits (N, C); targets are class ids (N,), or distributions (N, C) whose rows sum to 1. The gradient of one example
    is p − t. Slide "Basic notions: loss/objective functions"; Goodfellow, section 6.2.2.3.
    """
    logits, targets = _floats(logits), np.array(targets)
    n, n_classes = logits.shape
    loss, dlogits = 0.0, np.zeros(logits.shape)
    for i in range(n):
        t = _floats(targets[i] if targets.ndim == 2 else np.arange(n_classes) == targets[i])
        log_p = _log_softmax_of_row(logits[i])
        loss -= float(np.sum(t * log_p)) / n
        dlogits[i] = (np.exp(log_p) - t) / n
    return loss, dlogits


def _mean_loss(
    loss_and_slope: Callable[[float, float], tuple[float, float]], answers: ArrayLike, y: ArrayLike
) -> tuple[float, Floats]:
    """Return the mean of a loss over all entries, and its gradient, given the loss and its slope at one entry."""
    answers, y = _floats(answers), _floats(y)
    loss, gradient = 0.0, np.zeros(answers.shape)
    for i in np.ndindex(answers.shape):
        cost, slope = loss_and_slope(float(answers[i]), float(y[i]))
        loss += cost / answers.size
        gradient[i] = slope / answers.size
    return loss, gradient


def bce_with_logits(z: ArrayLike, y: ArrayLike) -> tuple[float, Floats]:
    """Return (loss, dz): the mean over all entries of −ln p (y = 1) or −ln(1 − p) (y = 0), where p = σ(z).

    These are ln(1 + e^−z) and ln(1 + e^z), and their slope is p − y. Slide "Basic notions: loss/objective functions";
    Goodfellow, section 6.2.2.2.
    """
    return _mean_loss(lambda z, y: (_softplus(-z if y == 1 else z), _sigmoid(z) - y), z, y)


def mse(pred: ArrayLike, y: ArrayLike) -> tuple[float, Floats]:
    """Return (loss, dpred): the mean over all entries of (pred − y)², and its gradient. Goodfellow, eq. 5.4."""
    return _mean_loss(lambda pred, y: ((pred - y) ** 2, 2 * (pred - y)), pred, y)


def hinge(scores: ArrayLike, y: ArrayLike) -> tuple[float, Floats]:
    """Return (loss, dscores): the mean over all entries of max(0, 1 − y·score), y in {−1, 1}, and its gradient.

    At the kink, y·score = 1, the derivative is 0. Slide "Basic notions: loss/objective functions".
    """
    return _mean_loss(lambda score, y: (1 - y * score, -y) if y * score < 1 else (0.0, 0.0), scores, y)


# A linear layer


def linear_forward(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> Floats:
    """Return out[n, m] = Σ_d X[n, d]·W[d, m] + b[m]: (N, D), (D, M), (M,) → (N, M). Slide "… output units"."""
    X, W, b = _floats(X), _floats(W), _floats(b)
    out = np.zeros((len(X), len(b)))
    for n, m in np.ndindex(out.shape):
        out[n, m] = np.sum(X[n] * W[:, m]) + b[m]
    return out


def linear_backward(dout: ArrayLike, X: ArrayLike, W: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return (dX (N, D), dW (D, M), db (M,)): what reaches the layer's inputs of dout (N, M).

    out[n, m] grows with X[n, d] by W[d, m], with W[d, m] by X[n, d], and with b[m] by 1; contributions add up.
    Slide "Basic notions: the gist of back-propagation"; Goodfellow, section 6.5.6.
    """
    dout, X, W = _floats(dout), _floats(X), _floats(W)
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for n, m in np.ndindex(dout.shape):
        dX[n] += dout[n, m] * W[:, m]
        dW[:, m] += dout[n, m] * X[n]
        db[m] += dout[n, m]
    return dX, dW, db


# Multi-layer perceptrons


def _entry_by_entry(f: Callable[[float], float], z: Floats) -> Floats:
    """Return f of every entry of z, in the shape of z."""
    return np.array([f(v) for v in z.ravel().tolist()], dtype=np.float64).reshape(z.shape)


_ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {
    "relu": lambda z: np.where(z > 0, z, 0.0),
    "tanh": np.tanh,
    "sigmoid": lambda z: _entry_by_entry(_sigmoid, z),
}
_SLOPES: dict[str, Callable[[Floats], Floats]] = {
    "relu": lambda z: np.where(z > 0, 1.0, 0.0),
    "tanh": lambda z: 1.0 - np.tanh(z) ** 2,
    "sigmoid": lambda z: _entry_by_entry(lambda v: _sigmoid(v) * _sigmoid(-v), z),
}


def mlp_pre_activations(X: ArrayLike, params: Params, activation: str) -> list[Floats]:
    """Return what each layer gives before its activation function; the last are the logits (N, C)."""
    z: list[Floats] = []
    for W, b in params:
        h = _ACTIVATIONS[activation](z[-1]) if z else _floats(X)
        z.append(h @ _floats(W) + _floats(b))
    return z


def mlp_loss_and_grads(
    X: ArrayLike, y: ArrayLike, params: Params, activation: str
) -> tuple[float, list[tuple[Floats, Floats]]]:
    """Return (loss, [(dW, db), …]): the cross-entropy of an MLP on X (N, D), class ids y (N,), and its gradients.

    params are the layers (W, b); `activation` ("relu", "tanh", "sigmoid") stands between layers, none after the last.
    Its derivative is taken at the pre-activation, and is 0 for relu at 0. Goodfellow, algorithms 6.3 and 6.4.
    """
    z = mlp_pre_activations(X, params, activation)
    inputs = [_floats(X), *(_ACTIVATIONS[activation](before) for before in z[:-1])]
    loss, dz = cross_entropy(z[-1], y)
    grads: list[tuple[Floats, Floats]] = []
    for k in reversed(range(len(params))):
        grads.insert(0, (inputs[k].T @ dz, dz.sum(axis=0)))
        if k > 0:
            dh = dz @ _floats(params[k][0]).T
            dz = dh * _SLOPES[activation](z[k - 1])
    return loss, grads


def train_mlp(  # noqa: PLR0917 - the exercise's own signature
    X: ArrayLike, y: ArrayLike, params: Params, activation: str, lr: float, batches: Sequence[ArrayLike]
) -> tuple[list[tuple[Floats, Floats]], list[float]]:
    """Return (params, losses) after one step of gradient descent per batch; losses[i] is the loss before step i.

    X (N, D), y (N,); `batches` lists index arrays into them. Goodfellow, algorithm 8.1.
    """
    X, y = _floats(X), np.array(y)
    theta, losses = [(_floats(W), _floats(b)) for W, b in params], []
    for batch in batches:
        loss, grads = mlp_loss_and_grads(X[np.array(batch)], y[np.array(batch)], theta, activation)
        theta = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(theta, grads, strict=True)]
        losses.append(loss)
    return theta, losses


def mlp_accuracy(X: ArrayLike, y: ArrayLike, params: Params, activation: str) -> float:
    """Return the share of the examples X (N, D) whose largest logit is that of their class y (N,)."""
    return float(np.mean(mlp_pre_activations(X, params, activation)[-1].argmax(axis=1) == np.array(y)))


def count_mlp_parameters(sizes: Sequence[int], bias: bool = True) -> int:
    """Return how many weights, and biases if there are any, lie between layers of these sizes.

    Slide "Feedforward neural networks: practical considerations".
    """
    count = 0
    for before, after in itertools.pairwise(sizes):
        for _unit in range(after):
            count += int(before) + (1 if bias else 0)
    return count


# Automatic differentiation


class Scalar:
    """A number `data` that knows from which others it was computed, and `grad`, the derivative of a result by it.

    `made_from` holds, for each operand, the operand and the derivative of this node by it. Nodes are numbered as they
    are made, so that a node's number is larger than those of all it was made from.
    Slide "Basic notions: the gist of back-propagation"; Goodfellow, section 6.5.
    """

    _numbers = itertools.count()

    def __init__(self, data: float) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.made_from: list[tuple[Scalar, float]] = []
        self.number = next(self._numbers)

    def node(self, data: float, *made_from: tuple[Scalar, float]) -> Scalar:
        """Return a new node, with the derivatives by what it is made from."""
        new = type(self)(data)
        new.made_from = list(made_from)
        return new

    def of(self, value: Scalar | float) -> Scalar:
        """Return a plain number as a leaf, and a Scalar as it is."""
        return value if isinstance(value, Scalar) else type(self)(value)

    def __add__(self, other: Scalar | float) -> Scalar:
        other = self.of(other)
        return self.node(self.data + other.data, (self, 1.0), (other, 1.0))

    def __radd__(self, other: float) -> Scalar:
        return self.of(other) + self

    def __sub__(self, other: Scalar | float) -> Scalar:
        other = self.of(other)
        return self.node(self.data - other.data, (self, 1.0), (other, -1.0))

    def __rsub__(self, other: float) -> Scalar:
        return self.of(other) - self

    def __mul__(self, other: Scalar | float) -> Scalar:
        other = self.of(other)
        return self.node(self.data * other.data, (self, other.data), (other, self.data))

    def __rmul__(self, other: float) -> Scalar:
        return self.of(other) * self

    def __truediv__(self, other: Scalar | float) -> Scalar:
        other = self.of(other)
        return self.node(self.data / other.data, (self, 1.0 / other.data), (other, -self.data / other.data**2))

    def __rtruediv__(self, other: float) -> Scalar:
        return self.of(other) / self

    def __pow__(self, k: float) -> Scalar:
        return self.node(self.data**k, (self, k * self.data ** (k - 1)))

    def tanh(self) -> Scalar:
        """Return the hyperbolic tangent, whose derivative is 1 − tanh²."""
        return self.node(math.tanh(self.data), (self, 1.0 - math.tanh(self.data) ** 2))

    def relu(self) -> Scalar:
        """Return max(self, 0), with derivative 0 at 0."""
        return self.node(self.data, (self, 1.0)) if self.data > 0 else self.node(0.0, (self, 0.0))

    def exp(self) -> Scalar:
        """Return e to the power self, which is its own derivative."""
        return self.node(math.exp(self.data), (self, math.exp(self.data)))

    def graph(self) -> list[Scalar]:
        """Return this node and all that it was made from, each once, the one that was made last first."""
        found = {self.number: self}
        waiting = [self]
        while waiting:
            for operand, _ in waiting.pop().made_from:
                if operand.number not in found:
                    found[operand.number] = operand
                    waiting.append(operand)
        return [found[number] for number in sorted(found, reverse=True)]

    def backward(self) -> None:
        """Set grad of this node to 1 and those of nodes in between anew, and add to those of the leaves."""
        nodes = self.graph()
        for node in nodes:
            if node.made_from:
                node.grad = 0.0
        self.grad = 1.0
        for node in nodes:  # whatever uses a node was made after it, and has its whole gradient by now
            for operand, slope in node.made_from:
                operand.grad += node.grad * slope


# Where weights start


def glorot_limit(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """Return gain·√(6 / (fan_in + fan_out)); weights lie between −limit and limit. Glorot and Bengio, eq. 16."""
    return gain * math.sqrt(6.0 / (fan_in + fan_out))


def glorot_std(fan_in: int, fan_out: int, gain: float = 1.0) -> float:
    """Return gain·√(2 / (fan_in + fan_out)), the standard deviation of either form. Glorot and Bengio, eq. 12."""
    return gain * math.sqrt(2.0 / (fan_in + fan_out))


def glorot_uniform(
    fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None, gain: float = 1.0
) -> Floats:
    """Return weights (fan_in, fan_out), or of another shape, uniform between −limit and limit (see `glorot_limit`)."""
    limit = glorot_limit(fan_in, fan_out, gain)
    return limit * (2.0 * rng.random((fan_in, fan_out) if shape is None else shape) - 1.0)


def glorot_normal(
    fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None, gain: float = 1.0
) -> Floats:
    """Return weights (fan_in, fan_out), or of another shape, normal with mean 0 and the deviation `glorot_std`."""
    std = glorot_std(fan_in, fan_out, gain)
    return std * rng.standard_normal((fan_in, fan_out) if shape is None else shape)


# Universal approximation


def sigmoid_network(x: ArrayLike, w: ArrayLike, c: ArrayLike, v: ArrayLike, d: float) -> Floats:
    """Return Σ_i v_i·σ(w_i·x + c_i) + d for every x: x (K,), w, c and v (n,) → (K,). Goodfellow, section 6.4.1."""
    x, w, c, v = _floats(x), _floats(w), _floats(c), _floats(v)
    out = np.full(x.shape, float(d))
    for w_i, c_i, v_i in zip(w, c, v, strict=True):
        out += v_i * _entry_by_entry(_sigmoid, w_i * x + c_i)
    return out
