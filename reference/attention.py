"""The oracle of assignment 5: attention, spelt out query by query and key by key.

What is a sum over positions is a loop over positions, what holds for each example or head a loop over these. All is
computed in float64, whatever comes in: arrays of any dtype, or lists. No argument is written into.

The slides "Attention mechanism" and "Transformers" give the ideas; Bahdanau, Cho and Bengio, arXiv:1409.0473 (appendix
A.1.2), the formula of additive attention, and Vaswani et al., "Attention is all you need" (2017), the others: equation
1 (scaled dot product), section 3.2.2 (heads) and section 3.5 (positions).

Letters: N examples, T positions (Tq of queries, Tk of keys) and D numbers at each, h heads. Masks are boolean, True
means keep. Where nothing is kept, weights are 0, and so is what is computed from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Params = Mapping[str, ArrayLike]


def _floats(a: ArrayLike) -> Floats:
    return np.array(a, dtype=np.float64)


# Weights and masks


def context(alpha: ArrayLike, H: ArrayLike) -> Floats:
    """Return Σ_t alpha[n, t] · H[n, t]: alpha (N, T), H (N, T, D) → (N, D). Slide "Attention mechanism"."""
    alpha, H = _floats(alpha), _floats(H)
    N, T, D = H.shape
    c = np.zeros((N, D))
    for n in range(N):
        for t in range(T):
            c[n] += alpha[n, t] * H[n, t]
    return c


def _softmax_of_row(scores: Floats, kept: Bools) -> Floats:
    """The softmax of one row over its kept entries; 0 elsewhere, and everywhere if none is kept."""
    weights = np.zeros(len(scores))
    places = [i for i in range(len(scores)) if kept[i]]
    if places:
        # e^(s − m) / Σ e^(s − m) is the same for every m; with the largest kept score no exponent is positive.
        highest = max(scores[i] for i in places)
        total = math.fsum(math.exp(scores[i] - highest) for i in places)
        for i in places:
            weights[i] = math.exp(scores[i] - highest) / total
    return weights


def masked_softmax(scores: ArrayLike, mask: ArrayLike | None = None, axis: int = -1) -> Floats:
    """Return the softmax of `scores` along `axis` over the entries that the mask keeps, in the shape of `scores`.

    `mask` broadcasts to that shape. Slide "Attention mechanism"; Goodfellow, eq. 6.29.
    """
    scores = _floats(scores)
    kept = np.broadcast_to(True if mask is None else np.array(mask, dtype=bool), scores.shape)
    rows, rows_kept = np.moveaxis(scores, axis, -1), np.moveaxis(kept, axis, -1)
    weights = np.zeros(rows.shape)
    for i in np.ndindex(rows.shape[:-1]):
        weights[i] = _softmax_of_row(rows[i], rows_kept[i])
    return np.moveaxis(weights, -1, axis)


def padding_mask(lengths: ArrayLike, T: int) -> Bools:
    """Return which of T positions are real: lengths (N,) → bool (N, T). Slide "Transformers"."""
    return np.array([[t < length for t in range(T)] for length in np.asarray(lengths)], dtype=bool)


def causal_mask(T: int) -> Bools:
    """Return bool (T, T): query i may look at key j if j ≤ i. Slide "Transformers"; Vaswani et al., section 3.2.3."""
    return np.array([[j <= i for j in range(T)] for i in range(T)], dtype=bool)


def combine(pad: ArrayLike, causal: ArrayLike) -> Bools:
    """Return pad[n, j] and causal[i, j]: pad (N, T), causal (T, T) → bool (N, 1, T, T). Slide "Transformers"."""
    pad, causal = np.array(pad, dtype=bool), np.array(causal, dtype=bool)
    N, T = pad.shape
    mask = np.zeros((N, 1, T, T), dtype=bool)
    for n, i, j in np.ndindex(N, T, T):
        mask[n, 0, i, j] = pad[n, j] and causal[i, j]
    return mask


# Attention


def bahdanau_attention(  # noqa: PLR0917 - the exercise's own signature
    s: ArrayLike, H: ArrayLike, Ws: ArrayLike, Wh: ArrayLike, v: ArrayLike, mask: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Return (context (N, B), alpha (N, T)) of scores v · tanh(s[n] @ Ws + H[n, t] @ Wh), softmaxed over t.

    s (N, A), H (N, T, B), Ws (A, K), Wh (B, K), v (K,), mask (N, T). Slide "Attention mechanism".
    """
    s, H, Ws, Wh, v = (_floats(a) for a in (s, H, Ws, Wh, v))
    N, T, _ = H.shape
    scores = np.zeros((N, T))
    for n in range(N):
        for t in range(T):
            scores[n, t] = np.dot(v, np.tanh(s[n] @ Ws + H[n, t] @ Wh))
    alpha = masked_softmax(scores, mask)
    return context(alpha, H), alpha


def _attend(Q: Floats, K: Floats, V: Floats, kept: Bools) -> tuple[Floats, Floats]:
    """Attention of Q (Tq, dk) to K (Tk, dk) and V (Tk, dv), query by query: output (Tq, dv), weights (Tq, Tk)."""
    out, weights = np.zeros((len(Q), V.shape[1])), np.zeros((len(Q), len(K)))
    for i in range(len(Q)):
        scores = np.array([np.dot(Q[i], K[j]) / math.sqrt(K.shape[1]) for j in range(len(K))])
        weights[i] = _softmax_of_row(scores, kept[i])
        for j in range(len(K)):
            out[i] += weights[i, j] * V[j]
    return out, weights


def _kept(mask: ArrayLike | None, shape: tuple[int, ...]) -> Bools:
    return np.broadcast_to(True if mask is None else np.array(mask, dtype=bool), shape)


def scaled_dot_product_attention(
    Q: ArrayLike, K: ArrayLike, V: ArrayLike, mask: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Return (out (…, Tq, dv), weights (…, Tq, Tk)): softmax(Q Kᵀ / √dk) V over the keys that the mask keeps.

    Q (…, Tq, dk), K (…, Tk, dk), V (…, Tk, dv); the mask broadcasts to (…, Tq, Tk). Vaswani et al., eq. 1.
    """
    Q, K, V = _floats(Q), _floats(K), _floats(V)
    lead, Tq, Tk = Q.shape[:-2], Q.shape[-2], K.shape[-2]
    kept = _kept(mask, (*lead, Tq, Tk))
    out, weights = np.zeros((*lead, Tq, V.shape[-1])), np.zeros((*lead, Tq, Tk))
    for n in np.ndindex(lead):
        out[n], weights[n] = _attend(Q[n], K[n], V[n], kept[n])
    return out, weights


def _attend_backward(dout: Floats, Q: Floats, K: Floats, V: Floats, kept: Bools) -> tuple[Floats, Floats, Floats]:
    """The gradients of `_attend`: every term of every sum hands on its own part."""
    _, weights = _attend(Q, K, V, kept)
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(K.shape), np.zeros(V.shape)
    for i in range(len(Q)):
        w = weights[i]
        dw = np.array([np.dot(dout[i], V[j]) for j in range(len(K))])
        for j in range(len(K)):
            dV[j] += w[j] * dout[i]
            # ∂w[l]/∂score[j] is w[l] (1 − w[l]) for l = j, and −w[l] w[j] for all others.
            dscore = sum(dw[k] * w[k] * ((k == j) - w[j]) for k in range(len(K)))
            dQ[i] += dscore * K[j] / math.sqrt(K.shape[1])
            dK[j] += dscore * Q[i] / math.sqrt(K.shape[1])
    return dQ, dK, dV


def sdpa_backward(
    dout: ArrayLike, Q: ArrayLike, K: ArrayLike, V: ArrayLike, mask: ArrayLike | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return (dQ, dK, dV), given dout (…, Tq, dv): the gradients of `scaled_dot_product_attention`'s output.

    Slide "Basic notions: the gist of back-propagation".
    """
    dout, Q, K, V = _floats(dout), _floats(Q), _floats(K), _floats(V)
    kept = _kept(mask, (*Q.shape[:-2], Q.shape[-2], K.shape[-2]))
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(K.shape), np.zeros(V.shape)
    for n in np.ndindex(Q.shape[:-2]):
        dQ[n], dK[n], dV[n] = _attend_backward(dout[n], Q[n], K[n], V[n], kept[n])
    return dQ, dK, dV


# Heads and positions


def split_heads(X: ArrayLike, n_heads: int) -> Floats:
    """Return (N, n_heads, T, D / n_heads): head j has columns j·D/n_heads and following of X (N, T, D).

    Slide "Transformers".
    """
    X = _floats(X)
    d = X.shape[2] // n_heads
    return np.stack([X[:, :, j * d : (j + 1) * d] for j in range(n_heads)], axis=1)


def merge_heads(X: ArrayLike) -> Floats:
    """Return (N, T, h·d): the heads of X (N, h, T, d) side by side, the first on the left. Slide "Transformers"."""
    X = _floats(X)
    return np.concatenate([X[:, j] for j in range(X.shape[1])], axis=2)


def multi_head_attention(  # noqa: PLR0917 - the exercise's own signature
    Xq: ArrayLike,
    Xkv: ArrayLike,
    Wq: ArrayLike,
    Wk: ArrayLike,
    Wv: ArrayLike,
    Wo: ArrayLike,
    n_heads: int,
    mask: ArrayLike | None = None,
) -> Floats:
    """Return (N, Tq, D): each head attends with its own columns of Wq, Wk and Wv, and fills its own rows of Wo.

    Xq (N, Tq, D), Xkv (N, Tk, D), matrices (D, D) without biases; the mask broadcasts to (N, n_heads, Tq, Tk).
    Vaswani et al., section 3.2.2, where these columns and rows are matrices of their own.
    """
    Xq, Xkv, Wq, Wk, Wv, Wo = (_floats(a) for a in (Xq, Xkv, Wq, Wk, Wv, Wo))
    N, Tq, D = Xq.shape
    kept = _kept(mask, (N, n_heads, Tq, Xkv.shape[1]))
    out, d = np.zeros((N, Tq, D)), D // n_heads
    for n in range(N):
        for j in range(n_heads):
            own = slice(j * d, (j + 1) * d)
            head, _ = _attend(Xq[n] @ Wq[:, own], Xkv[n] @ Wk[:, own], Xkv[n] @ Wv[:, own], kept[n, j])
            out[n] += head @ Wo[own]
    return out


def sinusoidal_positions(T: int, d: int) -> Floats:
    """Return P (T, d): P[t, 2i] = sin(t / 10000^(2i/d)), P[t, 2i + 1] = cos of the same.

    Slide "Transformers"; Vaswani et al., section 3.5.
    """
    P = np.zeros((T, d))
    for t in range(T):
        for column in range(d):
            pair = column // 2
            angle = t / 10000 ** (2 * pair / d)
            P[t, column] = math.sin(angle) if column % 2 == 0 else math.cos(angle)
    return P


# Retrieval


def train_retrieval(  # noqa: PLR0917 - the exercise's own signature
    Q: ArrayLike, K: ArrayLike, y: ArrayLike, params: Params, lr: float, batches: Sequence[Sequence[int]]
) -> tuple[dict[str, Floats], list[float]]:
    """Return (params, losses) after one step of gradient descent per batch; losses[i] is batch i's before its step.

    Q (N, 1, D), K (N, T, D), y (N,) the right keys' positions, params Wq and Wk (D, dk). The loss is −ln of the weight
    on the right key, a mean over the batch. Its gradient at the scores is the weights, less 1 at the right key.
    Slide "Attention mechanism".
    """
    Q, K, y = _floats(Q), _floats(K), np.asarray(y)
    Wq, Wk = _floats(params["Wq"]), _floats(params["Wk"])
    losses = []
    for batch in batches:
        loss, dWq, dWk = 0.0, np.zeros(Wq.shape), np.zeros(Wk.shape)
        for n in batch:
            query, keys = Q[n, 0] @ Wq, K[n] @ Wk  # (dk,), (T, dk)
            scores = keys @ query / math.sqrt(len(query))
            weights = masked_softmax(scores)
            loss += -math.log(weights[y[n]])
            dscores = weights.copy()
            dscores[y[n]] -= 1.0
            dscores /= math.sqrt(len(query))
            dWq += np.outer(Q[n, 0], dscores @ keys)
            dWk += K[n].T @ np.outer(dscores, query)
        Wq, Wk = Wq - lr * dWq / len(batch), Wk - lr * dWk / len(batch)
        losses.append(loss / len(batch))
    return {"Wq": Wq, "Wk": Wk}, losses


def retrieval_accuracy(params: Params, Q: ArrayLike, K: ArrayLike, y: ArrayLike) -> float:
    """Return the share of the queries Q (N, 1, D) whose largest weight is on the right key y (N,) of K (N, T, D)."""
    Q, K, y = _floats(Q), _floats(K), np.asarray(y)
    Wq, Wk = _floats(params["Wq"]), _floats(params["Wk"])
    right = [np.argmax(K[n] @ Wk @ (Q[n, 0] @ Wq)) == y[n] for n in range(len(Q))]
    return float(np.mean(right))
