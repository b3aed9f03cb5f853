# Masks as in torch.nn.MultiheadAttention (True = ignore), weights as in torch.nn.Linear (out, in).
import numpy as np


def masked_softmax(scores, mask=None, axis=-1):
    scores = np.asarray(scores, dtype=np.float64)
    if mask is not None:
        scores = np.where(mask, -np.inf, scores)
    top = np.max(scores, axis=axis, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    s = e.sum(axis=axis, keepdims=True)
    return e / np.where(s > 0, s, 1.0)


def padding_mask(lengths, T):
    return np.arange(T) >= np.asarray(lengths)[:, None]


def causal_mask(T):
    return np.triu(np.ones((T, T), dtype=bool), 1)


def combine(pad, causal):
    return pad[:, None, None, :] | causal


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = (np.asarray(a, dtype=np.float64) for a in (s, H, Ws, Wh, v))
    scores = np.tanh((s @ Ws)[:, None, :] + H @ Wh) @ v
    alpha = masked_softmax(scores, mask)
    return (alpha[..., None] * H).sum(1), alpha


def split_heads(X, n_heads):
    X = np.asarray(X, dtype=np.float64)
    N, T, D = X.shape
    return X.reshape(N, T, n_heads, D // n_heads).transpose(0, 2, 1, 3)


def merge_heads(X):
    X = np.asarray(X, dtype=np.float64)
    N, h, T, d = X.shape
    return X.transpose(0, 2, 1, 3).reshape(N, T, h * d)


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    Xq, Xkv, Wq, Wk, Wv, Wo = (np.asarray(a, dtype=np.float64) for a in (Xq, Xkv, Wq, Wk, Wv, Wo))
    q, k, v = (split_heads(x @ w.T, n_heads) for x, w in ((Xq, Wq), (Xkv, Wk), (Xkv, Wv)))
    s = q @ k.swapaxes(2, 3) / np.sqrt(k.shape[-1])
    if mask is not None:
        mask = ~mask
    return merge_heads(masked_softmax(s, mask) @ v) @ Wo.T


def sinusoidal_positions(T, d):
    # tensor2tensor's
    half = d // 2
    freq = np.exp(-np.log(10000.0) * np.arange((d + 1) // 2) / max(half - 1, 1))
    x = np.arange(T)[:, None] * freq
    out = np.zeros((T, d))
    out[:, 0::2] = np.sin(x)
    out[:, 1::2] = np.cos(x[:, :half])
    return out
