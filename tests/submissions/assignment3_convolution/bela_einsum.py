import numpy as np
from numpy.lib.stride_tricks import sliding_window_view as windows_of

f64 = lambda a: np.asarray(a, dtype=np.float64)
both = lambda v: (int(v), int(v)) if np.isscalar(v) else tuple(v)


def conv_output_size(n, k, stride=1, pad=0):
    room = n + 2 * pad - k
    if room < 0:
        raise ValueError("the kernel does not fit")
    return room // stride + 1


def cross_correlate2d(img, k):
    k = f64(k)
    return np.einsum("ijab,ab->ij", windows_of(f64(img), k.shape), k)


def true_convolution2d(img, k):
    return cross_correlate2d(img, np.flip(f64(k)))


def horizontal_edges(img):
    return np.diff(f64(img), axis=1)


def pad2d(x, pad):
    ph, pw = both(pad)
    return np.pad(f64(x), [(0, 0), (0, 0), (ph, ph), (pw, pw)])


def _view(x, kh, kw, sh, sw):
    return windows_of(x, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]          # N C H' W' kh kw


def conv2d_forward(x, W, b, stride=1, pad=0):
    W = f64(W)
    v = _view(pad2d(x, pad), *W.shape[2:], stride, stride)
    return np.einsum("ncijpq,fcpq->nfij", v, W, optimize=True) + f64(b)[None, :, None, None]


def conv2d_backward(dout, x, W, stride=1, pad=0):
    dout, W, xp = f64(dout), f64(W), pad2d(x, pad)
    kh, kw = W.shape[2:]
    hh, ww = dout.shape[2:]
    dW = np.einsum("nfij,ncijpq->fcpq", dout, _view(xp, kh, kw, stride, stride), optimize=True)
    # dx is a full correlation of the dilated dout with the flipped kernel
    dil = np.zeros(dout.shape[:2] + (xp.shape[2] + kh - 1, xp.shape[3] + kw - 1))
    dil[:, :, kh - 1 : kh - 1 + (hh - 1) * stride + 1 : stride, kw - 1 : kw - 1 + (ww - 1) * stride + 1 : stride] = dout
    dxp = np.einsum("nfuvpq,fcpq->ncuv", windows_of(dil, (kh, kw), axis=(2, 3)), W[:, :, ::-1, ::-1], optimize=True)
    H, Wd = xp.shape[2] - pad, xp.shape[3] - pad
    return dxp[:, :, pad:H, pad:Wd], dW, np.einsum("nfij->f", dout)


def max_pool2d_forward(x, k, stride=None):
    return _view(f64(x), *both(k), *both(k if stride is None else stride)).max((-1, -2))


def avg_pool2d_forward(x, k, stride=None):
    return _view(f64(x), *both(k), *both(k if stride is None else stride)).mean((-1, -2))


def max_pool2d_backward(dout, x, k, stride=None):
    dout, x = f64(dout), f64(x)
    (kh, kw), (sh, sw) = both(k), both(k if stride is None else stride)
    v = _view(x, kh, kw, sh, sw)
    first = v.reshape(*v.shape[:4], -1).argmax(-1)
    n, c, i, j = np.indices(first.shape)
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, i * sh + first // kw, j * sw + first % kw), dout)
    return dx


def conv1d_text(E, W, b):
    W = f64(W)
    return np.einsum("ntdk,kdf->ntf", windows_of(f64(E), W.shape[0], axis=1), W) + f64(b)


def max_over_time(features):
    return f64(features).max(axis=1)


def train_cnn(X, y, params, lr, batches):
    X, y = f64(X), np.asarray(y)
    theta, losses = {k: f64(v) for k, v in params.items()}, []
    for idx in batches:
        x, t = X[idx], np.eye(10)[y[idx]]
        z = conv2d_forward(x, theta["W1"], theta["b1"], pad=1)
        h = z.clip(0)
        p = max_pool2d_forward(h, 2)
        flat = p.reshape(len(p), -1)
        o = flat @ theta["W2"] + theta["b2"]
        o = o - o.max(1, keepdims=True)
        logp = o - np.log(np.exp(o).sum(1, keepdims=True))
        losses.append(-float((t * logp).sum(1).mean()))
        do = (np.exp(logp) - t) / len(t)
        dh = max_pool2d_backward((do @ theta["W2"].T).reshape(p.shape), h, 2)
        _, dW1, db1 = conv2d_backward(np.where(z > 0, dh, 0), x, theta["W1"], 1, 1)
        grad = dict(W1=dW1, b1=db1, W2=flat.T @ do, b2=do.sum(0))
        theta = {k: theta[k] - lr * grad[k] for k in theta}
    return theta, losses
