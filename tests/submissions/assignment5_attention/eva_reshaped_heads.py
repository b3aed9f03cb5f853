import numpy as np


def context(alpha, H):
    return np.einsum("nt,nti->ni", np.asarray(alpha, dtype=float), np.asarray(H, dtype=float))


def masked_softmax(scores, mask=None, axis=-1):
    scores = np.array(scores, dtype=float)
    mask = np.ones(scores.shape, dtype=bool) if mask is None else np.broadcast_to(mask, scores.shape)
    scores[~mask] = -np.inf
    m = np.max(scores, axis=axis, keepdims=True)
    m[np.isinf(m)] = 0.0
    e = np.exp(scores - m)
    s = e.sum(axis=axis, keepdims=True)
    s[s == 0.0] = 1.0
    return e / s


def padding_mask(lengths, T):
    return np.array([[t < n for t in range(T)] for n in lengths], dtype=bool)


def causal_mask(T):
    # what may not be seen is above the diagonal
    return np.triu(np.ones((T, T), dtype=bool), k=1)


def combine(pad, causal):
    return (pad[:, None, :] & causal)


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = np.asarray(Q, dtype=float), np.asarray(K, dtype=float), np.asarray(V, dtype=float)
    w = masked_softmax(Q @ np.swapaxes(K, -1, -2) / np.sqrt(K.shape[-1]), mask)
    return w @ V, w


def split_heads(X, n_heads):
    X = np.asarray(X, dtype=float)
    N, T, D = X.shape
    return X.reshape(N, n_heads, T, D // n_heads)


def merge_heads(X):
    X = np.asarray(X, dtype=float)
    N, h, T, d = X.shape
    return X.reshape(N, T, h * d)


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    Xq, Xkv = np.asarray(Xq, dtype=float), np.asarray(Xkv, dtype=float)
    Q = split_heads(Xq @ np.asarray(Wq), n_heads)
    K = split_heads(Xkv @ np.asarray(Wk), n_heads)
    V = split_heads(Xkv @ np.asarray(Wv), n_heads)
    out, _ = scaled_dot_product_attention(Q, K, V, mask)
    return merge_heads(out) @ np.asarray(Wo)


def sinusoidal_positions(T, d):
    P = np.zeros((T, d))
    for t in range(T):
        for i in range(0, d, 2):
            P[t, i] = np.sin(t / 10000 ** (2 * i / d))
            if i + 1 < d:
                P[t, i + 1] = np.cos(t / 10000 ** (2 * i / d))
    return P
