"""Alma writes what the formulas say, number after number."""
import math

import numpy as np


def context(alpha, H):
    out = []
    for weights, vectors in zip(alpha, H):
        c = [0.0] * len(vectors[0])
        for w, vector in zip(weights, vectors):
            for d in range(len(c)):
                c[d] += float(w) * float(vector[d])
        out.append(c)
    return np.array(out)


def softmax_of(row, keep):
    row = [float(x) for x in row]
    best = None
    for x, k in zip(row, keep):
        if k and (best is None or x > best):
            best = x
    if best is None:
        return [0.0] * len(row)
    e = [math.exp(x - best) if k else 0.0 for x, k in zip(row, keep)]
    total = sum(e)
    return [x / total for x in e]


def masked_softmax(scores, mask=None, axis=-1):
    scores = np.array(scores, dtype=float)
    if mask is None:
        mask = True
    mask = np.broadcast_to(mask, scores.shape)
    scores = np.swapaxes(scores, axis, -1)
    mask = np.swapaxes(mask, axis, -1)
    out = np.zeros(scores.shape)
    for place in np.ndindex(scores.shape[:-1]):
        out[place] = softmax_of(scores[place], mask[place])
    return np.swapaxes(out, axis, -1)


def padding_mask(lengths, T):
    return np.array([[t < int(n) for t in range(T)] for n in lengths])


def causal_mask(T):
    mask = np.full((T, T), False)
    for i in range(T):
        for j in range(i + 1):
            mask[i, j] = True
    return mask


def combine(pad, causal):
    N, T = pad.shape
    out = np.full((N, 1, T, T), False)
    for n in range(N):
        for i in range(T):
            for j in range(T):
                out[n, 0, i, j] = pad[n, j] and causal[i, j]
    return out


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = [np.array(a, dtype=float) for a in (s, H, Ws, Wh, v)]
    N, T = H.shape[:2]
    e = np.zeros((N, T))
    for n in range(N):
        for t in range(T):
            for k in range(len(v)):
                z = 0.0
                for a in range(s.shape[1]):
                    z += s[n, a] * Ws[a, k]
                for b in range(H.shape[2]):
                    z += H[n, t, b] * Wh[b, k]
                e[n, t] += v[k] * math.tanh(z)
    alpha = masked_softmax(e, mask)
    return context(alpha, H), alpha


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = np.array(Q, dtype=float), np.array(K, dtype=float), np.array(V, dtype=float)
    lead = Q.shape[:-2]
    Tq, dk = Q.shape[-2:]
    Tk, dv = V.shape[-2:]
    scores = np.zeros(lead + (Tq, Tk))
    for place in np.ndindex(lead):
        for i in range(Tq):
            for j in range(Tk):
                for d in range(dk):
                    scores[place][i, j] += Q[place][i, d] * K[place][j, d]
    weights = masked_softmax(scores / math.sqrt(dk), mask)
    out = np.zeros(lead + (Tq, dv))
    for place in np.ndindex(lead):
        for i in range(Tq):
            for j in range(Tk):
                out[place][i] += weights[place][i, j] * V[place][j]
    return out, weights


def sdpa_backward(dout, Q, K, V, mask=None):
    dout, Q, K, V = [np.array(a, dtype=float) for a in (dout, Q, K, V)]
    weights = scaled_dot_product_attention(Q, K, V, mask)[1]
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(K.shape), np.zeros(V.shape)
    root = math.sqrt(Q.shape[-1])
    for place in np.ndindex(Q.shape[:-2]):
        for i in range(Q.shape[-2]):
            w = weights[place][i]
            g = [float(np.sum(dout[place][i] * V[place][j])) for j in range(len(w))]
            mean = sum(a * b for a, b in zip(w, g))
            for j in range(len(w)):
                dV[place][j] += w[j] * dout[place][i]
                ds = w[j] * (g[j] - mean)
                dQ[place][i] += ds / root * K[place][j]
                dK[place][j] += ds / root * Q[place][i]
    return dQ, dK, dV


def split_heads(X, n_heads):
    X = np.array(X, dtype=float)
    N, T, D = X.shape
    d = D // n_heads
    out = np.zeros((N, n_heads, T, d))
    for j in range(n_heads):
        for i in range(d):
            out[:, j, :, i] = X[:, :, j * d + i]
    return out


def merge_heads(X):
    X = np.array(X, dtype=float)
    N, h, T, d = X.shape
    out = np.zeros((N, T, h * d))
    for j in range(h):
        for i in range(d):
            out[:, :, j * d + i] = X[:, j, :, i]
    return out


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    Xq, Xkv, Wq, Wk, Wv, Wo = [np.array(a, dtype=float) for a in (Xq, Xkv, Wq, Wk, Wv, Wo)]
    heads = []
    d = Xq.shape[2] // n_heads
    if mask is not None:
        mask = np.broadcast_to(mask, (Xq.shape[0], n_heads, Xq.shape[1], Xkv.shape[1]))
    for j in range(n_heads):
        part = slice(j * d, (j + 1) * d)
        own = None if mask is None else mask[:, j]
        head, _ = scaled_dot_product_attention(Xq @ Wq[:, part], Xkv @ Wk[:, part], Xkv @ Wv[:, part], own)
        heads.append(head)
    return np.concatenate(heads, axis=2) @ Wo


def sinusoidal_positions(T, d):
    rows = []
    for t in range(T):
        row = []
        for c in range(d):
            pair = c // 2
            x = t / math.pow(10000, 2 * pair / d)
            row.append(math.sin(x) if c % 2 == 0 else math.cos(x))
        rows.append(row)
    return np.array(rows)


def train_retrieval(Q, K, y, params, lr, batches):
    Q, K = np.array(Q, dtype=float), np.array(K, dtype=float)
    Wq, Wk = np.array(params["Wq"], dtype=float), np.array(params["Wk"], dtype=float)
    losses = []
    for batch in batches:
        gq, gk, loss = np.zeros(Wq.shape), np.zeros(Wk.shape), 0.0
        for n in batch:
            q = Q[n][0].dot(Wq)
            keys = [key.dot(Wk) for key in K[n]]
            root = math.sqrt(len(q))
            w = softmax_of([q.dot(k) / root for k in keys], [True] * len(keys))
            loss -= math.log(w[int(y[n])])
            dq = np.zeros(len(q))
            for j in range(len(keys)):
                ds = (w[j] - (1.0 if j == int(y[n]) else 0.0)) / root
                dq += ds * keys[j]
                gk += np.outer(K[n][j], ds * q)
            gq += np.outer(Q[n][0], dq)
        B = len(batch)
        Wq, Wk = Wq - lr * gq / B, Wk - lr * gk / B
        losses.append(loss / B)
    return {"Wq": Wq, "Wk": Wk}, losses
