"""Celia keeps float32 where everything is float32, and has a small layer class with forward and backward."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def _common(*arrays):
    arrays = [np.asarray(a) for a in arrays]
    kind = np.float32 if all(a.dtype == np.float32 for a in arrays) else np.float64
    return [a.astype(kind) for a in arrays]


def context(alpha, H):
    alpha, H = _common(alpha, H)
    return np.matmul(alpha[:, None, :], H)[:, 0, :]


def masked_softmax(scores, mask=None, axis=-1):
    (scores,) = _common(scores)
    if mask is not None:
        scores[~np.broadcast_to(mask, scores.shape)] = -np.inf  # astype has made a copy
    top = scores.max(axis=axis, keepdims=True)
    top[top == -np.inf] = 0
    weights = np.exp(scores - top)
    total = weights.sum(axis=axis, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total != 0)


def padding_mask(lengths, T):
    mask = np.zeros((len(lengths), T), dtype=bool)
    for row, length in zip(mask, lengths):
        row[: int(length)] = True
    return mask


def causal_mask(T):
    return ~np.triu(np.ones((T, T), dtype=bool), k=1)


def combine(pad, causal):
    N, T = pad.shape
    return (np.repeat(pad[:, None, :], T, axis=1) & causal).reshape(N, 1, T, T)


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = _common(s, H, Ws, Wh, v)
    hidden = np.tanh(np.expand_dims(s @ Ws, 1) + H @ Wh)
    alpha = masked_softmax(hidden @ v, mask)
    return context(alpha, H), alpha


@dataclass
class Attention:
    """softmax(QK^T / sqrt(d)) V, remembering what backward needs."""

    mask: np.ndarray | None = None

    def forward(self, Q, K, V):
        self.Q, self.K, self.V = _common(Q, K, V)
        self.root = float(np.sqrt(self.Q.shape[-1]))
        scores = np.matmul(self.Q, np.moveaxis(self.K, -1, -2)) / self.root
        self.weights = masked_softmax(scores, self.mask)
        return np.matmul(self.weights, self.V)

    def backward(self, dout):
        dout, w = np.asarray(dout).astype(self.Q.dtype), self.weights
        dV = np.matmul(np.moveaxis(w, -1, -2), dout)
        dw = np.matmul(dout, np.moveaxis(self.V, -1, -2))
        ds = w * dw
        ds = ds - w * np.sum(ds, axis=-1, keepdims=True)
        ds = ds / self.root
        return np.matmul(ds, self.K), np.matmul(np.moveaxis(ds, -1, -2), self.Q), dV


def scaled_dot_product_attention(Q, K, V, mask=None):
    layer = Attention(mask)
    out = layer.forward(Q, K, V)
    return [out, layer.weights]


def sdpa_backward(dout, Q, K, V, mask=None):
    layer = Attention(mask)
    layer.forward(Q, K, V)
    return layer.backward(dout)


def split_heads(X, n_heads):
    (X,) = _common(X)
    return X.reshape(*X.shape[:2], n_heads, -1).transpose(0, 2, 1, 3)


def merge_heads(X):
    (X,) = _common(X)
    X = X.transpose(0, 2, 1, 3)
    return X.reshape(*X.shape[:2], -1)


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    Xq, Xkv, Wq, Wk, Wv, Wo = _common(Xq, Xkv, Wq, Wk, Wv, Wo)
    print("heads:", n_heads)
    layer = Attention(mask)
    heads = layer.forward(split_heads(Xq @ Wq, n_heads), split_heads(Xkv @ Wk, n_heads), split_heads(Xkv @ Wv, n_heads))
    return merge_heads(heads) @ Wo


def sinusoidal_positions(T, d):
    out = np.zeros((T, d))
    for i in range(0, d, 2):
        frequency = 1 / 10000 ** (i / d)
        out[:, i] = np.sin(np.arange(T) * frequency)
        if i + 1 < d:
            out[:, i + 1] = np.cos(np.arange(T) * frequency)
    return out


def train_retrieval(Q, K, y, params, lr, batches):
    Q, K, y = np.asarray(Q, float), np.asarray(K, float), np.asarray(y)
    p = {k: np.array(v, float) for k, v in params.items()}
    losses = []
    for idx in batches:
        idx = np.asarray(idx)
        B, T = len(idx), K.shape[1]
        layer = Attention()
        out = layer.forward(Q[idx] @ p["Wq"], K[idx] @ p["Wk"], np.broadcast_to(np.eye(T), (B, T, T)))
        right = out[np.arange(B), 0, y[idx]]
        losses.append(float(-np.mean(np.log(right))))
        dout = np.zeros(out.shape)
        dout[np.arange(B), 0, y[idx]] = -1 / right / B
        dq, dk, _ = layer.backward(dout)
        step = {
            "Wq": sum(a.T @ b for a, b in zip(Q[idx], dq)),
            "Wk": sum(a.T @ b for a, b in zip(K[idx], dk)),
        }
        for name in p:
            p[name] = p[name] - lr * step[name]
    return p, losses
