import numpy as np


def conv_output_size(n, k, stride=1, pad=0):
    assert stride > 0
    if k > n + 2 * pad:
        raise ValueError("bad size")
    return int((n + 2 * pad - k) / stride) + 1


def cross_correlate2d(img, k):
    img, k = np.asarray(img), np.asarray(k)
    res = np.zeros((img.shape[0] - k.shape[0] + 1, img.shape[1] - k.shape[1] + 1), dtype=img.dtype)
    for i in range(res.shape[0]):
        for j in range(res.shape[1]):
            res[i, j] = (img[i:i + k.shape[0], j:j + k.shape[1]] * k).sum()
    return res


def true_convolution2d(img, k):
    img, k = np.asarray(img).astype(float), np.asarray(k).astype(float)
    return cross_correlate2d(img, k[::-1, ::-1])


def horizontal_edges(img):
    img = np.asarray(img)
    return img[:, 1:] - img[:, :-1]


def pad2d(x, pad):
    x = np.asarray(x)
    if isinstance(pad, int):
        pad = (pad, pad)
    return np.pad(x, ((0, 0), (0, 0), (pad[0], pad[0]), (pad[1], pad[1])))


def conv2d_forward(x, W, b, stride=1, pad=0):
    x, W, b = pad2d(x, pad), np.asarray(W), np.asarray(b)
    N, C, H, Wx = x.shape
    F, _, kh, kw = W.shape
    oh, ow = conv_output_size(H, kh, stride), conv_output_size(Wx, kw, stride)
    res = np.zeros((N, F, oh, ow), dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            w = x[:, None, :, i * stride:i * stride + kh, j * stride:j * stride + kw]
            res[:, :, i, j] = (w * W).sum(axis=(2, 3, 4)) + b
    return res


def avg_pool2d_forward(x, k, stride=None):
    x = np.asarray(x)
    stride = k if stride is None else stride
    k = (k, k) if isinstance(k, int) else k
    s = (stride, stride) if isinstance(stride, int) else stride
    oh, ow = conv_output_size(x.shape[2], k[0], s[0]), conv_output_size(x.shape[3], k[1], s[1])
    res = np.zeros((x.shape[0], x.shape[1], oh, ow), dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            res[:, :, i, j] = x[:, :, i * s[0]:i * s[0] + k[0], j * s[1]:j * s[1] + k[1]].mean(axis=(2, 3))
    return res


def max_pool2d_backward(dout, x, k, stride=None):
    x, dout = np.asarray(x), np.asarray(dout)
    stride = k if stride is None else stride
    k = (k, k) if isinstance(k, int) else k
    s = (stride, stride) if isinstance(stride, int) else stride
    dx = np.zeros_like(x)
    for n in range(dout.shape[0]):
        for c in range(dout.shape[1]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    win = x[n, c, i * s[0]:i * s[0] + k[0], j * s[1]:j * s[1] + k[1]]
                    a, b = np.unravel_index(win.argmax(), win.shape)
                    dx[n, c, i * s[0] + a, j * s[1] + b] += dout[n, c, i, j]
    return dx


def max_over_time(features):
    return np.asarray(features).max(axis=1)
