"""Bořek keeps the bias as one more weight, for an input that is always 1, and works on whole arrays."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Model:
    theta: np.ndarray

    @classmethod
    def start(cls, w, b) -> Model:
        return cls(np.append(np.asarray(w, dtype=np.float64), float(b)))

    @property
    def parts(self):
        return self.theta[:-1].copy(), float(self.theta[-1])


def with_ones(X):
    X = np.asarray(X, dtype=np.float64)
    return np.concatenate([X, np.ones((*X.shape[:-1], 1))], axis=-1)


def perceptron_predict(X, w, b=0.0):
    return np.where(with_ones(X) @ Model.start(w, b).theta > 0, 1, 0)


def perceptron_update(w, b, x, y):
    model, x = Model.start(w, b), with_ones(x)
    answer = int(model.theta @ x > 0)
    return Model(model.theta + (int(y) - answer) * x).parts


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    model, X, y, n = Model.start(w0, b0), with_ones(X), np.asarray(y), 0
    for i in np.asarray(order, dtype=int):
        if stop_when_clean and np.all((X @ model.theta > 0) == y):
            break
        error = y[i] - (X[i] @ model.theta > 0)
        if error:
            model.theta = model.theta + error * X[i]
            n += 1
    return (*model.parts, n)


def sigmoid(z):
    z = np.asarray(z, dtype=np.float64)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def tanh(z):
    z = np.asarray(z, dtype=np.float64)
    e = np.exp(-2 * np.abs(z))
    return np.sign(z) * (1 - e) / (1 + e)


def relu(z):
    z = np.asarray(z, dtype=np.float64)
    return z * (z > 0)


def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, slope * z)


def step(z):
    return np.heaviside(np.asarray(z, dtype=np.float64), 0.0)


def softplus(z):
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


GRADS = {
    "sigmoid": lambda z: sigmoid(z) - sigmoid(z) ** 2,
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: (z > 0) * 1.0,
    "leaky_relu": lambda z: 0.01 + 0.99 * (z > 0),
    "step": lambda z: 0.0 * z,
    "softplus": sigmoid,
}


def activation_grad(kind, z):
    return GRADS[kind](np.asarray(z, dtype=np.float64))


def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)
    units = np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + h * u) - f(x - h * u)) / (2 * h) for u in units]).reshape(x.shape)


def gradient_descent(grad, x0, lr, steps):
    x0 = np.asarray(x0, dtype=np.float64)
    path = np.empty((steps + 1, *x0.shape))
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] - lr * np.asarray(grad(path[t]))
    return path


def compose_linear(layers):
    total = None
    for W, b in layers:
        W, b = np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)
        block = np.zeros((len(W) + 1, len(b) + 1))
        block[:-1, :-1], block[-1, :-1], block[-1, -1] = W, b, 1.0
        total = block if total is None else total @ block
    return total[:-1, :-1].copy(), total[-1, :-1].copy()


def xor_network():
    # "or" less twice "and"
    return np.array([[1, 1], [1, 1]]), np.array([0, -1]), np.array([1, -2]), np.float64(0)


def logistic_loss_and_grad(X, y, w, b):
    X, y = with_ones(X), np.asarray(y, dtype=np.float64)
    z = X @ Model.start(w, b).theta
    signs = 2 * y - 1
    grad = np.mean((sigmoid(z) - y)[:, None] * X, axis=0)
    return np.mean(softplus(-signs * z)), grad[:-1].copy(), grad[-1]


def train_perceptron(X, y, orders, w0, b0):
    w, b, updates = *Model.start(w0, b0).parts, []
    for order in orders:
        w, b, n = perceptron_fit(X, y, w, b, order, False)
        updates += [n]
        if not n:
            break
    return w, b, updates


def train_logistic(X, y, w0, b0, lr, steps):
    w, b = Model.start(w0, b0).parts
    losses = np.zeros(steps)
    for t in range(steps):
        losses[t], dw, db = logistic_loss_and_grad(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses
