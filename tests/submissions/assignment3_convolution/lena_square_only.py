import numpy as np

# Lena: images are square, everybody knows that.


def conv_output_size(n, k, stride=1, pad=0):
    if k > n + 2 * pad:
        raise ValueError("too big")
    return (n + 2 * pad - k) // stride + 1


def cross_correlate2d(img, k):
    img, k = np.asarray(img, dtype=float), np.asarray(k, dtype=float)
    n = len(img)
    out = []
    for i in range(n - k.shape[0] + 1):
        out.append([])
        for j in range(n - k.shape[1] + 1):
            out[i].append(np.sum(img[i : i + k.shape[0], j : j + k.shape[1]] * k))
    return np.array(out)


def pad2d(x, pad):
    x = np.asarray(x, dtype=float)
    p = (pad, pad) if np.ndim(pad) == 0 else pad
    return np.pad(x, ((0, 0), (0, 0), (p[0],) * 2, (p[1],) * 2))


def conv2d_forward(x, W, b, stride=1, pad=0):
    x, W, b = pad2d(x, pad), np.asarray(W, dtype=float), np.asarray(b, dtype=float)
    k = W.shape[2]
    n = conv_output_size(x.shape[2], k, stride)
    m = conv_output_size(x.shape[3], W.shape[3], stride)
    out = np.zeros((len(x), len(W), n, m))
    for i in range(n):
        for j in range(m):
            window = x[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            if window.shape[2:] != W.shape[2:]:
                raise ValueError(f"window {window.shape} and kernel {W.shape} do not match")
            out[:, :, i, j] = np.einsum("ncpq,fcpq->nf", window, W) + b
    return out


def max_pool2d_forward(x, k, stride=None):
    x = np.asarray(x, dtype=float)
    stride = k if stride is None else stride
    (kh, kw), (sh, sw) = ((v, v) if np.ndim(v) == 0 else v for v in (k, stride))
    n = conv_output_size(x.shape[2], kh, sh)
    m = conv_output_size(x.shape[3], kw, sw)
    rows = []
    for i in range(n):
        rows.append([x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].max((2, 3)) for j in range(m)])
    return np.moveaxis(np.array(rows), (0, 1), (2, 3))


def avg_pool2d_forward(x, k, stride=None):
    x = np.asarray(x, dtype=float)
    stride = k if stride is None else stride
    (kh, kw), (sh, sw) = ((v, v) if np.ndim(v) == 0 else v for v in (k, stride))
    n = conv_output_size(x.shape[2], kh, sh)
    m = conv_output_size(x.shape[3], kw, sw)
    total = np.zeros((*x.shape[:2], n, m))
    for i in range(n):
        for j in range(m):
            total[:, :, i, j] = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].sum((2, 3))
    return total / kh**2


def max_pool2d_backward(dout, x, k, stride=None):
    dout, x = np.asarray(dout, dtype=float), np.asarray(x, dtype=float)
    stride = k if stride is None else stride
    (kh, kw), (sh, sw) = ((v, v) if np.ndim(v) == 0 else v for v in (k, stride))
    dx = np.zeros(x.shape)
    for index in np.ndindex(*dout.shape):
        n, c, i, j = index
        place = int(x[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw].argmax())
        row, column = place // kh, place % kh
        dx[n, c, i * sh + row, j * sw + column] += dout[index]
    return dx
