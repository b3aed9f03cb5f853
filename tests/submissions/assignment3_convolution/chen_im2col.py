# im2col / col2im with stride tricks: every layer is one matrix product.
import numpy as np
from numpy.lib.stride_tricks import as_strided


def _pair(v):
    if isinstance(v, (tuple, list)):
        return int(v[0]), int(v[1])
    return int(v), int(v)


def conv_output_size(n: int, k: int, stride: int = 1, pad: int = 0) -> int:
    if n + 2 * pad < k:
        raise ValueError("k > n + 2*pad")
    return int(np.floor((n + 2 * pad - k) / stride)) + 1


def _im2col(x, kh, kw, sh, sw):
    """(N, C, H, W) -> (N, H', W', C, kh, kw), a view"""
    x = np.ascontiguousarray(x)
    n, c, h, w = x.shape
    oh, ow = conv_output_size(h, kh, sh), conv_output_size(w, kw, sw)
    s = x.strides
    return as_strided(x, (n, oh, ow, c, kh, kw), (s[0], s[2] * sh, s[3] * sw, s[1], s[2], s[3]), writeable=False)


def _col2im(cols, shape, sh, sw):
    n, oh, ow, c, kh, kw = cols.shape
    x = np.zeros(shape)
    for u in range(kh):
        for v in range(kw):
            x[:, :, u:u + oh * sh:sh, v:v + ow * sw:sw][:, :, :oh, :ow] += cols[..., u, v].transpose(0, 3, 1, 2)
    return x


def cross_correlate2d(img, k):
    img, k = np.asarray(img, float), np.asarray(k, float)
    cols = _im2col(img[None, None], *k.shape, 1, 1)
    return cols.reshape(-1, k.size).dot(k.ravel()).reshape(cols.shape[1:3])


def true_convolution2d(img, k):
    return cross_correlate2d(img, np.rot90(np.asarray(k), 2))


def horizontal_edges(img):
    return cross_correlate2d(img, np.array([[-1.0, 1.0]]))


def pad2d(x, pad):
    x = np.asarray(x, float)
    ph, pw = _pair(pad)
    n, c, h, w = x.shape
    out = np.zeros((n, c, h + 2 * ph, w + 2 * pw))
    out[:, :, ph:ph + h, pw:pw + w] = x
    return out


def conv2d_forward(x, W, b, stride=1, pad=0):
    W = np.asarray(W, float)
    f, c, kh, kw = W.shape
    cols = _im2col(pad2d(x, pad), kh, kw, stride, stride)
    n, oh, ow = cols.shape[:3]
    flat = cols.reshape(n * oh * ow, -1) @ W.reshape(f, -1).T + np.asarray(b, float)
    return np.moveaxis(flat.reshape(n, oh, ow, f), 3, 1)


def conv2d_backward(dout, x, W, stride=1, pad=0):
    dout, W = np.asarray(dout, float), np.asarray(W, float)
    xp = pad2d(x, pad)
    f, c, kh, kw = W.shape
    n, _, oh, ow = dout.shape
    d = np.moveaxis(dout, 1, 3).reshape(-1, f)
    cols = _im2col(xp, kh, kw, stride, stride).reshape(-1, c * kh * kw)
    dW = (d.T @ cols).reshape(W.shape)
    dcols = (d @ W.reshape(f, -1)).reshape(n, oh, ow, c, kh, kw)
    dxp = _col2im(dcols, xp.shape, stride, stride)
    return dxp[:, :, pad:xp.shape[2] - pad, pad:xp.shape[3] - pad], dW, d.sum(0)


def _pool_cols(x, k, stride):
    kh, kw = _pair(k)
    sh, sw = _pair(stride) if stride is not None else (kh, kw)
    cols = _im2col(np.asarray(x, float), kh, kw, sh, sw)
    return cols.reshape(*cols.shape[:4], kh * kw), (kh, kw, sh, sw)


def max_pool2d_forward(x, k, stride=None):
    cols, _ = _pool_cols(x, k, stride)
    return cols.max(-1).transpose(0, 3, 1, 2)


def avg_pool2d_forward(x, k, stride=None):
    cols, (kh, kw, _, _) = _pool_cols(x, k, stride)
    return cols.sum(-1).transpose(0, 3, 1, 2) / (kh * kw)


def max_pool2d_backward(dout, x, k, stride=None):
    cols, (kh, kw, sh, sw) = _pool_cols(x, k, stride)
    onehot = np.zeros(cols.shape)
    np.put_along_axis(onehot, cols.argmax(-1)[..., None], 1.0, axis=-1)
    d = np.asarray(dout, float).transpose(0, 2, 3, 1)[..., None] * onehot
    return _col2im(d.reshape(*cols.shape[:4], kh, kw), np.shape(x), sh, sw)


def conv1d_text(E, W, b):
    E, W = np.asarray(E, float), np.asarray(W, float)
    k, d, f = W.shape
    n, t, _ = E.shape
    rows = np.concatenate([E[:, i:t - k + 1 + i] for i in range(k)], axis=2)
    return rows @ W.reshape(k * d, f) + np.asarray(b, float)


def max_over_time(features):
    return np.amax(np.asarray(features, float), axis=1)


class _Net:
    def __init__(self, params):
        self.p = {name: np.array(value, float) for name, value in params.items()}

    def step(self, x, y, lr):
        p, n = self.p, len(y)
        z = conv2d_forward(x, p["W1"], p["b1"], 1, 1)
        a = np.maximum(0, z)
        m = max_pool2d_forward(a, 2)
        flat = m.reshape(n, -1)
        s = flat @ p["W2"] + p["b2"]
        e = np.exp(s - s.max(1, keepdims=True))
        q = e / e.sum(1, keepdims=True)
        loss = -np.mean(np.log(q[range(n), y]))
        q[range(n), y] -= 1
        q /= n
        g = {"W2": flat.T @ q, "b2": q.sum(0)}
        da = max_pool2d_backward((q @ p["W2"].T).reshape(m.shape), a, 2)
        da[z <= 0] = 0
        _, g["W1"], g["b1"] = conv2d_backward(da, x, p["W1"], 1, 1)
        for name in p:
            p[name] -= lr * g[name]
        return float(loss)


def train_cnn(X, y, params, lr, batches):
    net = _Net(params)
    X, y = np.asarray(X, float), np.asarray(y)
    losses = [net.step(X[b], y[b], lr) for b in batches]
    return net.p, losses
