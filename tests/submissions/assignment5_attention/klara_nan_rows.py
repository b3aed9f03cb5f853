import numpy as np


def context(alpha, H):
    return np.einsum("ij,ijk->ik", np.asarray(alpha, float), np.asarray(H, float))


def masked_softmax(scores, mask=None, axis=-1):
    scores = np.asarray(scores, float)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    scores = scores - np.max(scores, axis=axis, keepdims=True)
    return np.exp(scores) / np.sum(np.exp(scores), axis=axis, keepdims=True)


def padding_mask(lengths, T):
    return np.arange(T) < np.asarray(lengths)[:, None]


def causal_mask(T):
    return np.tril(np.full((T, T), True))


def combine(pad, causal):
    return pad[:, None, None, :] | causal


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = (np.asarray(a, float) for a in (s, H, Ws, Wh, v))
    alpha = masked_softmax(np.tanh((s @ Ws)[:, None] + H @ Wh) @ v, mask)
    return context(alpha, H), alpha


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = (np.asarray(a, float) for a in (Q, K, V))
    weights = masked_softmax(Q @ K.swapaxes(-1, -2) / K.shape[-1] ** 0.5, mask)
    return weights @ V, weights


def sdpa_backward(dout, Q, K, V, mask=None):
    dout, Q, K, V = (np.asarray(a, float) for a in (dout, Q, K, V))
    scores = Q @ K.swapaxes(-1, -2) / K.shape[-1] ** 0.5
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    w = e / e.sum(-1, keepdims=True)
    dw = dout @ V.swapaxes(-1, -2)
    ds = w * (dw - (w * dw).sum(-1, keepdims=True)) / K.shape[-1] ** 0.5
    return ds @ K, ds.swapaxes(-1, -2) @ Q, w.swapaxes(-1, -2) @ dout


def sinusoidal_positions(T, d):
    P = np.zeros((T, d))
    x = np.arange(T)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    P[:, 0::2] = np.sin(x)
    P[:, 1::2] = np.cos(x)
    return P
