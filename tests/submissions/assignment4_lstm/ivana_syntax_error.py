import numpy as np


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = (np.asarray(a, dtype=float) for a in (x, h, Wx, Wh, b))
    return np.tanh(x @ Wx + h @ Wh + b)


def rnn_forward(X, h0, Wx, Wh, b):
    X, h, states = np.asarray(X, dtype=float), h0, []
    for t in range(X.shape[1])
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1)
