"""Norbert makes two slips at once in the cell: i, f, o, g, and no tanh around the new cell."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def lstm_step(x, h, c, Wx, Wh, b):
    x, h, c, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, c, Wx, Wh, b))
    a_i, a_f, a_o, a_g = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c = sigmoid(a_f) * c + sigmoid(a_i) * np.tanh(a_g)
    return sigmoid(a_o) * c, c


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X, h, c, states = np.asarray(X, dtype=float), h0, c0, []
    for t in range(X.shape[1]):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), c


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh = (np.asarray(a, dtype=float) for a in (x, h, Wx, Wh))
    return np.tanh(x @ Wx + h @ Wh.T)


def rnn_forward(X, h0, Wx, Wh, b):
    X, h, states = np.asarray(X, dtype=float), h0, []
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1)
