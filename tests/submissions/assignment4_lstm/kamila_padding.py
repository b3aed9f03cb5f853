"""Kamila has never had a sentence that was shorter than the others."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, Wx, Wh, b))
    return np.tanh(x @ Wx + h @ Wh + b)


def rnn_forward(X, h0, Wx, Wh, b):
    X, h, states = np.asarray(X, dtype=float), h0, []
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1)


def lstm_step(x, h, c, Wx, Wh, b):
    x, h, c, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, c, Wx, Wh, b))
    a_i, a_f, a_g, a_o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c = sigmoid(a_f) * c + sigmoid(a_i) * np.tanh(a_g)
    return sigmoid(a_o) * np.tanh(c), c


def lstm_forward(X, h0, c0, Wx, Wh, b):
    X, h, c, states = np.asarray(X, dtype=float), h0, c0, []
    for t in range(X.shape[1]):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1), c


def birnn_forward(X, lengths, fw, bw):
    X = np.asarray(X, dtype=float)
    h0 = np.zeros((len(X), len(fw[1])))
    forward = rnn_forward(X, h0, *fw)
    backward = rnn_forward(X[:, ::-1], h0, *bw)[:, ::-1]
    out = np.concatenate([forward, backward], axis=2)
    for n, length in enumerate(lengths):
        out[n, length:] = 0
    return out


def encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    start = np.zeros((len(src), len(enc[1])))
    H, c = lstm_forward(src, start, start, *enc)
    h = H[:, -1] if lengths is None else H[np.arange(len(H)), np.asarray(lengths) - 1]
    states, _ = lstm_forward(tgt_in, h, c, *dec)
    return states @ np.asarray(Wout, dtype=float) + np.asarray(bout, dtype=float)


def teacher_inputs(tgt, bos):
    tgt = np.asarray(tgt)
    return np.concatenate([np.full((len(tgt), 1), bos), tgt], axis=1)
