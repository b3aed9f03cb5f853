"""Hynek has written four functions; the others are still the stub."""
import numpy as np


def perceptron_predict(X, w, b=0.0):
    return (np.asarray(X) @ np.asarray(w) + b > 0).astype(int)


def perceptron_update(w, b, x, y):
    # YOUR CODE HERE
    raise NotImplementedError


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    # YOUR CODE HERE
    raise NotImplementedError


def sigmoid(z):
    # YOUR CODE HERE
    raise NotImplementedError


def tanh(z):
    return np.tanh(np.array(z, dtype=float))


def relu(z):
    return np.maximum(0.0, np.array(z, dtype=float))


def step(z):
    return 1.0 * (np.array(z) > 0)
