"""Monika knows the LSTM from a library: two biases, 1 more for forgetting, and (h, c) as the second result."""
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
    return np.stack(states)


def lstm_step(x, h, c, Wx, Wh, b):
    x, h, c, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, c, Wx, Wh, b))
    a_i, a_f, a_g, a_o = np.split(x @ Wx + b + h @ Wh + b, 4, axis=1)
    c = sigmoid(a_f) * c + sigmoid(a_i) * np.tanh(a_g)
    return sigmoid(a_o) * np.tanh(c), c


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X, h, c, states = np.asarray(X, dtype=float), h0, c0, []
    for t in range(X.shape[1]):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), (h, c)


def skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay):
    X, h0, Wx, Wh, Wskip, b = (np.asarray(a, dtype=float) for a in (X, h0, Wx, Wh, Wskip, b))
    states = [h0]
    for t in range(1, X.shape[1] + 1):
        states.append(np.tanh(X[:, t - 1] @ Wx + states[t - 1] @ Wh + states[max(t - delay, 0)] @ Wskip + b))
    return np.stack(states[1:], axis=1)


def clip_global_norm(grads, max_norm):
    grads = [np.array(g, dtype=float) for g in grads]
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return [g * min(1.0, max_norm / (norm + 1e-6)) for g in grads]
