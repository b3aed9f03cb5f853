import numpy as np

# "Convolution" in the lecture is convolution, so I flip kernels everywhere (see Wikipedia).


def conv_output_size(n, k, stride=1, pad=0):
    if k > n + 2 * pad:
        raise ValueError
    return (n + 2 * pad - k) // stride + 1


def _slide(img, k):
    out = np.empty((img.shape[0] - k.shape[0] + 1, img.shape[1] - k.shape[1] + 1))
    for r, c in np.ndindex(out.shape):
        out[r, c] = np.vdot(img[r:r + k.shape[0], c:c + k.shape[1]], k)
    return out


def cross_correlate2d(img, k):
    return _slide(np.asarray(img, float), np.asarray(k, float)[::-1, ::-1])


def true_convolution2d(img, k):
    return _slide(np.asarray(img, float), np.asarray(k, float)[::-1, ::-1])


def horizontal_edges(img):
    img = np.asarray(img, float)
    return _slide(img, np.array([[-1., 1.]]))


def pad2d(x, pad):
    p = np.broadcast_to(pad, 2)
    x = np.asarray(x, float)
    return np.pad(x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])))


def conv2d_forward(x, W, b, stride=1, pad=0):
    x = pad2d(x, pad)
    W = np.asarray(W, float)[:, :, ::-1, ::-1]
    b = np.asarray(b, float)
    N, C, H, Wd = x.shape
    F, C, kh, kw = W.shape
    oh, ow = conv_output_size(H, kh, stride), conv_output_size(Wd, kw, stride)
    out = np.empty((N, F, oh, ow))
    for i in range(oh):
        for j in range(ow):
            patch = x[:, :, i*stride:i*stride+kh, j*stride:j*stride+kw].reshape(N, -1)
            out[:, :, i, j] = patch @ W.reshape(F, -1).T + b
    return out


def max_pool2d_forward(x, k, stride=None):
    x = np.asarray(x, float)
    kh, kw = np.broadcast_to(k, 2)
    sh, sw = np.broadcast_to(k if stride is None else stride, 2)
    oh, ow = conv_output_size(x.shape[2], kh, sh), conv_output_size(x.shape[3], kw, sw)
    out = np.full(x.shape[:2] + (oh, ow), -np.inf)
    for a in range(kh):
        for b in range(kw):
            out = np.maximum(out, x[:, :, a:a+(oh-1)*sh+1:sh, b:b+(ow-1)*sw+1:sw])
    return out


def avg_pool2d_forward(x, k, stride=None):
    x = np.asarray(x, float)
    kh, kw = np.broadcast_to(k, 2)
    sh, sw = np.broadcast_to(k if stride is None else stride, 2)
    oh, ow = conv_output_size(x.shape[2], kh, sh), conv_output_size(x.shape[3], kw, sw)
    out = np.zeros(x.shape[:2] + (oh, ow))
    for a in range(kh):
        for b in range(kw):
            out += x[:, :, a:a+(oh-1)*sh+1:sh, b:b+(ow-1)*sw+1:sw]
    return out / (kh * kw)


def conv1d_text(E, W, b):
    # here too: the kernel runs backwards
    E, W, b = np.asarray(E, float), np.asarray(W, float)[::-1], np.asarray(b, float)
    k = W.shape[0]
    return np.stack([np.tensordot(E[:, t:t+k], W, axes=2) + b for t in range(E.shape[1] - k + 1)], axis=1)


def max_over_time(features):
    return np.max(np.asarray(features, float), 1)

# TODO backward passes, training
