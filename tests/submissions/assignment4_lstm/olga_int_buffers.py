"""Olga makes her buffers with zeros_like of whatever comes in."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, Wx, Wh, b))
    return np.tanh(x @ Wx + h @ Wh + b)


def rnn_forward(X, h0, Wx, Wh, b):
    X, h0 = np.asarray(X), np.asarray(h0)
    H = np.zeros(X.shape[:2] + h0.shape[1:], dtype=X.dtype)
    h = h0
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        H[:, t] = h
    return H


def leaky_unit(v, alpha, mu0=0):
    v = np.asarray(v)
    out, mu = np.zeros_like(v), np.asarray(mu0)
    for t in range(len(v)):
        mu = alpha * mu + (1 - alpha) * v[t]
        out[t] = mu
    return out


def power_recurrence(W, h0, t):
    return np.linalg.matrix_power(np.asarray(W).T, t) @ np.asarray(h0)


def lstm_step(x, h, c, Wx, Wh, b):
    x, h, c, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, c, Wx, Wh, b))
    a_i, a_f, a_g, a_o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c = sigmoid(a_f) * c + sigmoid(a_i) * np.tanh(a_g)
    return sigmoid(a_o) * np.tanh(c), c


def lstm_step_backward(dh, dc, x, h_prev, c_prev, Wx, Wh, b):
    dh, dc, x, h_prev, c_prev, Wx, Wh, b = (
        np.asarray(a, dtype=float) for a in (dh, dc, x, h_prev, c_prev, Wx, Wh, b)
    )
    a_i, a_f, a_g, a_o = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
    i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
    tc = np.tanh(f * c_prev + i * g)
    dc = dc + dh * o * (1 - tc**2)
    da = np.concatenate(
        [dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dc * i * (1 - g**2), dh * tc * o * (1 - o)], axis=1
    )
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, h_prev.T @ da, da.sum(axis=0)


def lstm_backward(dH, dcT, X, h0, c0, Wx, Wh, b):
    dH, X = np.asarray(dH), np.asarray(X)
    T = X.shape[1]
    before = [(h0, c0)]
    for t in range(T):
        before.append(lstm_step(X[:, t], *before[t], Wx, Wh, b))
    dX, dh, dc = np.zeros_like(X), 0, dcT
    dWx = dWh = db = 0
    for t in reversed(range(T)):
        dX[:, t], dh, dc, gx, gh, gb = lstm_step_backward(dH[:, t] + dh, dc, X[:, t], *before[t], Wx, Wh, b)
        dWx, dWh, db = dWx + gx, dWh + gh, db + gb
    return dX, dh, dc, dWx, dWh, db
