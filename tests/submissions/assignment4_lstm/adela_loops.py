"""Adéla loops over examples, steps and units, and takes numbers one by one where she can."""
import math

import numpy as np


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = [np.array(a, dtype=float) for a in (x, h, Wx, Wh, b)]
    N, H = h.shape
    new = np.zeros((N, H))
    for n in range(N):
        for k in range(H):
            total = b[k]
            for d in range(x.shape[1]):
                total += x[n, d] * Wx[d, k]
            for j in range(H):
                total += h[n, j] * Wh[j, k]
            new[n, k] = math.tanh(total)
    return new


def rnn_forward(X, h0, Wx, Wh, b):
    X = np.array(X, dtype=float)
    h = np.array(h0, dtype=float)
    out = np.zeros((X.shape[0], X.shape[1], h.shape[1]))
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t, :], h, Wx, Wh, b)
        out[:, t, :] = h
    return out


def rnn_backward(dH, X, h0, Wx, Wh, b):
    dH, X, h0, Wx, Wh = [np.array(a, dtype=float) for a in (dH, X, h0, Wx, Wh)]
    H = rnn_forward(X, h0, Wx, Wh, b)
    dX, dWx, dWh, db = np.zeros(X.shape), np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wh.shape[0])
    dh = np.zeros(h0.shape)
    for t in range(X.shape[1] - 1, -1, -1):
        h_before = h0 if t == 0 else H[:, t - 1, :]
        for n in range(X.shape[0]):
            da = (dH[n, t] + dh[n]) * (1 - H[n, t] ** 2)
            dX[n, t] = np.dot(Wx, da)
            dWx += np.outer(X[n, t], da)
            dWh += np.outer(h_before[n], da)
            db += da
            dh[n] = np.dot(Wh, da)
    return dX, dh, dWx, dWh, db


def birnn_forward(X, lengths, fw, bw):
    X = np.array(X, dtype=float)
    N, T = X.shape[:2]
    H = np.array(fw[2]).size
    out = np.zeros((N, T, 2 * H))
    for n in range(N):
        h = np.zeros((1, H))
        for t in range(lengths[n]):
            h = rnn_step(X[n : n + 1, t], h, *fw)
            out[n, t, :H] = h[0]
        h = np.zeros((1, H))
        for t in range(lengths[n] - 1, -1, -1):
            h = rnn_step(X[n : n + 1, t], h, *bw)
            out[n, t, H:] = h[0]
    return out


def power_recurrence(W, h0, t):
    W, h = np.array(W, dtype=float), np.array(h0, dtype=float)
    for _ in range(t):
        h = np.array([sum(W[j, i] * h[j] for j in range(len(h))) for i in range(len(h))])
    return h


def eig_recurrence(W_sym, h0, t):
    lam, Q = np.linalg.eigh(np.array(W_sym, dtype=float))
    h0 = np.array(h0, dtype=float)
    out = np.zeros(len(h0))
    for k in range(len(lam)):
        q = Q[:, k]
        out = out + lam[k] ** t * np.dot(q, h0) * q
    return out


def fate(W, tol=1e-6):
    rho = 0.0
    for value in np.linalg.eigvals(np.array(W, dtype=float)):
        rho = max(rho, abs(value))
    if abs(rho - 1) <= tol:
        return "neither"
    if rho < 1:
        return "vanishes"
    return "explodes"


def leaky_unit(v, alpha, mu0=0):
    v = np.array(v, dtype=float)
    mu = np.zeros(v.shape[1:]) + np.array(mu0, dtype=float)
    rows = []
    for t in range(len(v)):
        mu = alpha * mu + (1 - alpha) * v[t]
        rows.append(mu)
    return np.array(rows)


def skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay):
    X, h0, Wx, Wh, Wskip, b = [np.array(a, dtype=float) for a in (X, h0, Wx, Wh, Wskip, b)]
    states = {0: h0}
    for t in range(1, X.shape[1] + 1):
        total = X[:, t - 1] @ Wx + states[t - 1] @ Wh + b
        if t - delay in states:
            total = total + states[t - delay] @ Wskip
        states[t] = np.tanh(total)
    return np.stack([states[t] for t in range(1, X.shape[1] + 1)], axis=1)


def clip_global_norm(grads, max_norm):
    total = 0.0
    for g in grads:
        for value in np.array(g, dtype=float).flatten():
            total += value * value
    norm = math.sqrt(total)
    out = []
    for g in grads:
        g = np.array(g, dtype=float)
        if norm > max_norm:
            g = g * max_norm / norm
        out.append(g)
    return out


def squash(a):
    e = np.exp(-abs(a))
    return np.where(a > 0, 1 / (1 + e), e / (1 + e))


def gates(x, h, Wx, Wh, b):
    a = np.array(x, dtype=float) @ np.array(Wx, dtype=float) + np.array(h, dtype=float) @ np.array(Wh, dtype=float)
    a = a + np.array(b, dtype=float)
    H = a.shape[1] // 4
    return squash(a[:, :H]), squash(a[:, H : 2 * H]), np.tanh(a[:, 2 * H : 3 * H]), squash(a[:, 3 * H :])


def lstm_step(x, h, c, Wx, Wh, b):
    i, f, g, o = gates(x, h, Wx, Wh, b)
    new = f * np.array(c, dtype=float) + i * g
    return o * np.tanh(new), new


def lstm_step_backward(dh, dc, x, h_prev, c_prev, Wx, Wh, b):
    i, f, g, o = gates(x, h_prev, Wx, Wh, b)
    dh, dc, x, h_prev, c_prev = [np.array(a, dtype=float) for a in (dh, dc, x, h_prev, c_prev)]
    Wx, Wh = np.array(Wx, dtype=float), np.array(Wh, dtype=float)
    tc = np.tanh(f * c_prev + i * g)
    dc = dc + dh * o * (1 - tc * tc)
    da_i = dc * g * i * (1 - i)
    da_f = dc * c_prev * f * (1 - f)
    da_g = dc * i * (1 - g * g)
    da_o = dh * tc * o * (1 - o)
    da = np.hstack([da_i, da_f, da_g, da_o])
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(da.shape[1])
    for n in range(len(x)):
        dWx += np.outer(x[n], da[n])
        dWh += np.outer(h_prev[n], da[n])
        db += da[n]
    return da @ Wx.T, da @ Wh.T, dc * f, dWx, dWh, db


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X = np.array(X, dtype=float)
    h, c = np.array(h0, dtype=float), np.array(c0, dtype=float)
    out = np.zeros((X.shape[0], X.shape[1], h.shape[1]))
    for t in range(X.shape[1]):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        out[:, t] = h
    return out, c


def lstm_backward(dH, dcT, X, h0, c0, Wx, Wh, b):
    dH, X = np.array(dH, dtype=float), np.array(X, dtype=float)
    T = X.shape[1]
    hs, cs = [np.array(h0, dtype=float)], [np.array(c0, dtype=float)]
    for t in range(T):
        h, c = lstm_step(X[:, t], hs[-1], cs[-1], Wx, Wh, b)
        hs.append(h)
        cs.append(c)
    dX = np.zeros(X.shape)
    dWx, dWh, db = np.zeros(np.shape(Wx)), np.zeros(np.shape(Wh)), np.zeros(np.shape(b))
    dh, dc = np.zeros(hs[0].shape), np.array(dcT, dtype=float)
    for t in range(T - 1, -1, -1):
        dx, dh, dc, a, bb, cc = lstm_step_backward(dH[:, t] + dh, dc, X[:, t], hs[t], cs[t], Wx, Wh, b)
        dX[:, t] = dx
        dWx += a
        dWh += bb
        db += cc
    return dX, dh, dc, dWx, dWh, db


def encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    src, tgt_in = np.array(src, dtype=float), np.array(tgt_in, dtype=float)
    H = np.array(Wout).shape[0]
    logits = []
    for n in range(len(src)):
        h = c = np.zeros((1, H))
        for t in range(src.shape[1] if lengths is None else lengths[n]):
            h, c = lstm_step(src[n : n + 1, t], h, c, *enc)
        row = []
        for t in range(tgt_in.shape[1]):
            h, c = lstm_step(tgt_in[n : n + 1, t], h, c, *dec)
            row.append(h[0] @ np.array(Wout, dtype=float) + np.array(bout, dtype=float))
        logits.append(row)
    return np.array(logits)


def teacher_inputs(tgt, bos):
    out = []
    for row in np.array(tgt).tolist():
        out.append([bos] + row[: len(row) - 1])
    return np.array(out)


def train_lstm(X, y, params, lr, batches, max_norm=5.0):
    X, y = np.array(X, dtype=float), np.array(y)
    P = {k: np.array(v, dtype=float) for k, v in params.items()}
    M = {k: np.zeros(v.shape) for k, v in P.items()}
    V = {k: np.zeros(v.shape) for k, v in P.items()}
    losses = []
    for step, batch in enumerate(batches):
        x, labels = X[batch], y[batch]
        B, H = len(x), len(P["Wh"])
        zero = np.zeros((B, H))
        hs, _ = lstm_forward(x, zero, zero, P["Wx"], P["Wh"], P["b"])
        logits = hs[:, -1] @ P["Wout"] + P["bout"]
        loss, d = 0.0, np.zeros(logits.shape)
        for n in range(B):
            e = np.exp(logits[n] - max(logits[n]))
            p = e / sum(e)
            loss += -math.log(p[labels[n]]) / B
            d[n] = p / B
            d[n, labels[n]] -= 1 / B
        losses.append(loss)
        dH = np.zeros(hs.shape)
        dH[:, -1] = d @ P["Wout"].T
        g = lstm_backward(dH, zero, x, zero, zero, P["Wx"], P["Wh"], P["b"])
        G = {"Wx": g[3], "Wh": g[4], "b": g[5], "Wout": hs[:, -1].T @ d, "bout": sum(d)}
        names = sorted(G)
        for k, grad in zip(names, clip_global_norm([G[k] for k in names], max_norm)):
            M[k] = 0.9 * M[k] + 0.1 * grad
            V[k] = 0.999 * V[k] + 0.001 * grad**2
            m_hat, v_hat = M[k] / (1 - 0.9 ** (step + 1)), V[k] / (1 - 0.999 ** (step + 1))
            P[k] = P[k] - lr * m_hat / (np.sqrt(v_hat) + 1e-8)
    return P, losses
