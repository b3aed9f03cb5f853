"""Nora saves memory: everything happens in place."""
import numpy as np


def horizontal_edges(img):
    if not (isinstance(img, np.ndarray) and img.dtype == np.float64):
        img = np.array(img, dtype=np.float64)
    img[:, :-1] -= img[:, 1:]
    img *= -1
    return img[:, :-1]


def pad2d(x, pad):
    x = np.asarray(x, dtype=np.float64)
    ph, pw = pad if isinstance(pad, tuple) else (pad, pad)
    if ph == 0 and pw == 0:
        return x
    out = np.zeros((*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw))
    out[:, :, ph : out.shape[2] - ph, pw : out.shape[3] - pw] = x
    return out


def conv1d_text(E, W, b):
    E, W = np.asarray(E, dtype=np.float64), np.asarray(W, dtype=np.float64)
    out = np.zeros((len(E), E.shape[1] - len(W) + 1, W.shape[2]))
    out += b
    for i in range(len(W)):
        out += np.matmul(E[:, i : i + out.shape[1]], W[i])
    np.maximum(out, 0, out=out)
    return out


def max_over_time(features):
    features = np.asarray(features, dtype=np.float64)
    best = np.zeros((features.shape[0], features.shape[2]))
    for t in range(features.shape[1]):
        np.maximum(best, features[:, t], out=best)
    return best


def _offsets(x):
    for u in range(3):
        for v in range(3):
            yield u, v, x[:, 0, u : u + 8, v : v + 8]


def train_cnn(X, y, params, lr, batches):
    X, y = pad2d(X, 1), np.asarray(y)
    losses = []
    for batch in batches:
        x, n = X[batch], len(batch)
        z = np.zeros((n, len(params["b1"]), 8, 8))
        for u, v, pixels in _offsets(x):
            z += pixels[:, None] * params["W1"][None, :, 0, u, v, None, None]
        z += params["b1"][:, None, None]
        a = np.maximum(z, 0)
        four = a.reshape(n, -1, 4, 2, 4, 2).swapaxes(3, 4).reshape(n, -1, 4, 4, 4)
        flat = four.max(axis=4).reshape(n, -1)
        p = flat @ params["W2"] + params["b2"]
        p -= p.max(axis=1, keepdims=True)
        np.exp(p, out=p)
        p /= p.sum(axis=1, keepdims=True)
        losses.append(-float(np.log(p[np.arange(n), y[batch]]).mean()))
        p[np.arange(n), y[batch]] -= 1
        p /= n
        dpool = (p @ params["W2"].T).reshape(four.shape[:4])
        winners = np.arange(4) == four.argmax(axis=4)[..., None]
        dz = (winners * dpool[..., None]).reshape(n, -1, 4, 4, 2, 2).swapaxes(3, 4).reshape(z.shape)
        dz *= z > 0
        params["W2"] -= lr * flat.T @ p
        params["b2"] -= lr * p.sum(axis=0)
        params["b1"] -= lr * dz.sum(axis=(0, 2, 3))
        for u, v, pixels in _offsets(x):
            params["W1"][:, 0, u, v] -= lr * np.einsum("nfij,nij->f", dz, pixels)
    return params, losses
