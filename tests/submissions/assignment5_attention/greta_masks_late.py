import numpy as np


def context(alpha, H):
    alpha = np.asarray(alpha, dtype=float)
    H = np.asarray(H, dtype=float)
    return alpha @ H


def masked_softmax(scores, mask=None, axis=-1):
    scores = np.asarray(scores, dtype=float)
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    w = e / e.sum(axis=axis, keepdims=True)
    return w if mask is None else w * mask


def padding_mask(lengths, T):
    lengths = np.asarray(lengths)
    return np.arange(T)[None, :] <= lengths[:, None]


def causal_mask(T):
    return np.tril(np.ones((T, T), dtype=bool), k=-1)


def combine(pad, causal):
    return pad[:, None, :, None] & causal[None, None]


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = [np.asarray(a, dtype=float) for a in (s, H, Ws, Wh, v)]
    e = np.maximum((s @ Ws)[:, None, :] + H @ Wh, 0) @ v
    if mask is not None:
        e = np.where(mask, e, -np.inf)
    top = e.max(axis=1, keepdims=True)
    ex = np.exp(e - np.where(np.isfinite(top), top, 0))
    tot = ex.sum(axis=1, keepdims=True)
    alpha = ex / np.where(tot == 0, 1, tot)
    return np.einsum("nt,ntb->nb", alpha, H), alpha


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = [np.asarray(a, dtype=float) for a in (Q, K, V)]
    w = masked_softmax(Q @ np.swapaxes(K, -1, -2) / np.sqrt(K.shape[-1]), mask)
    return w @ V, w


def sinusoidal_positions(T, d):
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    return np.concatenate([np.sin(angles), np.cos(angles)[:, : d // 2]], axis=1)
