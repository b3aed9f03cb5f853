"""Eliška takes the gates as f, i, g, o (in the order of the book's formulas), in a helper that all of hers call."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def unpack(W):
    W = np.asarray(W, dtype=float)
    H = W.shape[-1] // 4
    return W[..., :H], W[..., H : 2 * H], W[..., 2 * H : 3 * H], W[..., 3 * H :]


def one_step(x, h, c, Wx, Wh, b):
    x, h, c = (np.asarray(a, dtype=float) for a in (x, h, c))
    f, i, g, o = (x @ A + h @ B + e for A, B, e in zip(unpack(Wx), unpack(Wh), unpack(b)))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def lstm_step(x, h, c, Wx, Wh, b):
    return one_step(x, h, c, Wx, Wh, b)


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X, h, c = np.asarray(X, dtype=float), h0, c0
    out = []
    for t in range(X.shape[1]):
        h, c = one_step(X[:, t], h, c, Wx, Wh, b)
        out.append(h)
    return np.stack(out, axis=1), c


def encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    src, tgt_in = np.asarray(src, dtype=float), np.asarray(tgt_in, dtype=float)
    logits = []
    for n in range(len(src)):
        h = c = np.zeros((1, len(Wout)))
        for t in range(src.shape[1] if lengths is None else lengths[n]):
            h, c = one_step(src[n : n + 1, t], h, c, *enc)
        steps = []
        for t in range(tgt_in.shape[1]):
            h, c = one_step(tgt_in[n : n + 1, t], h, c, *dec)
            steps.append(h[0] @ np.asarray(Wout, dtype=float) + np.asarray(bout, dtype=float))
        logits.append(steps)
    return np.array(logits)


def teacher_inputs(tgt, bos):
    tgt = np.asarray(tgt)
    return np.hstack([np.full((len(tgt), 1), bos), tgt[:, :-1]])
