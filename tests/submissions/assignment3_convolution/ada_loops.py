"""Assignment 3, Ada. Plain loops, as on the blackboard."""
import math

import numpy as np


def conv_output_size(n, k, stride=1, pad=0):
    total = n + 2 * pad
    if k > total:
        raise ValueError(f"kernel {k} is larger than the padded input {total}")
    count = 0
    start = 0
    while start + k <= total:
        count += 1
        start += stride
    return count


def cross_correlate2d(img, k):
    img = np.array(img, dtype=float)
    k = np.array(k, dtype=float)
    H, W = img.shape
    kh, kw = k.shape
    result = []
    for i in range(H - kh + 1):
        row = []
        for j in range(W - kw + 1):
            s = 0.0
            for a in range(kh):
                for b in range(kw):
                    s += img[i + a, j + b] * k[a, b]
            row.append(s)
        result.append(row)
    return np.array(result)


def true_convolution2d(img, k):
    k = np.array(k, dtype=float)
    kh, kw = k.shape
    turned = np.zeros((kh, kw))
    for a in range(kh):
        for b in range(kw):
            turned[kh - 1 - a, kw - 1 - b] = k[a, b]
    return cross_correlate2d(img, turned)


def horizontal_edges(img):
    rows = [[float(row[j + 1]) - float(row[j]) for j in range(len(row) - 1)] for row in img]
    return np.array(rows)


def pad2d(x, pad):
    if isinstance(pad, (tuple, list)):
        ph, pw = pad
    else:
        ph = pw = pad
    x = np.array(x, dtype=float)
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + ph + ph, W + pw + pw))
    for i in range(H):
        for j in range(W):
            out[:, :, i + ph, j + pw] = x[:, :, i, j]
    return out


def conv2d_forward(x, W, b, stride=1, pad=0):
    W = np.array(W, dtype=float)
    b = np.array(b, dtype=float)
    F, C, kh, kw = W.shape
    xp = pad2d(x, pad)
    Ho = conv_output_size(xp.shape[2], kh, stride)
    Wo = conv_output_size(xp.shape[3], kw, stride)
    out = np.zeros((len(xp), F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            window = xp[:, :, i * stride:i * stride + kh, j * stride:j * stride + kw]
            # (N, C*kh*kw) times (C*kh*kw, F): the loop over f was too slow for training
            out[:, :, i, j] = np.dot(window.reshape(len(xp), -1), W.reshape(F, -1).T) + b
    return out


def conv2d_backward(dout, x, W, stride=1, pad=0):
    dout = np.array(dout, dtype=float)
    W = np.array(W, dtype=float)
    xp = pad2d(x, pad)
    N, F, Ho, Wo = dout.shape
    _, C, kh, kw = W.shape
    dxp = np.zeros(xp.shape)
    dW = np.zeros(W.shape)
    db = np.zeros(F)
    for i in range(Ho):
        for j in range(Wo):
            r, c = i * stride, j * stride
            g = dout[:, :, i, j]
            window = xp[:, :, r:r + kh, c:c + kw]
            dW += np.dot(g.T, window.reshape(N, -1)).reshape(W.shape)
            dxp[:, :, r:r + kh, c:c + kw] += np.dot(g, W.reshape(F, -1)).reshape(window.shape)
            db += g.sum(axis=0)
    H, Wi = np.array(x).shape[2:]
    return dxp[:, :, pad:pad + H, pad:pad + Wi], dW, db


def _two(v):
    return v if isinstance(v, (tuple, list)) else (v, v)


def _pool(x, k, stride, what):
    x = np.array(x, dtype=float)
    kh, kw = _two(k)
    sh, sw = _two(k if stride is None else stride)
    N, C, H, W = x.shape
    Ho, Wo = conv_output_size(H, kh, sh), conv_output_size(W, kw, sw)
    out = np.zeros((N, C, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = what(x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw], axis=(2, 3))
    return out


def max_pool2d_forward(x, k, stride=None):
    return _pool(x, k, stride, np.max)


def avg_pool2d_forward(x, k, stride=None):
    return _pool(x, k, stride, np.mean)


def max_pool2d_backward(dout, x, k, stride=None):
    dout = np.array(dout, dtype=float)
    x = np.array(x, dtype=float)
    kh, kw = _two(k)
    sh, sw = _two(k if stride is None else stride)
    N, C, Ho, Wo = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    best, where = -math.inf, None
                    for a in range(kh):
                        for b in range(kw):
                            v = x[n, c, i * sh + a, j * sw + b]
                            if v > best:
                                best, where = v, (i * sh + a, j * sw + b)
                    dx[n, c, where[0], where[1]] += dout[n, c, i, j]
    return dx


def conv1d_text(E, W, b):
    E, W, b = (np.array(a, dtype=float) for a in (E, W, b))
    N, T, D = E.shape
    k, _, F = W.shape
    out = np.zeros((N, T - k + 1, F))
    for n in range(N):
        for t in range(T - k + 1):
            for f in range(F):
                out[n, t, f] = b[f] + sum(E[n, t + i, d] * W[i, d, f] for i in range(k) for d in range(D))
    return out


def max_over_time(features):
    return np.array([[max(float(row[f]) for row in text) for f in range(len(text[0]))] for text in features])


def _fast_unpool(dpool, z):
    """Pooling windows of 2 side by side: four candidates, the first largest wins. (My loops take too long here.)"""
    dz = np.zeros(z.shape)
    corners = [z[:, :, a::2, b::2] for a in (0, 1) for b in (0, 1)]
    top = np.maximum(np.maximum(corners[0], corners[1]), np.maximum(corners[2], corners[3]))
    taken = np.zeros(top.shape, dtype=bool)
    for corner, (a, b) in zip(corners, [(0, 0), (0, 1), (1, 0), (1, 1)]):
        mine = (corner == top) & ~taken
        dz[:, :, a::2, b::2] = np.where(mine, dpool, 0.0)
        taken |= mine
    return dz


def train_cnn(X, y, params, lr, batches):
    X = np.array(X, dtype=float)
    y = np.array(y)
    W1, b1, W2, b2 = (np.array(params[name], dtype=float) for name in ("W1", "b1", "W2", "b2"))
    losses = []
    for batch in batches:
        xb, yb = X[batch], y[batch]
        n = len(yb)
        z = conv2d_forward(xb, W1, b1, 1, 1)
        a = np.where(z > 0, z, 0.0)
        p = max_pool2d_forward(a, 2)
        flat = p.reshape(n, -1)
        logits = flat @ W2 + b2
        logits = logits - logits.max(axis=1).reshape(n, 1)
        prob = np.exp(logits) / np.exp(logits).sum(axis=1).reshape(n, 1)
        losses.append(float(-np.log(prob[np.arange(n), yb]).sum() / n))
        d = prob.copy()
        d[np.arange(n), yb] -= 1
        d /= n
        dW2, db2 = flat.T @ d, d.sum(axis=0)
        da = _fast_unpool((d @ W2.T).reshape(p.shape), a)
        _, dW1, db1 = conv2d_backward(da * (z > 0), xb, W1, 1, 1)
        W1, b1, W2, b2 = W1 - lr * dW1, b1 - lr * db1, W2 - lr * dW2, b2 - lr * db2
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses
