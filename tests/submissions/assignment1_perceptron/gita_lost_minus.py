"""Gita copied the formulas as they stand on the slides, where signs are lost."""
import numpy as np


def perceptron_predict(X, w, b=0.0):
    return (np.dot(np.asarray(X, dtype=float), np.asarray(w, dtype=float)) + b > 0).astype(int)


def perceptron_update(w, b, x, y):
    w, x = np.array(w, dtype=float), np.asarray(x, dtype=float)
    answer = perceptron_predict(x, w, b)
    if y == 1 and answer == 0:
        return w + x, b + 1
    if y == 0 and answer == 1:
        return w * x, b - 1
    return w, b


def sigmoid(z):
    with np.errstate(all="ignore"):
        return 1 / (1 - np.exp(-np.asarray(z, dtype=float)))


def tanh(z):
    return np.tanh(np.asarray(z, dtype=float))


def softplus(z):
    return np.logaddexp(0, np.asarray(z, dtype=float))


def activation_grad(kind, z):
    z = np.asarray(z, dtype=float)
    if kind == "sigmoid":
        return sigmoid(z) * (1 - sigmoid(z))
    if kind == "tanh":
        return 1 - tanh(z) ** 2
    if kind == "relu":
        return (z > 0).astype(float)
    if kind == "leaky_relu":
        return np.where(z > 0, 1, 0.01)
    if kind == "step":
        return np.zeros(z.shape)
    return sigmoid(z)


def gradient_descent(grad, x0, lr, steps):
    path = [np.array(x0, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] + lr * grad(path[-1]))
    return np.array(path)


def logistic_loss_and_grad(X, y, w, b):
    X, y, w = np.asarray(X, dtype=float), np.asarray(y, dtype=float), np.asarray(w, dtype=float)
    z = X @ w + b
    loss = np.mean(softplus(z) - y * z)
    error = y - sigmoid(z)
    return loss, X.T @ error / len(y), error.mean()


def train_logistic(X, y, w0, b0, lr, steps):
    w, b, losses = np.array(w0, dtype=float), float(b0), []
    for _ in range(steps):
        loss, dw, db = logistic_loss_and_grad(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(loss)
    return w, b, losses
