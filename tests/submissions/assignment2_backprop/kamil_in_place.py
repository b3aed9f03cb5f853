"""Kamil saves memory: he works in the arrays that come in. Not all is written."""
import numpy as np


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    z -= z.max(axis=axis, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=axis, keepdims=True)
    return z


def mse(pred, y):
    d = np.asarray(pred, dtype=float)
    d -= np.asarray(y, dtype=float)
    return np.mean(d**2), 2 * d / d.size


def linear_forward(X, W, b):
    X = np.array(X, dtype=float)
    out = X @ np.asarray(W, dtype=float)
    out += b
    return out


def linear_backward(dout, X, W):
    dout, X, W = np.asarray(dout, dtype=float), np.asarray(X, dtype=float), np.asarray(W, dtype=float)
    return dout @ W.T, X.T @ dout, dout.sum(axis=0)


def cross_entropy(logits, targets):
    logits, targets = np.asarray(logits, dtype=float), np.asarray(targets)
    n = len(logits)
    logits -= logits.max(axis=1, keepdims=True)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    if targets.ndim == 1:
        targets = np.eye(logits.shape[1])[targets]
    return -(targets * logits).sum() / n, (np.exp(logits) - targets) / n


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


def train_mlp(X, y, params, activation, lr, batches):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    params = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in params]
    losses = []
    for batch in batches:
        loss, grads = mlp_loss_and_grads(X[batch], y[batch], params, activation)
        losses.append(loss)
        for (W, b), (dW, db) in zip(params, grads):
            W -= lr * dW
            b -= lr * db
    return params, losses
