"""Pavla's functions are right for arrays; she never thought of lists."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def rnn_step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def rnn_forward(X, h0, Wx, Wh, b):
    N, T, D = X.shape
    H = np.zeros((N, T, h0.shape[1]))
    for t in range(T):
        H[:, t] = rnn_step(X[:, t], h0 if t == 0 else H[:, t - 1], Wx, Wh, b)
    return H


def fate(W, tol=1e-6):
    radius = np.linalg.norm(W, 2)
    if abs(radius - 1) <= tol:
        return "neither"
    return "vanishes" if radius < 1 else "explodes"


def lstm_step(x, h, c, Wx, Wh, b):
    H = h.shape[1]
    a = x @ Wx + h @ Wh + b
    i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H]), sigmoid(a[:, 3 * H :])
    c_new = f * c + (1 - f) * np.tanh(a[:, 2 * H : 3 * H])
    return o * np.tanh(c_new), c_new
