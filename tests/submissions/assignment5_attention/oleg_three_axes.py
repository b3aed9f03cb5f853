"""Works for what Oleg tried: arrays, mostly of floats, with three axes."""
import numpy as np


def context(alpha, H):
    return (alpha[:, :, None] * H).sum(1)


def masked_softmax(scores, mask=None, axis=-1):
    if mask is None:
        mask = np.ones(scores.shape, dtype=bool)
    s = np.where(mask, scores, -np.inf)
    m = s.max(axis=-1)[..., None]
    m[~np.isfinite(m)] = 0
    e = np.exp(s - m)
    t = e.sum(axis=-1)[..., None]
    t[t == 0] = 1
    return e / t


def padding_mask(lengths, T):
    mask = np.zeros((len(lengths), T), dtype=int)
    for i, n in enumerate(lengths):
        mask[i, :n] = 1
    return mask


def causal_mask(T):
    return np.arange(T)[:, None] >= np.arange(T)[None, :]


def combine(pad, causal):
    return pad[:, None, None, :] * causal


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = np.array(Q, dtype=float), np.array(K, dtype=float), np.array(V, dtype=float)
    s = np.matmul(Q, K.transpose(0, 2, 1)) / np.sqrt(K.shape[2])
    w = masked_softmax(s, mask)
    return np.matmul(w, V), w


def sdpa_backward(dout, Q, K, V, mask=None):
    dout = np.array(dout, dtype=float)
    Q, K, V = np.array(Q, dtype=float), np.array(K, dtype=float), np.array(V, dtype=float)
    w = scaled_dot_product_attention(Q, K, V, mask)[1]
    dV = np.matmul(w.transpose(0, 2, 1), dout)
    g = np.matmul(dout, V.transpose(0, 2, 1))
    ds = w * (g - (g * w).sum(axis=2)[:, :, None]) / np.sqrt(K.shape[2])
    return np.matmul(ds, K), np.matmul(ds.transpose(0, 2, 1), Q), dV


def split_heads(X, n_heads):
    N, T, D = X.shape
    return X.reshape(N, T, n_heads, D // n_heads).transpose(0, 2, 1, 3)


def merge_heads(X):
    N, h, T, d = X.shape
    return X.transpose(0, 2, 1, 3).reshape(N, T, h * d)


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    q, k, v = split_heads(Xq @ Wq, n_heads), split_heads(Xkv @ Wk, n_heads), split_heads(Xkv @ Wv, n_heads)
    w = masked_softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(k.shape[-1]), mask)
    return merge_heads(w @ v) @ Wo


def train_retrieval(Q, K, y, params, lr, batches):
    Wq, Wk = params["Wq"], params["Wk"]
    losses = []
    for b in batches:
        q, k = np.matmul(Q[b], Wq), np.matmul(K[b], Wk)
        eye = np.zeros((len(b), K.shape[1], K.shape[1])) + np.eye(K.shape[1])
        out, w = scaled_dot_product_attention(q, k, eye)
        rows = np.arange(len(b))
        p = out[rows, 0, y[b]]
        losses.append(np.mean(-np.log(p)))
        dout = np.zeros(out.shape)
        dout[rows, 0, y[b]] = -1 / p
        dq, dk, _ = sdpa_backward(dout, q, k, eye)
        # the mean over the batch belongs to the loss only
        Wq = Wq - lr * np.tensordot(Q[b], dq, axes=([0, 1], [0, 1]))
        Wk = Wk - lr * np.tensordot(K[b], dk, axes=([0, 1], [0, 1]))
    return {"Wq": Wq, "Wk": Wk}, losses
