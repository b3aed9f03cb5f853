"""Hugo has come as far as the leaky unit; the others are still the stub."""
import numpy as np


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
    # YOUR CODE HERE
    raise NotImplementedError


def birnn_forward(X, lengths, fw, bw):
    # YOUR CODE HERE
    raise NotImplementedError


def power_recurrence(W, h0, t):
    h = np.array(h0, dtype=float)
    for _ in range(t):
        h = np.asarray(W).T @ h
    return h


def eig_recurrence(W_sym, h0, t):
    return power_recurrence(W_sym, h0, t)


def fate(W, tol=1e-6):
    if abs(np.linalg.det(W)) > 1:
        return "explodes"


def leaky_unit(v, alpha, mu0=0):
    mu, out = mu0, []
    for value in v:
        mu = alpha * np.asarray(mu) + (1 - alpha) * np.asarray(value)
        out.append(mu)
    return np.array(out)
