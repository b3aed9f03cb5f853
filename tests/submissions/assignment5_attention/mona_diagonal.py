import numpy as np


def _a(*xs):
    return [np.asarray(x, dtype=float) for x in xs]


def context(alpha, H):
    alpha, H = _a(alpha, H)
    return np.array([a @ h for a, h in zip(alpha, H)])


def masked_softmax(scores, mask=None, axis=-1):
    (scores,) = _a(scores)
    keep = np.ones_like(scores) if mask is None else np.broadcast_to(mask, scores.shape).astype(float)
    e = np.exp(scores - scores.max(axis=axis, keepdims=True)) * keep
    t = e.sum(axis=axis, keepdims=True)
    return np.divide(e, t, out=np.zeros_like(e), where=t > 0)


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = _a(s, H, Ws, Wh, v)
    e = np.tanh((s @ Ws)[:, None] + H @ Wh) @ v
    keep = np.ones(e.shape, bool) if mask is None else mask
    x = np.where(keep, e, -np.inf)
    m = x.max(axis=0, keepdims=True)
    x = np.exp(x - np.where(np.isfinite(m), m, 0))
    t = x.sum(axis=0, keepdims=True)
    alpha = x / np.where(t > 0, t, 1)
    return np.array([a @ h for a, h in zip(alpha, H)]), alpha


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = _a(Q, K, V)
    s = Q @ np.swapaxes(K, -1, -2) / np.sqrt(K.shape[-1])
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    m = s.max(axis=-1, keepdims=True)
    e = np.exp(s - np.where(np.isfinite(m), m, 0))
    t = e.sum(axis=-1, keepdims=True)
    w = e / np.where(t > 0, t, 1)
    return w @ V, w


def sdpa_backward(dout, Q, K, V, mask=None):
    dout, Q, K, V = _a(dout, Q, K, V)
    _, w = scaled_dot_product_attention(Q, K, V, mask)
    dw = dout @ np.swapaxes(V, -1, -2)
    ds = dw * w * (1 - w) / np.sqrt(K.shape[-1])
    return ds @ K, np.swapaxes(ds, -1, -2) @ Q, np.swapaxes(w, -1, -2) @ dout


def train_retrieval(Q, K, y, params, lr, batches):
    Q, K = _a(Q, K)
    y = np.asarray(y)
    p = {n: np.array(v, dtype=float) for n, v in params.items()}
    losses = []
    for b in batches:
        B, T = len(b), K.shape[1]
        q, k, V = Q[b] @ p["Wq"], K[b] @ p["Wk"], np.tile(np.eye(T), (len(b), 1, 1))
        out, w = scaled_dot_product_attention(q, k, V)
        i = (np.arange(B), 0, y[b])
        losses.append(-np.log(out[i]).mean())
        dout = np.zeros_like(out)
        dout[i] = -1 / out[i] / B
        dq, dk, _ = sdpa_backward(dout, q, k, V)
        p = {"Wq": p["Wq"] - lr * np.einsum("bti,bto->io", Q[b], dq),
             "Wk": p["Wk"] - lr * np.einsum("bti,bto->io", K[b], dk)}
    return p, losses
