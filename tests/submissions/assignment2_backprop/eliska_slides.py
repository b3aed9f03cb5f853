"""Eliska follows the slides to the letter: columns, lost signs, all derivatives at the same place. Not all is written."""
import numpy as np


def chain_rule(fs, dfs, w):
    w = np.asarray(w, dtype=float)
    result = 1.0
    for df in dfs:
        result = result * df(w)
    return result


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max())
    return e / e.sum()


def linear_forward(X, W, b):
    return np.asarray(W, dtype=float).T @ np.asarray(X, dtype=float) + np.asarray(b, dtype=float)


def linear_backward(dout, X, W):
    dout, X, W = np.asarray(dout, dtype=float), np.asarray(X, dtype=float), np.asarray(W, dtype=float)
    return dout @ W, dout.T @ X, dout.sum(axis=0)


def mse(pred, y):
    d = np.asarray(pred, dtype=float) - np.asarray(y, dtype=float)
    return 0.5 * np.mean(d**2), d / d.size


def hinge(scores, y):
    s, y = np.asarray(scores, dtype=float), np.asarray(y, dtype=float)
    return np.mean(np.maximum(0, -y * s)), np.where(-y * s > 0, -y, 0.0) / s.size


def count_mlp_parameters(sizes, bias=True):
    return sum(a * b for a, b in zip(sizes[:-1], sizes[1:]))
