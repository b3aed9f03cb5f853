"""Lukáš writes the formulas down as they are, and the exponentials overflow."""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


def tanh(z):
    z = np.asarray(z, dtype=float)
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def softplus(z):
    return np.log(1 + np.exp(np.asarray(z, dtype=float)))


def relu(z):
    return np.maximum(np.asarray(z, dtype=float), 0)


def leaky_relu(z, slope=0.01):
    return np.maximum(np.asarray(z, dtype=float), slope)


def activation_grad(kind, z):
    z = np.asarray(z, dtype=float)
    if kind == "sigmoid":
        return sigmoid(z) * (1 - sigmoid(z))
    if kind == "tanh":
        return 1 - tanh(z) ** 2
    if kind == "relu":
        return np.where(z > 0, 1.0, 0.0)
    if kind == "leaky_relu":
        return np.where(z > 0, 1.0, 0.01)
    if kind == "step":
        return np.zeros_like(z)
    return sigmoid(z)


def logistic_loss_and_grad(X, y, w, b):
    X, y, w = np.asarray(X, dtype=float), np.asarray(y, dtype=float), np.asarray(w, dtype=float)
    p = np.clip(sigmoid(X @ w + b), 1e-12, 1 - 1e-12)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return loss, X.T @ (p - y) / len(y), np.mean(p - y)


def train_logistic(X, y, w0, b0, lr, steps):
    w, b, losses = np.array(w0, dtype=float), float(b0), []
    for _ in range(steps):
        loss, dw, db = logistic_loss_and_grad(X, y, w, b)
        w, b = w - lr * dw, b - lr * db
        losses.append(loss)
    return w, b, losses
