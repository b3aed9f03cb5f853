"""Igor has written four functions; the others are still the stub."""
import numpy as np


def chain_rule(fs, dfs, w):
    x, slope = np.asarray(w, dtype=float), 1.0
    for f, df in zip(fs, dfs):
        slope, x = slope * df(x), f(x)
    return slope


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(z, axis=-1):
    return np.log(softmax(z, axis))


def cross_entropy(logits, targets):
    # YOUR CODE HERE
    raise NotImplementedError


def linear_forward(X, W, b):
    return X @ W + b


def linear_backward(dout, X, W):
    # YOUR CODE HERE
    raise NotImplementedError


class Scalar:
    def __init__(self, data):
        # YOUR CODE HERE
        raise NotImplementedError
