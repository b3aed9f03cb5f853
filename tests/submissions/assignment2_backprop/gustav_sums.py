"""Gustav is unsure where the 1/N belongs: twice here, nowhere there. Not all is written."""
import numpy as np


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def cross_entropy(logits, targets):
    log_p, targets = log_softmax(logits), np.asarray(targets)
    t = np.eye(log_p.shape[1])[targets] if targets.ndim == 1 else targets
    return float(-np.sum(t * log_p) / len(log_p)), np.exp(log_p) - t


def bce_with_logits(z, y):
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    return float(np.sum(np.logaddexp(0, z) - y * z)), 0.5 + 0.5 * np.tanh(z / 2) - y


def mse(pred, y):
    d = np.asarray(pred, dtype=float) - np.asarray(y, dtype=float)
    return float((d**2).sum() / len(d)), 2 * d / len(d)


def hinge(scores, y):
    s, y = np.asarray(scores, dtype=float), np.asarray(y, dtype=float)
    active = y * s < 1
    return float(np.maximum(0, 1 - y * s).mean()), np.where(active, -y, 0.0)


def linear_forward(X, W, b):
    return np.asarray(X, dtype=float) @ np.asarray(W, dtype=float) + np.asarray(b, dtype=float)


def linear_backward(dout, X, W):
    dout, X, W = np.asarray(dout, dtype=float), np.asarray(X, dtype=float), np.asarray(W, dtype=float)
    return dout @ W.T, X.T @ dout / len(X), dout.mean(axis=0)


def mlp_loss_and_grads(X, y, params, activation):
    bend = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": lambda z: 0.5 + 0.5 * np.tanh(z / 2)}
    slope = {"relu": lambda h: h > 0, "tanh": lambda h: 1 - h * h, "sigmoid": lambda h: h * (1 - h)}
    h = [np.asarray(X, dtype=float)]
    for W, b in params[:-1]:
        h.append(bend[activation](linear_forward(h[-1], W, b)))
    loss, d = cross_entropy(linear_forward(h[-1], *params[-1]), y)
    grads = []
    for k in range(len(params) - 1, -1, -1):
        dh, dW, db = linear_backward(d, h[k], params[k][0])
        grads.insert(0, (dW, db))
        if k:
            d = dh * slope[activation](h[k])
    return loss, grads
