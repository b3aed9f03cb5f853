"""Lenka's exponentials overflow, her hinge takes classes 0 and 1, and her counts of biases are off. Not all is written."""
import numpy as np


def softmax(z, axis=-1):
    e = np.exp(np.asarray(z, dtype=float))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def cross_entropy(logits, targets):
    p, targets = softmax(logits), np.asarray(targets)
    n = len(p)
    rows = np.arange(n)
    if targets.ndim == 1:
        loss = -np.log(p[rows, targets]).mean()
        p[rows, targets] -= 1
    else:
        loss = -(targets * np.log(p)).sum(axis=1).mean()
        p = p - targets
    return loss, p / n


def bce_with_logits(z, y):
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    p = 1 / (1 + np.exp(-z))
    return np.mean(-np.log(np.where(y == 1, p, 1 - p))), (p - y) / z.size


def hinge(scores, y):
    s, y = np.asarray(scores, dtype=float), 2 * np.asarray(y, dtype=float) - 1
    missing = 1 - y * s
    return np.maximum(0, missing).mean(), np.where(missing > 0, -y, 0) / s.size


def count_mlp_parameters(sizes, bias=True):
    total = 0
    for a, b in zip(sizes[:-1], sizes[1:]):
        total += a * b + (a if bias else 0)
    return int(total)
