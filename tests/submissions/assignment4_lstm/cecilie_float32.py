"""Cecílie keeps float32 where everything is float32, and puts the LSTM into a class."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def arrays(*values):
    """Arrays of a common floating dtype; float64 unless every array came as float32."""
    found = [np.asarray(v) for v in values]
    given = [np.asarray(v).dtype for v in values if isinstance(v, np.ndarray)]
    narrow = bool(given) and len(given) == len(values) and all(d == np.float32 for d in given)
    return [v.astype(np.float32 if narrow else np.float64) for v in found]


def logistic(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e)).astype(z.dtype)


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = arrays(x, h, Wx, Wh, b)
    return np.tanh(x @ Wx + h @ Wh + b)


def rnn_forward(X, h0, Wx, Wh, b):
    X, h, Wx, Wh, b = arrays(X, h0, Wx, Wh, b)
    projected = X @ Wx + b
    H = np.empty(X.shape[:2] + h.shape[1:], dtype=h.dtype)
    for t in range(X.shape[1]):
        h = np.tanh(projected[:, t] + h @ Wh)
        H[:, t] = h
    return H


def rnn_backward(dH, X, h0, Wx, Wh, b):
    dH, X, h0, Wx, Wh, b = arrays(dH, X, h0, Wx, Wh, b)
    H = rnn_forward(X, h0, Wx, Wh, b)
    dX, dWx, dWh, db, dh = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b), np.zeros_like(h0)
    for t in reversed(range(X.shape[1])):
        da = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dX[:, t] = da @ Wx.T
        dWx += X[:, t].T @ da
        dWh += (H[:, t - 1] if t else h0).T @ da
        db += da.sum(0)
        dh = da @ Wh.T
    return dX, dh, dWx, dWh, db


def birnn_forward(X, lengths, fw, bw):
    X, *weights = arrays(X, *fw, *bw)
    fw, bw = weights[:3], weights[3:]
    N, T, _ = X.shape
    H = fw[1].shape[0]
    out = np.zeros((N, T, 2 * H), dtype=X.dtype)
    h0 = np.zeros((1, H), dtype=X.dtype)
    for n, length in enumerate(lengths):
        if length:
            row = X[n : n + 1, :length]
            out[n, :length, :H] = rnn_forward(row, h0, *fw)
            out[n, :length, H:] = rnn_forward(row[:, ::-1], h0, *bw)[:, ::-1]
    return out


def power_recurrence(W, h0, t):
    W, h = arrays(W, h0)
    h = h.copy()
    for _ in range(t):
        h = W.T @ h
    return h


def eig_recurrence(W_sym, h0, t):
    W, h0 = arrays(W_sym, h0)
    values, Q = np.linalg.eigh(W)
    return Q @ np.diag(values**t) @ Q.T @ h0


def fate(W, tol=1e-6):
    rho = np.max(np.absolute(np.linalg.eigvals(np.asarray(W, dtype=np.float64))))
    return "neither" if np.abs(rho - 1) <= tol else "vanishes" if rho < 1 else "explodes"


def leaky_unit(v, alpha, mu0=0):
    if np.ndim(mu0) == 0:
        (v,) = arrays(v)
        mu = np.full(v.shape[1:], mu0, dtype=v.dtype)
    else:
        v, mu = arrays(v, mu0)
    out = np.zeros_like(v)
    for t, value in enumerate(v):
        mu = out[t] = alpha * mu + (1 - alpha) * value
    return out


def skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay):
    X, h0, Wx, Wh, Wskip, b = arrays(X, h0, Wx, Wh, Wskip, b)
    history = [h0]
    for t in range(X.shape[1]):
        total = X[:, t] @ Wx + history[-1] @ Wh + b
        if len(history) >= delay:
            total = total + history[-delay] @ Wskip
        history.append(np.tanh(total))
    return np.stack(history[1:], axis=1)


def clip_global_norm(grads, max_norm):
    grads = arrays(*grads)
    norm = np.sqrt(sum(float((g.astype(np.float64) ** 2).sum()) for g in grads))
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * g.dtype.type(scale) for g in grads]


@dataclass
class Cell:
    Wx: np.ndarray
    Wh: np.ndarray
    b: np.ndarray

    def gates(self, x, h):
        i, f, g, o = np.split(x @ self.Wx + h @ self.Wh + self.b, 4, axis=-1)
        return logistic(i), logistic(f), np.tanh(g), logistic(o)

    def step(self, x, h, c):
        i, f, g, o = self.gates(x, h)
        c = f * c + i * g
        return o * np.tanh(c), c

    def back(self, dh, dc, x, h, c):
        i, f, g, o = self.gates(x, h)
        squashed = np.tanh(f * c + i * g)
        dc = dc + dh * o * (1 - squashed * squashed)
        da = np.concatenate(
            [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * squashed * o * (1 - o)], axis=-1
        )
        return da @ self.Wx.T, da @ self.Wh.T, dc * f, x.T @ da, h.T @ da, da.sum(axis=0)


def lstm_step(x, h, c, Wx, Wh, b):
    x, h, c, *weights = arrays(x, h, c, Wx, Wh, b)
    return Cell(*weights).step(x, h, c)


def lstm_step_backward(dh, dc, x, h_prev, c_prev, Wx, Wh, b):
    dh, dc, x, h, c, *weights = arrays(dh, dc, x, h_prev, c_prev, Wx, Wh, b)
    return Cell(*weights).back(dh, dc, x, h, c)


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X, h, c, *weights = arrays(X, h0, c0, Wx, Wh, b)
    cell, states = Cell(*weights), []
    for t in range(X.shape[1]):
        h, c = cell.step(X[:, t], h, c)
        states.append(h)
    return np.stack(states, axis=1), c


def lstm_backward(dH, dcT, X, h0, c0, Wx, Wh, b):
    dH, dc, X, h0, c0, *weights = arrays(dH, dcT, X, h0, c0, Wx, Wh, b)
    cell, trace = Cell(*weights), [(h0, c0)]
    for t in range(X.shape[1] - 1):
        trace.append(cell.step(X[:, t], *trace[-1]))
    dX, dh = np.zeros_like(X), np.zeros_like(h0)
    grads = [np.zeros_like(w) for w in weights]
    for t in range(X.shape[1] - 1, -1, -1):
        dX[:, t], dh, dc, *more = cell.back(dH[:, t] + dh, dc, X[:, t], *trace[t])
        grads = [a + b for a, b in zip(grads, more)]
    return (dX, dh, dc, *grads)


def encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    src, tgt_in, Wout, bout, *weights = arrays(src, tgt_in, Wout, bout, *enc, *dec)
    enc, dec = weights[:3], weights[3:]
    N, Ts, _ = src.shape
    lengths = np.full(N, Ts) if lengths is None else np.asarray(lengths)
    h = c = np.zeros((N, Wout.shape[0]), dtype=src.dtype)
    hs, cs = [], []
    for t in range(Ts):
        h, c = lstm_step(src[:, t], h, c, *enc)
        hs.append(h)
        cs.append(c)
    rows = np.arange(N)
    h, c = np.stack(hs)[lengths - 1, rows], np.stack(cs)[lengths - 1, rows]
    states, _ = lstm_forward(tgt_in, h, c, *dec)
    return states @ Wout + bout


def teacher_inputs(tgt, bos):
    out = np.empty(np.shape(tgt), dtype=np.int64)
    out[:, 0] = bos
    out[:, 1:] = np.asarray(tgt)[:, :-1]
    return out


class Adam:
    def __init__(self, lr):
        self.lr, self.t, self.m, self.v = lr, 0, {}, {}

    def update(self, params, grads):
        self.t += 1
        for name, g in grads.items():
            self.m[name] = 0.9 * self.m.get(name, 0.0) + 0.1 * g
            self.v[name] = 0.999 * self.v.get(name, 0.0) + 0.001 * g * g
            m, v = self.m[name] / (1 - 0.9**self.t), self.v[name] / (1 - 0.999**self.t)
            params[name] -= self.lr * m / (np.sqrt(v) + 1e-8)  # our own copies


def train_lstm(X, y, params, lr, batches, max_norm=5.0):
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
    params = {name: np.array(value, dtype=np.float64) for name, value in params.items()}
    adam, losses = Adam(lr), []
    for batch in batches:
        x, labels = X[batch], y[batch]
        weights = params["Wx"], params["Wh"], params["b"]
        start = np.zeros((len(x), params["Wh"].shape[0]))
        H, _ = lstm_forward(x, start, start, *weights)
        last = H[:, -1]
        logits = last @ params["Wout"] + params["bout"]
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        losses.append(float(np.mean(-np.log(p[np.arange(len(x)), labels]))))
        p[np.arange(len(x)), labels] -= 1
        p /= len(x)
        dH = np.zeros_like(H)
        dH[:, -1] = p @ params["Wout"].T
        *_, dWx, dWh, db = lstm_backward(dH, start, x, start, start, *weights)
        grads = {"Wx": dWx, "Wh": dWh, "b": db, "Wout": last.T @ p, "bout": p.sum(axis=0)}
        adam.update(params, dict(zip(grads, clip_global_norm(list(grads.values()), max_norm))))
    return params, losses
