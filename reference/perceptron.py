"""The oracle of assignment 1: perceptrons, activation functions and gradients, spelt out example by example.

What is a sum over examples is a loop over examples; what works entry by entry is a loop over the entries. All is
computed in float64, whatever comes in: arrays of any dtype, or lists. No argument is written into.

The slides "Basic notions: perceptron", "… activation functions", "… output units" and "… gradient-based learning" give
the ideas; Goodfellow, Bengio and Courville, *Deep Learning* (2016), the formulas: sections 3.10 (sigmoid and softplus),
4.3 (gradient descent), 5.7.1 and 6.2.2.2 (logistic regression), 6.1 (XOR) and 6.3 (activation functions).

Letters: N examples x of D numbers, X (N, D); y their classes, 0 or 1; w (D,) weights, b a bias; z a pre-activation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Network = tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]


def _floats(a: ArrayLike) -> Floats:
    return np.array(a, dtype=np.float64)


# The perceptron


def _predict_one(x: Floats, w: Floats, b: float) -> int:
    return 1 if np.dot(w, x) + b > 0 else 0


def perceptron_predict(X: ArrayLike, w: ArrayLike, b: float = 0.0) -> NDArray[np.int64] | int:
    """Return 1 where w·x + b > 0 and 0 elsewhere, also at w·x + b = 0: X (N, D) → int (N,), or one row (D,) → int.

    Slide "Basic notions: perceptron".
    """
    X, w = _floats(X), _floats(w)
    if X.ndim == 1:
        return _predict_one(X, w, b)
    return np.array([_predict_one(x, w, b) for x in X], dtype=np.int64)


def perceptron_update(w: ArrayLike, b: float, x: ArrayLike, y: int) -> tuple[Floats, float]:
    """Return w (D,) and b after a look at one example x (D,) of class y: new ones, also if nothing changes.

    A positive example that is taken for a negative one is added, a negative one that is taken for a positive one
    is subtracted; the bias is the weight of a constant 1. Slide "Basic notions: perceptron".
    """
    w, x = _floats(w), _floats(x)
    predicted = _predict_one(x, w, b)
    if y == 1 and predicted == 0:
        return w + x, float(b) + 1.0
    if y == 0 and predicted == 1:
        return w - x, float(b) - 1.0
    return w, float(b)


def perceptron_fit(  # noqa: PLR0917 - the exercise's own signature
    X: ArrayLike, y: ArrayLike, w0: ArrayLike, b0: float, order: Sequence[int], stop_when_clean: bool = True
) -> tuple[Floats, float, int]:
    """Return (w, b, n_updates) after looks at the examples `order` of X (N, D), y (N,), one by one.

    With `stop_when_clean` the rest of the order is left out once all of X is classified right. Nothing in it could
    change anything any more, so that the result is the same. Slide "Basic notions: perceptron".
    """
    X, y = _floats(X), np.asarray(y)
    w, b, n_updates = _floats(w0), float(b0), 0
    for i in order:
        if y[i] == _predict_one(X[i], w, b):
            continue
        w, b = perceptron_update(w, b, X[i], y[i])
        n_updates += 1
        if stop_when_clean and perceptron_accuracy(X, y, w, b) == 1.0:
            break
    return w, b, n_updates


def perceptron_accuracy(X: ArrayLike, y: ArrayLike, w: ArrayLike, b: float) -> float:
    """Return the share of the examples X (N, D) that w (D,) and b put into their class y (N,)."""
    return float(np.mean(perceptron_predict(X, w, b) == np.asarray(y)))


def train_perceptron(
    X: ArrayLike, y: ArrayLike, orders: Sequence[Sequence[int]], w0: ArrayLike, b0: float
) -> tuple[Floats, float, list[int]]:
    """Return (w, b, updates) after one pass per order; updates[e] counts the updates of pass e.

    After a pass without an update, whose 0 is the last entry of `updates`, there is no further one.
    Slide "Basic notions: perceptron".
    """
    w, b = _floats(w0), float(b0)
    updates: list[int] = []
    for order in orders:
        w, b, n_updates = perceptron_fit(X, y, w, b, order, stop_when_clean=False)
        updates.append(n_updates)
        if n_updates == 0:
            break
    return w, b, updates


# Activation functions


def _entry_by_entry(f: Callable[[float], float], z: ArrayLike) -> Floats:
    """Return f of every entry of z, in the shape of z."""
    z = _floats(z)
    return np.array([f(float(v)) for v in z.ravel()], dtype=np.float64).reshape(z.shape)


def _sigmoid(z: float) -> float:
    # Either form is 1 / (1 + e^-z); the exponent must not be a large positive number.
    return 1.0 / (1.0 + math.exp(-z)) if z >= 0 else math.exp(z) / (1.0 + math.exp(z))


def sigmoid(z: ArrayLike) -> Floats:
    """Return 1 / (1 + e^−z) of each entry. Slide "Basic notions: output units"; Goodfellow, eq. 3.30."""
    return _entry_by_entry(_sigmoid, z)


def tanh(z: ArrayLike) -> Floats:
    """Return (e^z − e^−z) / (e^z + e^−z) of each entry. Slide "Basic notions: activation functions"."""
    return _entry_by_entry(math.tanh, z)


def relu(z: ArrayLike) -> Floats:
    """Return max(z, 0) of each entry. Slide "Basic notions: activation functions"; Goodfellow, eq. 6.37."""
    return _entry_by_entry(lambda v: v if v > 0 else 0.0, z)


def leaky_relu(z: ArrayLike, slope: float = 0.01) -> Floats:
    """Return z where z > 0 and slope·z elsewhere. Goodfellow, section 6.3.1."""
    return _entry_by_entry(lambda v: v if v > 0 else slope * v, z)


def step(z: ArrayLike) -> Floats:
    """Return 1.0 where z > 0 and 0.0 elsewhere: the perceptron's own activation. Slide "Basic notions: perceptron"."""
    return _entry_by_entry(lambda v: 1.0 if v > 0 else 0.0, z)


def softplus(z: ArrayLike) -> Floats:
    """Return ln(1 + e^z) of each entry. Goodfellow, eq. 3.31."""
    # ln(1 + e^z) = z + ln(1 + e^-z): of the two exponents the negative one.
    return _entry_by_entry(lambda v: max(v, 0.0) + math.log1p(math.exp(-abs(v))), z)


_DERIVATIVES: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda z: _sigmoid(z) * _sigmoid(-z),
    "tanh": lambda z: 1.0 - math.tanh(z) ** 2,
    "relu": lambda z: 1.0 if z > 0 else 0.0,
    "leaky_relu": lambda z: 1.0 if z > 0 else 0.01,
    "step": lambda _: 0.0,
    "softplus": _sigmoid,
}


def activation_grad(kind: str, z: ArrayLike) -> Floats:
    """Return the derivative of the activation function `kind` at each entry of the pre-activations z.

    `kind` is the name of a function above; leaky_relu has slope 0.01. At the kink z = 0 it is the derivative from the
    left: relu 0, leaky_relu 0.01, step 0. Slide "Basic notions: the gist of back-propagation".
    """
    return _entry_by_entry(_DERIVATIVES[kind], z)


# Gradients


def numerical_gradient(f: Callable[[Floats], float], x: ArrayLike, h: float = 1e-5) -> Floats:
    """Return the central differences (f(x + h·e_i) − f(x − h·e_i)) / 2h for each entry i of x, in the shape of x.

    e_i is 1 at i and 0 elsewhere. Goodfellow, section 11.5 (debugging by finite differences).
    """
    x = _floats(x)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[i] = h
        gradient[i] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return gradient


def gradient_descent(grad: Callable[[Floats], ArrayLike], x0: ArrayLike, lr: float, steps: int) -> Floats:
    """Return the path x_0, x_1, …: (steps + 1, *x0.shape), where x_{t+1} = x_t − lr·grad(x_t).

    Slide "Basic notions: gradient-based learning"; Goodfellow, eq. 4.5.
    """
    path = [_floats(x0)]
    for _ in range(steps):
        path.append(path[-1] - lr * _floats(grad(path[-1].copy())))
    return np.array(path)


# Layers


def compose_linear(layers: Sequence[tuple[ArrayLike, ArrayLike]]) -> tuple[Floats, Floats]:
    """Return the one (W, b) with X @ W + b equal to all layers (W (d_i, d_{i+1}), b (d_{i+1},)) one after another.

    What the stack does to 0 is b; what it does to the i-th unit vector, less b, is row i of W.
    Slide "Basic notions: why are activation functions essential (the XOR example)"; Goodfellow, section 6.1.
    """

    def stack(x: Floats) -> Floats:
        for W, b in layers:
            x = x @ _floats(W) + _floats(b)
        return x

    units = np.eye(len(_floats(layers[0][0])))
    bias = stack(np.zeros(len(units)))
    return np.array([stack(unit) - bias for unit in units]), bias


def xor_network() -> tuple[Floats, Floats, Floats, float]:
    """Return (W (2, 2), c (2,), w (2,), b): a network of two relu units that computes XOR. Goodfellow, eq. 6.4–6.6."""
    return np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0]), np.array([1.0, -2.0]), 0.0


def relu_network(X: ArrayLike, network: Network) -> Floats:
    """Return the outputs relu(X @ W + c) @ w + b (N,) of a network (W, c, w, b) for X (N, 2)."""
    W, c, w, b = (_floats(part) for part in network)
    outputs: Floats = relu(_floats(X) @ W + c) @ w + b
    return outputs


# Logistic regression


def logistic_loss_and_grad(X: ArrayLike, y: ArrayLike, w: ArrayLike, b: float) -> tuple[float, Floats, float]:
    """Return (loss, dw, db): the mean cross-entropy (natural log) of σ(w·x + b) with y, and its gradients.

    X (N, D), y (N,) in {0, 1}, w and dw (D,). An example of class 1 costs −ln σ(z) = ln(1 + e^−z), one of class 0
    −ln(1 − σ(z)) = ln(1 + e^z); the gradient of either at z is σ(z) − y. Slide "Basic notions: output units";
    Goodfellow, eq. 6.25.
    """
    X, y, w = _floats(X), _floats(y), _floats(w)
    loss, dw, db = 0.0, np.zeros(w.shape), 0.0
    for x, target in zip(X, y, strict=True):
        z = float(np.dot(w, x)) + float(b)
        loss += float(softplus(-z if target == 1 else z))
        dz = _sigmoid(z) - target
        dw += dz * x
        db += dz
    return loss / len(X), dw / len(X), db / len(X)


def train_logistic(  # noqa: PLR0917 - the exercise's own signature
    X: ArrayLike, y: ArrayLike, w0: ArrayLike, b0: float, lr: float, steps: int
) -> tuple[Floats, float, list[float]]:
    """Return (w, b, losses) after gradient descent on all of X (N, D), y (N,); losses[i] is the loss before step i.

    Slide "Basic notions: gradient-based learning"; Goodfellow, section 5.7.1.
    """
    w, b = _floats(w0), float(b0)
    losses = []
    for _ in range(steps):
        loss, dw, db = logistic_loss_and_grad(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(loss)
    return w, b, losses
