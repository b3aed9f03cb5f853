"""The oracle of assignment 4: recurrent networks and the LSTM, spelt out example by example and step by step.

One example at a time walks through its sequence. The way back repeats the way there in the opposite order, and hands to
each quantity what those that were made of it ask for. All is computed in float64, whatever comes in: arrays of any
dtype, or lists. No argument is written into.

The slides from "Recurrent neural networks" to "The long short-term memory (LSTM) gated model schema" give the ideas;
Goodfellow, Bengio and Courville, *Deep Learning* (2016), chapter 10, the formulas.

Letters: N examples, T steps, D numbers per step, H units; x an input, h a state, c a cell, a a pre-activation. Weights
are (d_in, d_out). An LSTM packs its gates in the order i, f, g, o.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Weights = tuple[ArrayLike, ArrayLike, ArrayLike]
Params = Mapping[str, ArrayLike]


def _floats(a: ArrayLike) -> Floats:
    return np.array(a, dtype=np.float64)


# The plain recurrent network


def rnn_step(x: ArrayLike, h: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, b: ArrayLike) -> Floats:
    """Return tanh(x Wx + h Wh + b) for each example: x (N, D), h (N, H), Wx (D, H), Wh (H, H), b (H,) → (N, H).

    Slide "Recurrent neural networks"; Goodfellow, eq. 10.8 and 10.9.
    """
    x, h, Wx, Wh, b = _floats(x), _floats(h), _floats(Wx), _floats(Wh), _floats(b)
    return np.array([np.tanh(one @ Wx + state @ Wh + b) for one, state in zip(x, h, strict=True)])


def rnn_forward(X: ArrayLike, h0: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, b: ArrayLike) -> Floats:
    """Return the states h_1 … h_T of sequences X (N, T, D) from h0 (N, H) on, with the same weights at every step.

    (N, T, H). Slide "Recurrent neural networks"; Goodfellow, section 10.2.
    """
    X, h0, Wx, Wh, b = _floats(X), _floats(h0), _floats(Wx), _floats(Wh), _floats(b)
    N, T, _ = X.shape
    states = np.zeros((N, T, len(b)))
    for n in range(N):
        h = h0[n]
        for t in range(T):
            h = np.tanh(X[n, t] @ Wx + h @ Wh + b)
            states[n, t] = h
    return states


def rnn_backward(  # noqa: PLR0917 - the exercise's own signature
    dH: ArrayLike, X: ArrayLike, h0: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, b: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return (dX, dh0, dWx, dWh, db), the gradients of Σ dH · rnn_forward(X, h0, Wx, Wh, b); dH (N, T, H).

    Each has the shape of its array. Sums over examples and steps, not means. Slide "Recurrent neural networks";
    Goodfellow, section 10.2.2.
    """
    dH, X, h0, Wx, Wh = _floats(dH), _floats(X), _floats(h0), _floats(Wx), _floats(Wh)
    H = rnn_forward(X, h0, Wx, Wh, b)
    N, T, _ = X.shape
    dX, dh0, dWx, dWh, db = np.zeros(X.shape), np.zeros(h0.shape), np.zeros(Wx.shape), np.zeros(Wh.shape), 0.0
    for n in range(N):
        asked_by_next = np.zeros(h0.shape[1])
        for t in range(T - 1, -1, -1):
            h_before = H[n, t - 1] if t > 0 else h0[n]
            da = (dH[n, t] + asked_by_next) * (1.0 - H[n, t] ** 2)
            dX[n, t] = Wx @ da
            dWx += np.outer(X[n, t], da)
            dWh += np.outer(h_before, da)
            db = db + da
            asked_by_next = Wh @ da
        dh0[n] = asked_by_next
    return dX, dh0, dWx, dWh, db


def birnn_forward(X: ArrayLike, lengths: ArrayLike, fw: Weights, bw: Weights) -> Floats:
    """Return the states of two networks side by side, one from left to right, one from right to left: (N, T, 2H).

    X (N, T, D); of row n only the first lengths[n] steps are real, and both networks see nothing else of it. Each
    starts from zeros. fw = (Wx, Wh, b), bw likewise. Past its length a row is 0.
    Slide "Bidirectional RNNs"; Goodfellow, section 10.3.
    """
    X = _floats(X)
    H = len(_floats(fw[2]))
    out = np.zeros((len(X), X.shape[1], 2 * H))
    for n, length in enumerate(np.asarray(lengths)):
        real, start = X[n : n + 1, :length], np.zeros((1, H))
        out[n, :length, :H] = rnn_forward(real, start, *fw)[0]
        out[n, :length, H:] = rnn_forward(real[:, ::-1], start, *bw)[0, ::-1]
    return out


# Long-term dependencies


def power_recurrence(W: ArrayLike, h0: ArrayLike, t: int) -> Floats:
    """Return h after t steps of h ← Wᵀ h: W (H, H), h0 (H,) → (H,).

    Slide "The challenge of long-term dependencies"; Goodfellow, eq. 10.36 and 10.37.
    """
    W, h = _floats(W), _floats(h0)
    for _ in range(t):
        h = W.T @ h
    return h


def eig_recurrence(W_sym: ArrayLike, h0: ArrayLike, t: int) -> Floats:
    """Return the sum over the eigenvectors q of λᵗ (q · h0) q, for a symmetric W_sym (H, H) and h0 (H,) → (H,).

    This is Q Λᵗ Qᵀ h0. Slide "The challenge of long-term dependencies"; Goodfellow, eq. 10.38 and 10.39, where the
    product has its two Q the other way round.
    """
    values, vectors = np.linalg.eigh(_floats(W_sym))
    h0 = _floats(h0)
    h = np.zeros(h0.shape)
    for value, q in zip(values, vectors.T, strict=True):
        h += value**t * np.dot(q, h0) * q
    return h


def fate(W: ArrayLike, tol: float = 1e-6) -> str:
    """Return "vanishes", "explodes" or "neither": whether the largest |eigenvalue| of W (H, H) is below, above or at 1.

    It is at 1 if it is not further away than `tol`. Slide "The challenge of long-term dependencies"; Goodfellow,
    section 10.7.
    """
    radius = max(abs(complex(value)) for value in np.linalg.eigvals(_floats(W)))
    if abs(radius - 1.0) <= tol:
        return "neither"
    return "explodes" if radius > 1.0 else "vanishes"


def leaky_unit(v: ArrayLike, alpha: float, mu0: ArrayLike = 0) -> Floats:
    """Return μ_1 … μ_T, where μ_t = α μ_{t−1} + (1 − α) v_t: v (T, …) → (T, …); mu0 a number or like one v_t.

    Slide "Coping with the long-term dependencies"; Goodfellow, section 10.9.2.
    """
    v = _floats(v)
    mu = _floats(mu0)
    averages = []
    for value in v:
        mu = alpha * mu + (1.0 - alpha) * value
        averages.append(mu)
    return np.array(averages)


def skip_rnn_forward(  # noqa: PLR0917 - the exercise's own signature
    X: ArrayLike, h0: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, Wskip: ArrayLike, b: ArrayLike, delay: int
) -> Floats:
    """Return the states (N, T, H) of a network in which h_t is also made of h_{t−delay}, by Wskip (H, H).

    h_0 is h0 (N, H); before it there is nothing, and the term is 0. Slide "Coping with the long-term dependencies";
    Goodfellow, section 10.9.1.
    """
    X, h0, Wx, Wh, Wskip, b = _floats(X), _floats(h0), _floats(Wx), _floats(Wh), _floats(Wskip), _floats(b)
    N, T, _ = X.shape
    out = np.zeros((N, T, len(b)))
    for n in range(N):
        states = {0: h0[n]}
        for t in range(1, T + 1):
            long_ago = states.get(t - delay, np.zeros(len(b)))
            states[t] = np.tanh(X[n, t - 1] @ Wx + states[t - 1] @ Wh + long_ago @ Wskip + b)
            out[n, t - 1] = states[t]
    return out


def clip_global_norm(grads: Sequence[ArrayLike], max_norm: float) -> list[Floats]:
    """Return copies of all gradients, times max_norm / norm if the norm of all of them together is larger.

    Goodfellow, eq. 10.48 and 10.49.
    """
    copies = [_floats(g) for g in grads]
    norm = math.sqrt(math.fsum(float(entry) ** 2 for g in copies for entry in g.ravel()))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * g for g in copies]


# The LSTM


def _sigmoid(a: Floats) -> Floats:
    # Either form is 1 / (1 + e^-a); the exponent must not be a large positive number.
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1.0, e) / (1.0 + e)


class _Cell(NamedTuple):
    """One step of one example: gates and candidate, the new cell and the new state, all (H,)."""

    i: Floats
    f: Floats
    g: Floats
    o: Floats
    c: Floats
    h: Floats


def _cell(  # noqa: PLR0917 - one argument per letter of the formula
    x: Floats, h: Floats, c: Floats, Wx: Floats, Wh: Floats, b: Floats
) -> _Cell:
    """One step of one example: x (D,), h and c (H,). Goodfellow, eq. 10.40–10.44, with tanh for the candidate."""
    a = x @ Wx + h @ Wh + b
    H = len(c)
    i, f = _sigmoid(a[0:H]), _sigmoid(a[H : 2 * H])
    g, o = np.tanh(a[2 * H : 3 * H]), _sigmoid(a[3 * H : 4 * H])
    c = f * c + i * g
    return _Cell(i, f, g, o, c, o * np.tanh(c))


def lstm_step(  # noqa: PLR0917 - the exercise's own signature
    x: ArrayLike, h: ArrayLike, c: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, b: ArrayLike
) -> tuple[Floats, Floats]:
    """Return (h', c') after one step: x (N, D), h and c (N, H), Wx (D, 4H), Wh (H, 4H), b (4H,) → twice (N, H).

    Slide "The long short-term memory (LSTM) gated model schema"; Goodfellow, section 10.10.1.
    """
    x, h, c, Wx, Wh, b = _floats(x), _floats(h), _floats(c), _floats(Wx), _floats(Wh), _floats(b)
    cells = [_cell(x[n], h[n], c[n], Wx, Wh, b) for n in range(len(x))]
    return np.array([cell.h for cell in cells]), np.array([cell.c for cell in cells])


def _cell_backward(  # noqa: PLR0917 - one argument per letter of the formula
    dh: Floats, dc: Floats, x: Floats, h: Floats, c: Floats, Wx: Floats, Wh: Floats, b: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return (da (4H,), dx, dh, dc) of one step of one example, for the gradients at its state and at its cell."""
    cell = _cell(x, h, c, Wx, Wh, b)
    squashed = np.tanh(cell.c)
    dcell = dc + dh * cell.o * (1.0 - squashed**2)
    da = np.concatenate(
        [
            dcell * cell.g * cell.i * (1.0 - cell.i),
            dcell * c * cell.f * (1.0 - cell.f),
            dcell * cell.i * (1.0 - cell.g**2),
            dh * squashed * cell.o * (1.0 - cell.o),
        ]
    )
    return da, Wx @ da, Wh @ da, dcell * cell.f


def lstm_step_backward(  # noqa: PLR0917 - the exercise's own signature
    dh: ArrayLike,
    dc: ArrayLike,
    x: ArrayLike,
    h_prev: ArrayLike,
    c_prev: ArrayLike,
    Wx: ArrayLike,
    Wh: ArrayLike,
    b: ArrayLike,
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Return (dx, dh_prev, dc_prev, dWx, dWh, db), the gradients of Σ dh · h' + Σ dc · c' for lstm_step's (h', c').

    Each has the shape of its array; those of the weights are sums over the examples.
    Slide "Basic notions: the gist of back-propagation"; Goodfellow, sections 6.5 and 10.10.1.
    """
    dh, dc = _floats(dh), _floats(dc)
    grads = lstm_backward(dh[:, None], dc, _floats(x)[:, None], h_prev, c_prev, Wx, Wh, b)
    dX, dh0, dc0, dWx, dWh, db = grads
    return dX[:, 0], dh0, dc0, dWx, dWh, db


def lstm_forward(  # noqa: PLR0917 - the exercise's own signature
    X: ArrayLike, h0: ArrayLike, c0: ArrayLike, Wx: ArrayLike, Wh: ArrayLike, b: ArrayLike
) -> tuple[Floats, Floats]:
    """Return all states (N, T, H) and the last cell (N, H) of sequences X (N, T, D) from h0 and c0 (N, H) on.

    Slide "Gated RNN architectures"; Goodfellow, section 10.10.1.
    """
    X, h0, c0, Wx, Wh, b = _floats(X), _floats(h0), _floats(c0), _floats(Wx), _floats(Wh), _floats(b)
    N, T, _ = X.shape
    states, last = np.zeros((N, T, h0.shape[1])), np.zeros(c0.shape)
    for n in range(N):
        h, c = h0[n], c0[n]
        for t in range(T):
            *_, c, h = _cell(X[n, t], h, c, Wx, Wh, b)
            states[n, t] = h
        last[n] = c
    return states, last


def lstm_backward(  # noqa: PLR0917 - the exercise's own signature
    dH: ArrayLike,
    dcT: ArrayLike,
    X: ArrayLike,
    h0: ArrayLike,
    c0: ArrayLike,
    Wx: ArrayLike,
    Wh: ArrayLike,
    b: ArrayLike,
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Return (dX, dh0, dc0, dWx, dWh, db), the gradients of Σ dH · H + Σ dcT · c_T, with (H, c_T) = lstm_forward(…).

    Each has the shape of its array; those of the weights are sums over examples and steps.
    Slide "Gated RNN architectures"; Goodfellow, sections 10.2.2 and 10.10.1.
    """
    dH, dcT, X, h0, c0 = _floats(dH), _floats(dcT), _floats(X), _floats(h0), _floats(c0)
    Wx, Wh, b = _floats(Wx), _floats(Wh), _floats(b)
    N, T, _ = X.shape
    dX, dh0, dc0 = np.zeros(X.shape), np.zeros(h0.shape), np.zeros(c0.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    for n in range(N):
        before = [(h0[n], c0[n])]
        for t in range(T - 1):
            cell = _cell(X[n, t], *before[t], Wx, Wh, b)
            before.append((cell.h, cell.c))
        dh, dc = np.zeros(h0.shape[1]), dcT[n]
        for t in range(T - 1, -1, -1):
            da, dX[n, t], dh, dc = _cell_backward(dH[n, t] + dh, dc, X[n, t], *before[t], Wx, Wh, b)
            dWx += np.outer(X[n, t], da)
            dWh += np.outer(before[t][0], da)
            db += da
        dh0[n], dc0[n] = dh, dc
    return dX, dh0, dc0, dWx, dWh, db


# From a sequence to a sequence


def encoder_decoder_forward(  # noqa: PLR0917 - the exercise's own signature
    src: ArrayLike,
    tgt_in: ArrayLike,
    enc: Weights,
    dec: Weights,
    Wout: ArrayLike,
    bout: ArrayLike,
    lengths: ArrayLike | None = None,
) -> Floats:
    """Return the logits (N, Tt, V) of an LSTM over tgt_in (N, Tt, E) that starts where one over src (N, Ts, D) ended.

    The first starts from zeros and ends after lengths[n] steps, or after all Ts. enc = (Wx, Wh, b), dec likewise;
    Wout (H, V), bout (V,). Slide "Encoder-decoder models"; Goodfellow, section 10.4.
    """
    src, tgt_in, Wout, bout = _floats(src), _floats(tgt_in), _floats(Wout), _floats(bout)
    N, Ts, _ = src.shape
    start = np.zeros((1, len(Wout)))
    logits = np.zeros((N, tgt_in.shape[1], len(bout)))
    for n in range(N):
        length = Ts if lengths is None else int(np.asarray(lengths)[n])
        states, cell = lstm_forward(src[n : n + 1, :length], start, start, *enc)
        written, _ = lstm_forward(tgt_in[n : n + 1], states[:, -1], cell, *dec)
        logits[n] = written[0] @ Wout + bout
    return logits


def teacher_inputs(tgt: ArrayLike, bos: int) -> NDArray[np.int64]:
    """Return bos and then all of each row of tgt (N, T) but its last: (N, T), ints.

    Slide "Encoder-decoder models"; Goodfellow, section 10.2.1 (teacher forcing).
    """
    return np.array([[bos, *row[:-1]] for row in np.asarray(tgt).tolist()], dtype=np.int64)


# Training


def lstm_logits(params: Params, X: ArrayLike) -> Floats:
    """Return the logits (N, V) of sequences X (N, T, D) by the network of `train_lstm`: LSTM, last state, linear."""
    start = np.zeros((len(_floats(X)), len(_floats(params["Wh"]))))
    H, _ = lstm_forward(X, start, start, params["Wx"], params["Wh"], params["b"])
    logits: Floats = H[:, -1] @ _floats(params["Wout"]) + _floats(params["bout"])
    return logits


def lstm_accuracy(params: Params, X: ArrayLike, y: ArrayLike) -> float:
    """Return the share of the sequences X (N, T, D) whose largest logit is that of their class y (N,)."""
    return float(np.mean(lstm_logits(params, X).argmax(axis=1) == np.asarray(y)))


def lstm_loss_and_grads(params: Params, X: ArrayLike, y: ArrayLike) -> tuple[float, dict[str, Floats]]:
    """Return the mean cross-entropy (natural log) of the batch X (N, T, D), y (N,), and its gradients by name."""
    X, Wout = _floats(X), _floats(params["Wout"])
    weights = params["Wx"], params["Wh"], params["b"]
    start = np.zeros((len(X), len(Wout)))
    H, c = lstm_forward(X, start, start, *weights)
    logits = H[:, -1] @ Wout + _floats(params["bout"])
    right = np.arange(len(X)), np.asarray(y)

    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = float(-log_p[right].mean())

    dlogits = np.exp(log_p)
    dlogits[right] -= 1.0
    dlogits /= len(X)
    dH = np.zeros(H.shape)
    dH[:, -1] = dlogits @ Wout.T
    _, _, _, dWx, dWh, db = lstm_backward(dH, np.zeros(c.shape), X, start, start, *weights)
    return loss, {"Wx": dWx, "Wh": dWh, "b": db, "Wout": H[:, -1].T @ dlogits, "bout": dlogits.sum(axis=0)}


def train_lstm(  # noqa: PLR0917 - the exercise's own signature
    X: ArrayLike, y: ArrayLike, params: Params, lr: float, batches: Sequence[ArrayLike], max_norm: float = 5.0
) -> tuple[dict[str, Floats], list[float]]:
    """Return (params, losses) after one step of Adam per batch, with gradients clipped by their common norm.

    X (N, T, D) and y (N,) are the data, `batches` lists index arrays into them; params holds Wx (D, 4H), Wh (H, 4H),
    b (4H,), Wout (H, V), bout (V,). losses[i] is the mean loss of batch i before its step. The network is that of
    `lstm_logits`. Slide "Gated RNN architectures"; Goodfellow, sections 10.10.1 and 10.11.1, and algorithm 8.7 (Adam).
    """
    X, y = _floats(X), np.asarray(y)
    theta = {name: _floats(value) for name, value in params.items()}
    mean = {name: np.zeros(value.shape) for name, value in theta.items()}
    square = {name: np.zeros(value.shape) for name, value in theta.items()}
    losses = []
    for step, batch in enumerate(batches, 1):
        loss, grads = lstm_loss_and_grads(theta, X[np.asarray(batch)], y[np.asarray(batch)])
        clipped = clip_global_norm([grads[name] for name in theta], max_norm)
        for name, g in zip(theta, clipped, strict=True):
            mean[name] = 0.9 * mean[name] + 0.1 * g
            square[name] = 0.999 * square[name] + 0.001 * g**2
            unbiased_mean, unbiased_square = mean[name] / (1.0 - 0.9**step), square[name] / (1.0 - 0.999**step)
            theta[name] = theta[name] - lr * unbiased_mean / (np.sqrt(unbiased_square) + 1e-8)
        losses.append(loss)
    return theta, losses
