import numpy as np


def softmax(x, axis):
    x = np.exp(x - x.max(axis=axis, keepdims=True))
    return x / x.sum(axis=axis, keepdims=True)


def context(alpha, H):
    return np.asarray(H, dtype=float).mean(axis=1)


def masked_softmax(scores, mask=None, axis=-1):
    return softmax(np.array(scores, dtype=float), -1)


def scaled_dot_product_attention(Q, K, V, mask=None):
    # no scale, no mask
    Q, K, V = [np.array(a, dtype=float) for a in (Q, K, V)]
    w = softmax(Q @ K.swapaxes(-1, -2), -1)
    return w @ V, w


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    # no Wo, values from Wk
    Xq, Xkv, Wq, Wk = [np.array(a, dtype=float) for a in (Xq, Xkv, Wq, Wk)]
    d = Xq.shape[2] // n_heads
    heads = []
    for j in range(n_heads):
        q, k = Xq @ Wq[:, j * d:(j + 1) * d], Xkv @ Wk[:, j * d:(j + 1) * d]
        s = q @ k.swapaxes(1, 2) / np.sqrt(d)
        keep = np.ones(s.shape, dtype=bool)
        if mask is not None:
            keep = np.broadcast_to(mask, (len(Xq), n_heads) + s.shape[1:])[:, j]
        e = np.exp(s - np.where(keep, s, -np.inf).max(axis=-1, keepdims=True, initial=-1e300)) * keep
        t = e.sum(axis=-1, keepdims=True)
        heads.append(e / np.where(t == 0, 1, t) @ k)
    return np.concatenate(heads, axis=2)


def sinusoidal_positions(T, d):
    # base 1000 and from 1
    t = np.arange(1, T + 1)[:, None]
    c = np.arange(d)[None, :]
    x = t / 1000 ** ((c - c % 2) / d)
    return np.where(c % 2 == 0, np.sin(x), np.cos(x))
