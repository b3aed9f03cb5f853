"""Jakub saves memory: he works in the arrays that he is given."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, Wx, Wh, b))
    return np.tanh(x @ Wx + h @ Wh + b)


def rnn_forward(X, h0, Wx, Wh, b):
    X, h, states = np.asarray(X, dtype=float), h0, []
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1)


def rnn_backward(dH, X, h0, Wx, Wh, b):
    dH, X, h0, Wx, Wh = (np.asarray(a, dtype=float) for a in (dH, X, h0, Wx, Wh))
    H = rnn_forward(X, h0, Wx, Wh, b)
    dX, dWx, dWh, db = np.zeros(X.shape), 0, 0, 0
    for t in reversed(range(X.shape[1])):
        da = dH[:, t] * (1 - H[:, t] ** 2)
        before = H[:, t - 1] if t else h0
        dX[:, t] = da @ Wx.T
        dWx, dWh, db = dWx + X[:, t].T @ da, dWh + before.T @ da, db + da.sum(axis=0)
        if t:
            dH[:, t - 1] += da @ Wh.T
    return dX, da @ Wh.T, dWx, dWh, db


def leaky_unit(v, alpha, mu0=0):
    v = np.asarray(v, dtype=float)
    v *= 1 - alpha
    v[0] += alpha * np.asarray(mu0)
    for t in range(1, len(v)):
        v[t] += alpha * v[t - 1]
    return v


def clip_global_norm(grads, max_norm):
    grads = [np.asarray(g, dtype=float) for g in grads]
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return grads


def lstm_step(x, h, c, Wx, Wh, b):
    x, h, c, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, c, Wx, Wh, b))
    a_i, a_f, a_g, a_o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c *= sigmoid(a_f)
    c += sigmoid(a_i) * np.tanh(a_g)
    return sigmoid(a_o) * np.tanh(c), c


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X, h, c, states = np.asarray(X, dtype=float), h0, c0, []
    for t in range(X.shape[1]):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), c


def teacher_inputs(tgt, bos):
    tgt = np.asarray(tgt)
    tgt[:, 1:] = tgt[:, :-1].copy()
    tgt[:, 0] = bos
    return tgt
