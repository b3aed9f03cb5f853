# masks like in most tutorials: a very negative number
import numpy as np

NEG = -1e9


def context(alpha, H):
    return np.sum(np.asarray(alpha, float)[..., None] * np.asarray(H, float), axis=1)


def masked_softmax(scores, mask=None, axis=-1):
    scores = np.asarray(scores, dtype=np.float64)
    if mask is not None:
        scores = np.where(mask, scores, NEG)
    e = np.exp(scores - scores.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def padding_mask(lengths, T):
    return np.arange(T)[None, :] < np.asarray(lengths).reshape(-1, 1)


def causal_mask(T):
    return np.tril(np.ones((T, T))).astype(bool)


def combine(pad, causal):
    return pad[:, None, None, :] & causal[None, None, :, :]


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H = np.asarray(s, float), np.asarray(H, float)
    e = np.tanh((s @ np.asarray(Ws, float))[:, None, :] + H @ np.asarray(Wh, float)) @ np.asarray(v, float)
    alpha = masked_softmax(e, mask)
    return context(alpha, H), alpha


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = (np.asarray(x, float) for x in (Q, K, V))
    scores = Q @ np.swapaxes(K, -2, -1) / np.sqrt(Q.shape[-1])
    w = masked_softmax(scores, mask)
    return w @ V, w


def sdpa_backward(dout, Q, K, V, mask=None):
    dout, Q, K, V = (np.asarray(x, float) for x in (dout, Q, K, V))
    w = scaled_dot_product_attention(Q, K, V, mask)[1]
    dV = np.swapaxes(w, -2, -1) @ dout
    dw = dout @ np.swapaxes(V, -2, -1)
    ds = w * (dw - np.sum(dw * w, -1, keepdims=True)) / np.sqrt(Q.shape[-1])
    return ds @ K, np.swapaxes(ds, -2, -1) @ Q, dV


def split_heads(X, n_heads):
    X = np.asarray(X, float)
    N, T, D = X.shape
    return X.reshape(N, T, n_heads, D // n_heads).transpose(0, 2, 1, 3)


def merge_heads(X):
    X = np.asarray(X, float)
    N, h, T, d = X.shape
    return X.transpose(0, 2, 1, 3).reshape(N, T, h * d)


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    Xq, Xkv, Wq, Wk, Wv, Wo = (np.asarray(x, float) for x in (Xq, Xkv, Wq, Wk, Wv, Wo))
    q, k, v = split_heads(Xq @ Wq, n_heads), split_heads(Xkv @ Wk, n_heads), split_heads(Xkv @ Wv, n_heads)
    out, _ = scaled_dot_product_attention(q, k, v, mask)
    return merge_heads(out) @ Wo


def sinusoidal_positions(T, d):
    pos = np.arange(T)[:, None]
    div = np.exp(np.arange(0, d, 2) * -(np.log(10000.0) / d))
    pe = np.zeros((T, d))
    pe[:, 0::2] = np.sin(pos * div)
    pe[:, 1::2] = np.cos(pos * div[: d // 2])
    return pe


def train_retrieval(Q, K, y, params, lr, batches):
    Q, K, y = np.asarray(Q, float), np.asarray(K, float), np.asarray(y)
    Wq, Wk = np.array(params["Wq"], float), np.array(params["Wk"], float)
    losses = []
    for b in batches:
        b = np.asarray(b)
        q, k = Q[b] @ Wq, K[b] @ Wk
        eye = np.stack([np.eye(K.shape[1])] * len(b))
        out, w = scaled_dot_product_attention(q, k, eye)
        p = out[np.arange(len(b)), 0, y[b]]
        losses.append(float(-np.log(p).mean()))
        dout = np.zeros_like(out)
        dout[np.arange(len(b)), 0, y[b]] = -1 / p / len(b)
        dq, dk, _ = sdpa_backward(dout, q, k, eye)
        Wq, Wk = Wq - lr * np.einsum("bti,bto->io", Q[b], dq), Wk - lr * np.einsum("bti,bto->io", K[b], dk)
    return {"Wq": Wq, "Wk": Wk}, losses
