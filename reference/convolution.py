"""The oracle of assignment 3: convolution, pooling and a small convolutional network, spelt out position by position.

Every function walks over the output and does at each place what the definition says: take the window below it, multiply
and add, or take the largest. What a window contributes forward is what it hands back in the backward pass.
All is computed in float64, whatever comes in: arrays of any dtype, or lists. No argument is written into.

The slides "Convolutional neural networks" and "Convolution examples" give the ideas; Goodfellow, Bengio and Courville,
*Deep Learning* (2016), chapter 9, the formulas (eq. 9.6 is what libraries call convolution, eq. 9.4 flips the kernel).

Letters: N examples, C channels, F filters, H × W an image, kh × kw a kernel or window, H' × W' the output; T words with
vectors of length D.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Pair = int | tuple[int, int]
Params = Mapping[str, ArrayLike]


def _floats(a: ArrayLike) -> Floats:
    return np.array(a, dtype=np.float64)


def _pair(value: Pair) -> tuple[int, int]:
    """An int stands for the same number in both directions."""
    return (value, value) if isinstance(value, (int, np.integer)) else (int(value[0]), int(value[1]))


def conv_output_size(n: int, k: int, stride: int = 1, pad: int = 0) -> int:
    """Return how many windows of length k fit into n entries with `pad` more at each end, one every `stride`.

    ⌊(n + 2·pad − k) / stride⌋ + 1: what is left over at the end is not visited. Raises ValueError if k > n + 2·pad.
    Slide "Convolutional neural networks"; Goodfellow, section 9.5.
    """
    if k > n + 2 * pad:
        raise ValueError(f"a kernel of {k} does not fit into {n} + 2·{pad} entries")
    return len(range(0, n + 2 * pad - k + 1, stride))


def cross_correlate2d(img: ArrayLike, k: ArrayLike) -> Floats:
    """Return out[i, j] = Σ_ab img[i+a, j+b]·k[a, b], where the kernel fits: (H, W), (kh, kw) → (H−kh+1, W−kw+1).

    Raises ValueError if the kernel is larger than the image. Slide "Convolution examples"; Goodfellow, eq. 9.6.
    """
    img, k = _floats(img), _floats(k)
    (height, width), (kh, kw) = img.shape, k.shape
    out = np.zeros((conv_output_size(height, kh), conv_output_size(width, kw)))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(img[i : i + kh, j : j + kw] * k)
    return out


def true_convolution2d(img: ArrayLike, k: ArrayLike) -> Floats:
    """Return the convolution of mathematics, with the kernel turned by 180°: shapes as in `cross_correlate2d`.

    out[i, j] = Σ_ab img[i+kh−1−a, j+kw−1−b]·k[a, b]. Raises ValueError if the kernel is larger than the image.
    Slide "Convolution examples"; Goodfellow, eq. 9.4.
    """
    img, k = _floats(img), _floats(k)
    (height, width), (kh, kw) = img.shape, k.shape
    out = np.zeros((conv_output_size(height, kh), conv_output_size(width, kw)))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for a in range(kh):
                for b in range(kw):
                    out[i, j] += img[i + kh - 1 - a, j + kw - 1 - b] * k[a, b]
    return out


def horizontal_edges(img: ArrayLike) -> Floats:
    """Return out[i, j] = img[i, j+1] − img[i, j]: (H, W) → (H, W−1).

    Slide "Convolution examples", "Subtraction of neighbouring pixels for edge detection"; Goodfellow, figure 9.6.
    """
    img = _floats(img)
    return img[:, 1:] - img[:, :-1]


def pad2d(x: ArrayLike, pad: Pair) -> Floats:
    """Return x (N, C, H, W) with zeros around each image, ph rows and pw columns at either side.

    `pad` is ph = pw or the pair (ph, pw); the result is a new array (N, C, H+2·ph, W+2·pw), also for pad 0.
    Slide "Convolutional neural networks"; Goodfellow, section 9.5.
    """
    x, (ph, pw) = _floats(x), _pair(pad)
    N, C, height, width = x.shape
    out = np.zeros((N, C, height + 2 * ph, width + 2 * pw))
    out[:, :, ph : ph + height, pw : pw + width] = x
    return out


def conv2d_forward(x: ArrayLike, W: ArrayLike, b: ArrayLike, stride: int = 1, pad: int = 0) -> Floats:
    """Return the convolutional layer's output: x (N, C, H, W), W (F, C, kh, kw), b (F,) → (N, F, H', W').

    out[n, f, i, j] = b[f] + Σ_cuv x̂[n, c, i·stride+u, j·stride+v]·W[f, c, u, v], x̂ being x padded: the kernel is not
    flipped. Raises ValueError if the kernel does not fit. Slide "Convolutional neural networks"; Goodfellow, eq. 9.8.
    """
    x, W, b = pad2d(x, pad), _floats(W), _floats(b)  # x: (N, C, H+2·pad, W+2·pad)
    F, _, kh, kw = W.shape
    rows, columns = conv_output_size(x.shape[2], kh, stride), conv_output_size(x.shape[3], kw, stride)
    out = np.zeros((len(x), F, rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = x[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]  # (N, C, kh, kw)
            out[:, :, i, j] = np.einsum("ncuv,fcuv->nf", window, W) + b
    return out


def conv2d_backward(
    dout: ArrayLike, x: ArrayLike, W: ArrayLike, stride: int = 1, pad: int = 0
) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dW, db), shaped like x (N, C, H, W), W (F, C, kh, kw) and b (F,), for dout (N, F, H', W').

    The gradients of Σ dout·conv2d_forward(x, W, b): sums over all examples and places, not means. Rows and columns that
    no window covers get 0. Slide "Basic notions: the gist of back-propagation"; Goodfellow, eq. 9.11 and 9.13.
    """
    dout, W, padded = _floats(dout), _floats(W), pad2d(x, pad)
    height, width = np.shape(x)[2:]
    kh, kw = W.shape[2:]
    dpadded, dW = np.zeros_like(padded), np.zeros_like(W)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            place = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dW += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], padded[place])
            dpadded[place] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], W)
    db = dout.sum(axis=(0, 2, 3))
    return dpadded[:, :, pad : pad + height, pad : pad + width], dW, db


def max_pool2d_forward(x: ArrayLike, k: Pair, stride: Pair | None = None) -> Floats:
    """Return the largest value of each kh × kw window: x (N, C, H, W) → (N, C, H', W').

    `k` and `stride` are ints or pairs (rows, columns); stride None means k. No padding: rows and columns left over at
    the end are dropped. Raises ValueError if the window does not fit.
    Slide "Convolutional neural networks"; Goodfellow, section 9.3.
    """
    x, (kh, kw), (sh, sw) = _floats(x), _pair(k), _pair(k if stride is None else stride)
    out = np.zeros((*x.shape[:2], conv_output_size(x.shape[2], kh, sh), conv_output_size(x.shape[3], kw, sw)))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].max(axis=(2, 3))
    return out


def avg_pool2d_forward(x: ArrayLike, k: Pair, stride: Pair | None = None) -> Floats:
    """Return the mean of each kh × kw window; shapes, arguments and errors as in `max_pool2d_forward`.

    Slide "Convolutional neural networks"; Goodfellow, section 9.3.
    """
    x, (kh, kw), (sh, sw) = _floats(x), _pair(k), _pair(k if stride is None else stride)
    out = np.zeros((*x.shape[:2], conv_output_size(x.shape[2], kh, sh), conv_output_size(x.shape[3], kw, sw)))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].sum(axis=(2, 3)) / (kh * kw)
    return out


def max_pool2d_backward(dout: ArrayLike, x: ArrayLike, k: Pair, stride: Pair | None = None) -> Floats:
    """Return dx (N, C, H, W) for dout (N, C, H', W'): each window hands its gradient to its largest entry.

    Of equal entries the first in reading order gets all of it; where windows overlap, gradients add.
    Slide "Basic notions: the gist of back-propagation"; Goodfellow, section 9.3.
    """
    dout, x = _floats(dout), _floats(x)
    (kh, kw), (sh, sw) = _pair(k), _pair(k if stride is None else stride)
    dx = np.zeros_like(x)
    n, c = np.indices(x.shape[:2])
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].reshape(*x.shape[:2], kh * kw)
            # argmax returns the first of equal values, row by row; each example and channel has one winner.
            u, v = np.divmod(window.argmax(axis=2), kw)
            dx[n, c, i * sh + u, j * sw + v] += dout[:, :, i, j]
    return dx


def conv1d_text(E: ArrayLike, W: ArrayLike, b: ArrayLike) -> Floats:
    """Return F features of every k words in a row: E (N, T, D), W (k, D, F), b (F,) → (N, T−k+1, F).

    out[n, t, f] = b[f] + Σ_ad E[n, t+a, d]·W[a, d, f]. Raises ValueError if k > T.
    Slide "Convolutional neural networks"; Goodfellow, eq. 9.6 with one axis.
    """
    E, W, b = _floats(E), _floats(W), _floats(b)
    k = len(W)
    out = np.zeros((len(E), conv_output_size(E.shape[1], k), W.shape[2]))
    for t in range(out.shape[1]):
        out[:, t] = np.einsum("nad,adf->nf", E[:, t : t + k], W) + b
    return out


def max_over_time(features: ArrayLike) -> Floats:
    """Return the largest value of each feature over all T places: (N, T, F) → (N, F).

    Slide "Convolutional neural networks"; Goodfellow, section 9.3.
    """
    largest: Floats = _floats(features).max(axis=1)
    return largest


def cnn_logits(params: Params, X: ArrayLike) -> Floats:
    """Return the logits (N, 10) of images X (N, 1, 8, 8) by the network of `train_cnn`.

    Convolution 3×3 with pad 1 → relu → max-pool 2 → (F, 4, 4) flattened in C order → linear.
    """
    pooled = max_pool2d_forward(np.maximum(conv2d_forward(X, params["W1"], params["b1"], pad=1), 0.0), 2)
    logits: Floats = pooled.reshape(len(pooled), -1) @ _floats(params["W2"]) + _floats(params["b2"])
    return logits


def cnn_accuracy(params: Params, X: ArrayLike, y: ArrayLike) -> float:
    """Return the share of the images X (N, 1, 8, 8) whose largest logit is that of their label y (N,)."""
    return float(np.mean(cnn_logits(params, X).argmax(axis=1) == np.asarray(y)))


def cnn_loss_and_grads(params: Params, X: ArrayLike, y: ArrayLike) -> tuple[float, dict[str, Floats]]:
    """Return the mean cross-entropy (natural log) of the batch X (N, 1, 8, 8), y (N,), and its gradients by name."""
    W2 = _floats(params["W2"])
    conv = conv2d_forward(X, params["W1"], params["b1"], pad=1)  # (N, F, 8, 8)
    relu = np.maximum(conv, 0.0)
    pooled = max_pool2d_forward(relu, 2)  # (N, F, 4, 4)
    flat = pooled.reshape(len(pooled), -1)  # (N, 16·F)
    logits = flat @ W2 + _floats(params["b2"])  # (N, 10)
    right = np.arange(len(logits)), np.asarray(y)

    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = float(-log_p[right].mean())

    dlogits = np.exp(log_p)
    dlogits[right] -= 1.0
    dlogits /= len(logits)
    drelu = max_pool2d_backward((dlogits @ W2.T).reshape(pooled.shape), relu, 2)
    _, dW1, db1 = conv2d_backward(drelu * (conv > 0), X, params["W1"], pad=1)
    return loss, {"W1": dW1, "b1": db1, "W2": flat.T @ dlogits, "b2": dlogits.sum(axis=0)}


def train_cnn(
    X: ArrayLike, y: ArrayLike, params: Params, lr: float, batches: Sequence[ArrayLike]
) -> tuple[dict[str, Floats], list[float]]:
    """Return (params, losses) after one gradient step per batch, θ ← θ − lr·∇loss.

    X (N, 1, 8, 8) and y (N,) are the data, `batches` lists index arrays into them; params holds W1 (F, 1, 3, 3),
    b1 (F,), W2 (16·F, 10), b2 (10,). losses[i] is the mean loss of batch i before its step. The network is that of
    `cnn_logits`. Slide "Convolutional neural networks"; Goodfellow, sections 9.3 and 5.9.
    """
    X, y = _floats(X), np.asarray(y)
    theta = {name: _floats(value) for name, value in params.items()}
    losses = []
    for batch in batches:
        loss, grads = cnn_loss_and_grads(theta, X[np.asarray(batch)], y[np.asarray(batch)])
        theta = {name: theta[name] - lr * grads[name] for name in theta}
        losses.append(loss)
    return theta, losses
