"""Goran Cxx, UCO 000000"""
import itertools

import numpy as np


def conv_output_size(n, k, stride=1, pad=0):
    if not k <= n + 2 * pad:
        raise ValueError("Kernel does not fit.")
    return len(np.arange(0, n + 2 * pad - k + 1, stride))


def cross_correlate2d(img, k):
    img, k = np.asarray(img, np.float64), np.asarray(k, np.float64)
    fh, fw = k.shape
    H, W = conv_output_size(img.shape[0], fh), conv_output_size(img.shape[1], fw)
    return np.array([[np.sum(img[i:i + fh, j:j + fw] * k) for j in range(W)] for i in range(H)])


def true_convolution2d(img, k):
    k = np.asarray(k)
    return cross_correlate2d(img, k[::-1, ::-1])


def horizontal_edges(img):
    img = np.array(img, dtype=np.float64)
    edges = np.zeros((img.shape[0], img.shape[1] - 1))
    for j in range(edges.shape[1]):
        edges[:, j] = img[:, j + 1] - img[:, j]
    return edges


def pad2d(x, pad):
    try:
        ph, pw = pad
    except TypeError:
        ph = pw = pad
    x = np.asarray(x, np.float64)
    N, C, H, W = x.shape
    x = np.concatenate([np.zeros((N, C, ph, W)), x, np.zeros((N, C, ph, W))], axis=2)
    side = np.zeros((N, C, H + 2 * ph, pw))
    return np.concatenate([side, x, side], axis=3)


def positions(shape, fh, fw, sh, sw):
    """Yield (i, j, slice of rows, slice of columns) of all windows."""
    rows, cols = conv_output_size(shape[2], fh, sh), conv_output_size(shape[3], fw, sw)
    for i, j in itertools.product(range(rows), range(cols)):
        yield i, j, slice(i * sh, i * sh + fh), slice(j * sw, j * sw + fw)


def conv2d_forward(x, W, b, stride=1, pad=0):
    x, W, b = pad2d(x, pad), np.asarray(W, np.float64), np.asarray(b, np.float64)
    F, _, fh, fw = W.shape
    out = np.zeros((x.shape[0], F, conv_output_size(x.shape[2], fh, stride), conv_output_size(x.shape[3], fw, stride)))
    for i, j, r, c in positions(x.shape, fh, fw, stride, stride):
        out[:, :, i, j] = np.tensordot(x[:, :, r, c], W, axes=([1, 2, 3], [1, 2, 3])) + b
    return out


def conv2d_backward(dout, x, W, stride=1, pad=0):
    dout, W = np.asarray(dout, np.float64), np.asarray(W, np.float64)
    xp = pad2d(x, pad)
    dxp, dW = np.zeros_like(xp), np.zeros_like(W)
    for i, j, r, c in positions(xp.shape, W.shape[2], W.shape[3], stride, stride):
        g = dout[:, :, i, j]
        dW += np.tensordot(g, xp[:, :, r, c], axes=(0, 0))
        dxp[:, :, r, c] += np.tensordot(g, W, axes=(1, 0))
    H, Wd = xp.shape[2] - 2 * pad, xp.shape[3] - 2 * pad
    return dxp[:, :, pad:pad + H, pad:pad + Wd], dW, dout.sum(axis=3).sum(axis=2).sum(axis=0)


def setup(x, k, stride):
    fh, fw = (k, k) if isinstance(k, (int, np.integer)) else k
    if stride is None:
        stride = (fh, fw)
    sh, sw = (stride, stride) if isinstance(stride, (int, np.integer)) else stride
    return np.asarray(x, np.float64), fh, fw, sh, sw


def pool(x, k, stride, f):
    x, fh, fw, sh, sw = setup(x, k, stride)
    out = np.zeros((*x.shape[:2], conv_output_size(x.shape[2], fh, sh), conv_output_size(x.shape[3], fw, sw)))
    for i, j, r, c in positions(x.shape, fh, fw, sh, sw):
        out[:, :, i, j] = f(f(x[:, :, r, c], axis=3), axis=2)
    return out


def max_pool2d_forward(x, k, stride=None):
    return pool(x, k, stride, np.max)


def avg_pool2d_forward(x, k, stride=None):
    return pool(x, k, stride, np.mean)


def max_pool2d_backward(dout, x, k, stride=None):
    x, fh, fw, sh, sw = setup(x, k, stride)
    dout = np.asarray(dout, np.float64)
    dx = np.zeros(x.shape)
    for i, j, r, c in positions(x.shape, fh, fw, sh, sw):
        window = x[:, :, r, c]
        mask = window == window.max(axis=(2, 3), keepdims=True)
        dx[:, :, r, c] += mask * dout[:, :, i, j][:, :, None, None]
    return dx


def conv1d_text(E, W, b):
    E, W, b = np.asarray(E, np.float64), np.asarray(W, np.float64), np.asarray(b, np.float64)
    k = W.shape[0]
    places = conv_output_size(E.shape[1], k)
    out = np.zeros((E.shape[0], places, W.shape[2]))
    for t in range(places):
        out[:, t, :] = np.einsum('nkd,kdf->nf', E[:, t:t + k], W) + b
    return out


def max_over_time(features):
    return np.asarray(features, np.float64).max(1)


def train_cnn(X, y, params, lr, batches):
    params = {key: np.array(val, np.float64) for key, val in params.items()}
    X, y = np.asarray(X, np.float64), np.asarray(y)
    history = []
    for batch in batches:
        B = len(batch)
        xb, yb = X[batch], y[batch]
        z = conv2d_forward(xb, params['W1'], params['b1'], 1, 1)
        h = np.maximum(z, 0)
        m = max_pool2d_forward(h, 2)
        flat = m.reshape(B, -1)
        logits = flat.dot(params['W2']) + params['b2']
        logits -= logits.max(axis=1, keepdims=True)
        probs = np.exp(logits)
        probs /= probs.sum(axis=1, keepdims=True)
        history.append(float(-np.log(probs[np.arange(B), yb]).mean()))
        delta = probs
        delta[np.arange(B), yb] -= 1
        delta /= B
        grads = {'W2': flat.T.dot(delta), 'b2': delta.sum(0)}
        dm = delta.dot(params['W2'].T).reshape(m.shape)
        dz = max_pool2d_backward(dm, h, 2) * (z > 0)
        _, grads['W1'], grads['b1'] = conv2d_backward(dz, xb, params['W1'], 1, 1)
        for key in params:
            params[key] = params[key] - lr * grads[key]
    return params, history
