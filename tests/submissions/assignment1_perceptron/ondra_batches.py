"""Ondra computes everything at once: all answers first, then all updates."""
import numpy as np


def perceptron_predict(X, w, b=0.0):
    return (np.asarray(X, dtype=float) @ np.asarray(w, dtype=float) + b > 0).astype(int)


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    order = np.asarray(order, dtype=int)
    errors = (y - perceptron_predict(X, w0, b0))[order]
    w = np.asarray(w0, dtype=float) + errors @ X[order]
    return w, b0 + errors.sum(), int(np.abs(errors).sum())


def train_perceptron(X, y, orders, w0, b0):
    w, b, updates = np.array(w0, dtype=float), b0, []
    for order in orders:
        w, b, n = perceptron_fit(X, y, w, b, order)
        updates.append(n)
        if n == 0:
            break
    return w, b, updates


def compose_linear(layers):
    W, b = (np.array(part, dtype=float) for part in layers[0])
    for W2, b2 in layers[1:]:
        W, b = np.asarray(W2, dtype=float) @ W, b @ np.asarray(W2, dtype=float) + b2
    return W, b


def gradient_descent(grad, x0, lr, steps):
    x0 = np.array(x0, dtype=float)
    g = np.asarray(grad(x0))
    return np.array([x0 - t * lr * g for t in range(steps + 1)])


def logistic_loss_and_grad(X, y, w, b):
    X, y, w = np.asarray(X, dtype=float), np.asarray(y, dtype=float), np.asarray(w, dtype=float)
    z = X @ w + b
    p = 0.5 * (1 + np.tanh(z / 2))
    loss = np.mean(np.logaddexp(0, z) - y * z)
    return loss, X.T @ (p - y), np.sum(p - y)
