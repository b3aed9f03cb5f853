# %%
"""Assignment 3: convolution and pooling, forward and backward."""

import numpy as np


def pair(k):
    return (k, k) if np.ndim(k) == 0 else tuple(k)


# %%
def conv_output_size(n, k, stride=1, pad=0):
    """How many windows fit."""
    if k > n + 2 * pad:
        raise ValueError(f"k={k} > n+2·pad={n + 2 * pad}")
    return (n + 2 * pad - k) // stride + 1


# %%
def cross_correlate2d(img, k):
    """Slide k over img."""
    img = np.asarray(img, dtype=float)
    k = np.asarray(k, dtype=float)
    H, W = img.shape
    kh, kw = k.shape
    out = np.zeros((H - kh + 1, W - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (img[i : i + kh, j : j + kw] * k).sum()
    return out


# %%
def true_convolution2d(img, k):
    """The same, but the kernel is turned."""
    return cross_correlate2d(img, np.asarray(k, dtype=float)[::-1, ::-1])


# %%
def horizontal_edges(img):
    """Right minus left."""
    return cross_correlate2d(img, [[-1, 1]])


# %%
def pad2d(x, pad):
    """Zeros around."""
    x = np.asarray(x, dtype=float)
    ph, pw = pair(pad)
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + 2 * ph, W + 2 * pw))
    out[:, :, ph : H + ph, pw : W + pw] = x
    return out


# %%
def conv2d_forward(x, W, b, stride=1, pad=0):
    """A layer."""
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def conv2d_backward(dout, x, W, stride=1, pad=0):
    """Back through the layer."""
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def max_pool2d_forward(x, k, stride=None):
    """The largest of each window."""
    x = np.asarray(x, dtype=float)
    (kh, kw), (sh, sw) = pair(k), pair(k if stride is None else stride)
    H2, W2 = conv_output_size(x.shape[2], kh, sh), conv_output_size(x.shape[3], kw, sw)
    # how do I do this without a loop over n and c?
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def avg_pool2d_forward(x, k, stride=None):
    """The mean of each window."""
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def max_pool2d_backward(dout, x, k, stride=None):
    """Back through pooling."""
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def conv1d_text(E, W, b):
    """Text."""
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def max_over_time(features):
    """The strongest."""
    return np.max(np.asarray(features, dtype=float), axis=1)


# %%
def train_cnn(X, y, params, lr, batches):
    """Train."""
    # YOUR CODE HERE
    raise NotImplementedError
