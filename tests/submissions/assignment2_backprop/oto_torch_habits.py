"""Oto keeps weights as PyTorch does, (out, in), from the forward pass to the start. Not all is written."""
import numpy as np


def linear_forward(X, W, b):
    return np.asarray(X, dtype=float) @ np.asarray(W, dtype=float).T + np.asarray(b, dtype=float)


def linear_backward(dout, X, W):
    dout, X, W = np.asarray(dout, dtype=float), np.asarray(X, dtype=float), np.asarray(W, dtype=float)
    return dout @ W, dout.T @ X, dout.sum(0)


def glorot_uniform(fan_in, fan_out, rng, shape=None, gain=1.0):
    limit = gain * np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, shape or (fan_out, fan_in))


def glorot_normal(fan_in, fan_out, rng, shape=None, gain=1.0):
    std = gain * np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0, std, shape or (fan_out, fan_in))


def softmax(z, axis=1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def hinge(scores, y):
    s, y = np.asarray(scores, dtype=float), np.asarray(y, dtype=float)
    margin = y * s
    return np.mean(np.maximum(0, 1 - margin)), np.where(margin <= 1, -y, 0.0) / s.size


def count_mlp_parameters(sizes, bias=True):
    return int(sum(a * b for a, b in zip(sizes[:-1], sizes[1:])) + (sum(sizes) if bias else 0))
