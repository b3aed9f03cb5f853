import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def context(alpha, H):
    return (np.asarray(alpha)[:, :, None] * np.asarray(H)).mean(axis=1)


def masked_softmax(scores, mask=None, axis=-1):
    scores = np.asarray(scores, dtype=float)
    if mask is not None:
        scores = np.where(mask, scores, np.finfo(float).min)
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = np.asarray(Q, dtype=float), np.asarray(K, dtype=float), np.asarray(V, dtype=float)
    scores = Q @ K.swapaxes(-1, -2)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = np.where(np.isinf(scores.max(-1, keepdims=True)), 0, scores.max(-1, keepdims=True))
    e = np.exp(scores - top)
    total = e.sum(-1, keepdims=True)
    w = e / np.where(total == 0, 1, total)
    return w @ V, w


def sdpa_backward(dout, Q, K, V, mask=None):
    dout, Q, K, V = (np.asarray(a, dtype=float) for a in (dout, Q, K, V))
    _, w = scaled_dot_product_attention(Q, K, V, mask)
    dw = dout @ V.swapaxes(-1, -2)
    ds = w * (dw - (w * dw).sum(-1, keepdims=True))
    return ds @ K, ds.swapaxes(-1, -2) @ Q, w.swapaxes(-1, -2) @ dout


def split_heads(X, n_heads):
    return np.stack(np.split(np.asarray(X, dtype=float), n_heads, axis=2), axis=1)


def merge_heads(X):
    return np.concatenate([np.asarray(X, dtype=float)[:, j] for j in range(np.shape(X)[1])], axis=-1)


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    Xq, Xkv, Wq, Wk, Wv, Wo = (np.asarray(a, dtype=float) for a in (Xq, Xkv, Wq, Wk, Wv, Wo))
    D = Xq.shape[-1]
    Q, K, V = (split_heads(p, n_heads) for p in (Xq @ Wq, Xkv @ Wk, Xkv @ Wv))
    out, _ = scaled_dot_product_attention(Q / np.sqrt(D), K, V, mask)
    return merge_heads(out) @ Wo


def sinusoidal_positions(T, d):
    x = np.arange(1, T + 1)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    P = np.zeros((T, d))
    P[:, ::2], P[:, 1::2] = np.sin(x), np.cos(x)[:, :d // 2]
    return P


def train_retrieval(Q, K, y, params, lr, batches):
    Q, K, y = np.asarray(Q, dtype=float), np.asarray(K, dtype=float), np.asarray(y)
    Wq, Wk = params["Wq"], params["Wk"]
    losses = []
    for b in batches:
        q, k = (Q[b] @ Wq)[:, 0], K[b] @ Wk
        w = softmax(np.einsum("bd,btd->bt", q, k))
        losses.append(-np.mean(np.log(w[np.arange(len(b)), y[b]])))
        g = w.copy()
        g[np.arange(len(b)), y[b]] -= 1
        g /= len(b)
        Wq, Wk = (Wq - lr * np.einsum("bi,bt,btd->id", Q[b][:, 0], g, k),
                  Wk - lr * np.einsum("bti,bt,bd->id", K[b], g, q))
    return {"Wq": Wq, "Wk": Wk}, losses
