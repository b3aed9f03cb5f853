"""Leoš clips every gradient for itself, and trains with the gradients of each batch's sum."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def clip_global_norm(grads, max_norm):
    out = []
    for g in grads:
        g = np.array(g, dtype=float)
        norm = np.linalg.norm(g)
        out.append(g * max_norm / norm if norm > max_norm else g)
    return out


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


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X, h, c, states = np.asarray(X, dtype=float), h0, c0, []
    for t in range(X.shape[1]):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), c


def lstm_backward(dH, dcT, X, h0, c0, Wx, Wh, b):
    dH, X = np.asarray(dH, dtype=float), np.asarray(X, dtype=float)
    T = X.shape[1]
    before = [(h0, c0)]
    for t in range(T):
        before.append(lstm_step(X[:, t], *before[t], Wx, Wh, b))
    dX, dh, dc = np.zeros(X.shape), 0, dcT
    dWx = dWh = db = 0
    for t in reversed(range(T)):
        dX[:, t], dh, dc, gx, gh, gb = lstm_step_backward(dH[:, t] + dh, dc, X[:, t], *before[t], Wx, Wh, b)
        dWx, dWh, db = dWx + gx, dWh + gh, db + gb
    return dX, dh, dc, dWx, dWh, db


def softmax_cross_entropy(logits, y):
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1
    return -float(log_p[rows, y].mean()), dlogits / len(y)


def adam_step(params, grads, state, lr):
    zeros = {name: np.zeros_like(value) for name, value in params.items()}
    m, v, step = state or (zeros, zeros, 0)
    step += 1
    m = {name: 0.9 * m[name] + 0.1 * grads[name] for name in params}
    v = {name: 0.999 * v[name] + 0.001 * grads[name] ** 2 for name in params}
    moved = {
        name: value - lr * (m[name] / (1 - 0.9**step)) / (np.sqrt(v[name] / (1 - 0.999**step)) + 1e-8)
        for name, value in params.items()
    }
    return moved, (m, v, step)


def train_lstm(X, y, params, lr, batches, max_norm=5.0):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    params = {name: np.array(value, dtype=float) for name, value in params.items()}
    losses, state = [], None
    for batch in batches:
        start = np.zeros((len(batch), len(params["Wh"])))
        lstm = params["Wx"], params["Wh"], params["b"]
        H, _ = lstm_forward(X[batch], start, start, *lstm)
        loss, dlogits = softmax_cross_entropy(H[:, -1] @ params["Wout"] + params["bout"], y[batch])
        dH = np.zeros(H.shape)
        dlogits *= len(batch)
        dH[:, -1] = dlogits @ params["Wout"].T
        dWx, dWh, db = lstm_backward(dH, start, X[batch], start, start, *lstm)[3:]
        grads = {"Wx": dWx, "Wh": dWh, "b": db, "Wout": H[:, -1].T @ dlogits, "bout": dlogits.sum(axis=0)}
        grads = dict(zip(grads, clip_global_norm(list(grads.values()), max_norm)))
        params, state = adam_step(params, grads, state, lr)
        losses.append(loss)
    return params, losses
