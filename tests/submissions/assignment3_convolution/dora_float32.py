"""Dora keeps single precision where everything that comes in is single precision, to save memory."""
import numpy as np


def _arrays(*args):
    """All arguments as arrays of one floating dtype: float32 only if all of them are float32."""
    args = [np.asarray(a) for a in args]
    kind = np.float32 if all(a.dtype == np.float32 for a in args) else np.float64
    return [a.astype(kind) for a in args]


def conv_output_size(n, k, stride=1, pad=0):
    size, _ = divmod(n + 2 * pad - k, stride)
    if size < 0:
        raise ValueError("nothing fits")
    return size + 1


def cross_correlate2d(img, k):
    img, k = _arrays(img, k)
    h, w = img.shape[0] - k.shape[0] + 1, img.shape[1] - k.shape[1] + 1
    out = np.zeros((h, w), dtype=img.dtype)
    for (a, b), weight in np.ndenumerate(k):
        out += weight * img[a : a + h, b : b + w]
    return out


def true_convolution2d(img, k):
    return cross_correlate2d(img, np.asarray(k)[::-1, ::-1])


def horizontal_edges(img):
    (img,) = _arrays(img)
    return img[:, 1:] - img[:, :-1]


def pad2d(x, pad):
    (x,) = _arrays(x)
    ph, pw = (pad, pad) if isinstance(pad, int) else pad
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode="constant")


def conv2d_forward(x, W, b, stride=1, pad=0):
    x, W, b = _arrays(x, W, b)
    x = pad2d(x, pad)
    h, w = (conv_output_size(n, k, stride) for n, k in zip(x.shape[2:], W.shape[2:]))
    out = np.zeros((len(x), len(W), h, w), dtype=x.dtype)
    out += b.reshape(1, -1, 1, 1)
    for p in range(W.shape[2]):
        for q in range(W.shape[3]):
            part = x[:, :, p : p + (h - 1) * stride + 1 : stride, q : q + (w - 1) * stride + 1 : stride]
            out += np.tensordot(W[:, :, p, q], part, axes=(1, 1)).swapaxes(0, 1)
    return out


def conv2d_backward(dout, x, W, stride=1, pad=0):
    dout, x, W = _arrays(dout, x, W)
    xp = pad2d(x, pad)
    h, w = dout.shape[2:]
    dxp, dW = np.zeros_like(xp), np.zeros_like(W)
    for p in range(W.shape[2]):
        for q in range(W.shape[3]):
            part = np.s_[:, :, p : p + (h - 1) * stride + 1 : stride, q : q + (w - 1) * stride + 1 : stride]
            dW[:, :, p, q] = np.tensordot(dout, xp[part], axes=((0, 2, 3), (0, 2, 3)))
            dxp[part] += np.tensordot(W[:, :, p, q], dout, axes=(0, 1)).swapaxes(0, 1)
    if pad:
        dxp = dxp[:, :, pad:-pad, pad:-pad]
    return dxp, dW, dout.sum(axis=(0, 2, 3))


def _geometry(x, k, stride):
    k = (k, k) if isinstance(k, int) else k
    s = k if stride is None else (stride, stride) if isinstance(stride, int) else stride
    return k, s, tuple(conv_output_size(n, a, b) for n, a, b in zip(x.shape[2:], k, s))


def _stack(x, k, stride):
    """The pixels of all windows, one layer per place in the window: (kh*kw, N, C, H', W')."""
    k, s, out = _geometry(x, k, stride)
    return np.stack([
        x[:, :, p : p + (out[0] - 1) * s[0] + 1 : s[0], q : q + (out[1] - 1) * s[1] + 1 : s[1]]
        for p in range(k[0]) for q in range(k[1])
    ])


def max_pool2d_forward(x, k, stride=None):
    (x,) = _arrays(x)
    return _stack(x, k, stride).max(axis=0)


def avg_pool2d_forward(x, k, stride=None):
    (x,) = _arrays(x)
    return _stack(x, k, stride).mean(axis=0)


def max_pool2d_backward(dout, x, k, stride=None):
    dout, x = _arrays(dout, x)
    winner = _stack(x, k, stride).argmax(axis=0)
    k, s, out = _geometry(x, k, stride)
    dx = np.zeros_like(x)
    for place in range(k[0] * k[1]):
        p, q = divmod(place, k[1])
        part = np.s_[:, :, p : p + (out[0] - 1) * s[0] + 1 : s[0], q : q + (out[1] - 1) * s[1] + 1 : s[1]]
        dx[part] += dout * (winner == place)
    return dx


def conv1d_text(E, W, b):
    E, W, b = _arrays(E, W, b)
    steps = E.shape[1] - len(W) + 1
    return sum(E[:, i : i + steps] @ W[i] for i in range(len(W))) + b


def max_over_time(features):
    (features,) = _arrays(features)
    return features.max(axis=1)


def train_cnn(X, y, params, lr, batches):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    theta, losses = {name: np.array(p, dtype=float) for name, p in params.items()}, []

    def forward(x):
        conv = conv2d_forward(x, theta["W1"], theta["b1"], pad=1)
        pooled = max_pool2d_forward(np.maximum(conv, 0), 2)
        return conv, pooled, pooled.reshape(len(x), -1) @ theta["W2"] + theta["b2"]

    for batch in batches:
        x, rows = X[batch], np.arange(len(batch))
        conv, pooled, logits = forward(x)
        logits -= np.log(np.sum(np.exp(logits - logits.max()), axis=1, keepdims=True)) + logits.max()
        losses.append(float(-logits[rows, y[batch]].mean()))
        d = np.exp(logits)
        d[rows, y[batch]] -= 1
        d /= len(batch)
        back = max_pool2d_backward((d @ theta["W2"].T).reshape(pooled.shape), np.maximum(conv, 0), 2)
        _, dW1, db1 = conv2d_backward(back * (conv > 0), x, theta["W1"], pad=1)
        dW2, db2 = pooled.reshape(len(x), -1).T @ d, d.sum(axis=0)
        for name, gradient in zip(("W1", "b1", "W2", "b2"), (dW1, db1, dW2, db2)):
            theta[name] = theta[name] - lr * gradient
    return theta, losses
