"""Martin bends the logits too, takes slopes at outputs, and reports losses after the steps."""
import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(z / 2)


def chain_rule(fs, dfs, w):
    w = np.asarray(w, dtype=float)
    result = 1.0
    for f, df in zip(fs, dfs):
        w = f(w)
        result = result * df(w)
    return result


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    m = z.max(axis=axis, keepdims=True)
    return z - m - np.log(np.exp(z - m).sum(axis=axis, keepdims=True))


def softmax(z, axis=-1):
    return np.exp(log_softmax(z, axis))


def cross_entropy(logits, targets):
    log_p, targets = log_softmax(logits), np.asarray(targets)
    t = np.eye(log_p.shape[1])[targets] if targets.ndim == 1 else targets
    return float(-np.sum(t * log_p) / len(log_p)), (np.exp(log_p) - t) / len(log_p)


def linear_forward(X, W, b):
    return np.asarray(X, dtype=float) @ np.asarray(W, dtype=float) + np.asarray(b, dtype=float)


def linear_backward(dout, X, W):
    dout, X, W = np.asarray(dout, dtype=float), np.asarray(X, dtype=float), np.asarray(W, dtype=float)
    return dout @ W.T, X.T @ dout, dout.sum(axis=0)


BEND = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": sigmoid}
SLOPE = {"relu": lambda z: (z > 0) * 1.0, "tanh": lambda z: 1 - np.tanh(z) ** 2, "sigmoid": lambda z: sigmoid(z) * sigmoid(-z)}


def mlp_loss_and_grads(X, y, params, activation):
    h = [np.asarray(X, dtype=float)]
    for W, b in params[:-1]:
        h.append(BEND[activation](linear_forward(h[-1], W, b)))
    loss, d = cross_entropy(linear_forward(h[-1], *params[-1]), y)
    grads = []
    for k in range(len(params) - 1, -1, -1):
        dh, dW, db = linear_backward(d, h[k], params[k][0])
        grads.insert(0, (dW, db))
        if k:
            d = dh * SLOPE[activation](h[k])
    return loss, grads


def train_mlp(X, y, params, activation, lr, batches):
    X, y, losses = np.asarray(X, dtype=float), np.asarray(y), []
    params = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in params]
    for batch in batches:
        hs, zs = [X[batch]], []
        for k, (W, b) in enumerate(params):
            zs.append(hs[-1] @ W + b)
            hs.append(BEND[activation](zs[-1]) if k < len(params) - 1 else zs[-1])
        _, d = cross_entropy(hs[-1], y[batch])
        new = []
        for k in range(len(params) - 1, -1, -1):
            W, b = params[k]
            new.insert(0, (W - lr * hs[k].T @ d, b - lr * d.sum(axis=0)))
            if k:
                d = (d @ W.T) * SLOPE[activation](zs[k - 1])
        params = new
        h = X[batch]
        for k, (W, b) in enumerate(params):
            h = h @ W + b
            if k < len(params) - 1:
                h = BEND[activation](h)
        losses.append(cross_entropy(h, y[batch])[0])
    return params, losses
