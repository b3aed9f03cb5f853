# %% [markdown]
# # Assignment 3: convolution and pooling
#
# Fill in the functions below, from top to bottom, with NumPy alone. Each docstring says exactly what is wanted and
# ends in an example that you can check by hand; `README.md` beside this file has the pictures and the story.
#
# What holds for every function:
#
# - **Shapes.** Images are `(N, C, H, W)`: example, channel, row, column. Kernels are `(F, C, kh, kw)`: filter, channel,
#   row, column. Nothing need be square. (`W` is also the name of the kernels, as in the lecture: the code below calls
#   an image's sizes `H_in`, `W_in`.)
# - **Numbers.** Lists, integers and float32 are welcome as input. What comes out is float64 (or float32, if you like,
#   where every array argument is float32). Whole numbers must not stay whole: `np.asarray(x, dtype=float)`.
# - **Purity.** Never write into an argument. Some tests pass arrays that cannot be written to.
# - **Speed.** A call may take 2 seconds (`train_cnn`: 20). Loop over the few positions *in the kernel*, not over the
#   many positions in the image and its batch, and you need not think about it again.

# %%
"""Assignment 3: convolution and pooling, forward and backward."""

import numpy as np


def pair(k: int | tuple[int, int]) -> tuple[int, int]:
    """Return (rows, columns): an int means the same for both. Given: use it where you like."""
    return (k, k) if np.ndim(k) == 0 else tuple(k)


# %% [markdown]
# ## 1 How many windows fit? ★
#
# A window of width $k$ slides over $n$ numbers, $s$ at a time. It must lie inside completely; where it no longer fits
# it does not go. Whatever remains at the end is left out.
#
# ![Windows of 3 along an axis](figures/sizes.svg)


# %%
def conv_output_size(n: int, k: int, stride: int = 1, pad: int = 0) -> int:
    """Return how many windows of size k fit along an axis of size n.

        ⌊(n + 2·pad − k) / stride⌋ + 1

    `pad` entries are added at *both* ends first. The first window starts at 0, the next one at `stride`, and so on;
    a window that would stick out does not count (floor, not ceil). The result is an int.

    Raises ValueError if not even one window fits, k > n + 2·pad.

    By hand: windows of 3 at stride 2 over 6 numbers start at 0 and 2; one at 4 would stick out. With one number more
    at each end there are 8, and windows start at 0, 2 and 4.

    >>> conv_output_size(6, 3, stride=2)
    2
    >>> conv_output_size(6, 3, stride=2, pad=1)
    3

    Slide: Convolutional neural networks.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 2 A kernel and its application ★
#
# Lay the kernel on the image, multiply what lies on top of each other, add up, move on. This is what every deep
# learning library calls *convolution*. Mathematicians call it *cross-correlation*: their convolution turns the kernel
# by 180° first. Now you write both, once, to have seen the difference.
#
# ![A kernel at its four places on an image](figures/sliding.svg)


# %%
def cross_correlate2d(img: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Slide the kernel k (kh, kw) over img (H, W) as it is, without turning it; return (H − kh + 1, W − kw + 1).

        out[i, j] = Σ_p Σ_q img[i + p, j + q] · k[p, q]

    Only windows that lie inside the image count ("valid"); the kernel is never larger than the image.

    By hand: the upper left window is [[1, 2], [0, 1]], so out[0, 0] = 1·1 + 2·0 + 0·2 + 1·(−1) = 0.

    >>> img = [[1, 2, 0], [0, 1, 3], [4, 0, 1]]
    >>> cross_correlate2d(img, [[1, 0], [2, -1]]).tolist()
    [[0.0, 1.0], [8.0, 0.0]]

    Slide: Convolution examples. What it draws is this function, though it says "convolution".
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def true_convolution2d(img: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Convolve img (H, W) with k (kh, kw) as mathematics defines it; return (H − kh + 1, W − kw + 1).

        out[i, j] = Σ_p Σ_q img[i + p, j + q] · k[kh − 1 − p, kw − 1 − q]

    That is cross-correlation with the kernel turned by 180°: its rows *and* its columns in reverse order (which is not
    its transpose). Again only windows inside the image.

    By hand: [[1, 0], [2, −1]] becomes [[−1, 2], [0, 1]], and out[0, 0] = 1·(−1) + 2·2 + 0·0 + 1·1 = 4.

    >>> img = [[1, 2, 0], [0, 1, 3], [4, 0, 1]]
    >>> true_convolution2d(img, [[1, 0], [2, -1]]).tolist()
    [[4.0, 1.0], [2.0, 6.0]]

    Slide: Convolution examples.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 3 Edges ★
#
# Where a picture changes from one pixel to the next, there is an edge. One subtraction per pixel finds it. The kernel
# has two numbers; for an image of 280×320 pixels a full matrix that does the same has eight billion.
#
# ![The differences of neighbouring pixels of a digit](figures/edges.svg)


# %%
def horizontal_edges(img: np.ndarray) -> np.ndarray:
    """Subtract from each pixel's right neighbour the pixel itself: img (H, W) becomes (H, W − 1).

        out[i, j] = img[i, j + 1] − img[i, j]

    This walks along rows, so what lights up are *vertical* edges; the sign stays: positive from dark to light. It is
    cross-correlation with the kernel [[−1, 1]]. The last column has no right neighbour and gives no output.

    Pictures are often uint8, and there 3 − 5 is 254. Here it is −2.

    >>> horizontal_edges(np.array([[10, 10, 200], [5, 3, 3]], dtype=np.uint8)).tolist()
    [[0.0, 190.0], [-2.0, 0.0]]

    Slide: Convolution examples, "subtraction of neighbouring pixels for edge detection". It does not say which from
    which; this is settled here.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 4 Padding ★
#
# Without padding each layer shrinks the image, and a pixel in a corner is seen by one window only. A frame of zeros
# mends both.


# %%
def pad2d(x: np.ndarray, pad: int | tuple[int, int]) -> np.ndarray:
    """Put a frame of zeros around every image: x (N, C, H, W) becomes (N, C, H + 2·ph, W + 2·pw).

    `pad` is (ph, pw), or an int for both: ph rows above *and* below, pw columns left *and* right. Examples and channels
    are not padded. With pad = 0 the result is an equal *copy*: whoever writes into it must not change x.

    >>> pad2d([[[[1, 2], [3, 4]]]], (0, 1)).tolist()
    [[[[0.0, 1.0, 2.0, 0.0], [0.0, 3.0, 4.0, 0.0]]]]

    Slide: Convolutional neural networks.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 5 The convolutional layer ★★
#
# The same with all that a layer has: a batch of images, several channels in, several filters, each filter with a bias.
# A filter sees *all* channels: it has a kernel for each, and adds up what they find.
#
# **A way to do it.** Take one position $(p, q)$ in the kernel. The pixels that it meets, over all windows at once, are
# a strided slice of the image: start at row $p$, every $s$-th row, $H'$ of them, and likewise for columns. So the
# layer is a sum over $k_h k_w$ slices, each multiplied by one number per filter and channel.


# %%
def conv2d_forward(x: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, pad: int = 0) -> np.ndarray:
    """Apply F filters to a batch of images: x (N, C, H, W), W (F, C, kh, kw), b (F,) give (N, F, H', W').

        out[n, f, i, j] = b[f] + Σ_c Σ_p Σ_q xp[n, c, i·stride + p, j·stride + q] · W[f, c, p, q]

    where xp is x with `pad` zeros on all four sides (`pad2d`), H' = conv_output_size(H, kh, stride, pad), and W'
    likewise. It is cross-correlation: the kernel is *not* turned. `stride` and `pad` are ints. Rows and columns that
    no window reaches are left out. The kernel fits into the padded image.

    By hand: channel 0 contributes x[0,0] + x[1,1] of its window, channel 1 contributes x[0,1] − x[1,0] of its own:
    out[0, 0, 0, 0] = (1 + 1) + (0 − 2) + 10 = 10. At stride 2 the third column is left out.

    >>> x = [[[[1, 2, 0], [0, 1, 3]], [[1, 0, 2], [2, 1, 0]]]]
    >>> W = [[[[1, 0], [0, 1]], [[0, 1], [-1, 0]]]]
    >>> conv2d_forward(x, W, [10]).tolist()
    [[[[10.0, 16.0]]]]
    >>> conv2d_forward(x, W, [10], stride=2).tolist()
    [[[[10.0]]]]

    Slide: Convolutional neural networks, "affine linear transformation of the input via a much smaller kernel": the
    bias is what makes it affine.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 6 Back through the convolution ★★★
#
# Write down the sum above for one output pixel. It multiplies pixel by weight, so the pixel's gradient is the weight
# and the weight's gradient is the pixel, each times `dout` there. What took part in several windows gets the *sum*.
#
# The same slices as in the forward pass do it: what was read from a slice is now added into the same slice.


# %%
def conv2d_backward(
    dout: np.ndarray, x: np.ndarray, W: np.ndarray, stride: int = 1, pad: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients (dx, dW, db) of a loss, given its gradient dout (N, F, H', W') at the layer's output.

    x (N, C, H, W), W (F, C, kh, kw), `stride` and `pad` are what `conv2d_forward` got; dx and dW have the shapes of
    x and W, db is (F,):

        db[f]          = Σ_n Σ_i Σ_j dout[n, f, i, j]
        dW[f, c, p, q] = Σ_n Σ_i Σ_j dout[n, f, i, j] · xp[n, c, i·stride + p, j·stride + q]
        dxp[n, c, u, v] = the sum of dout[n, f, i, j] · W[f, c, p, q] over all f, i, j, p, q
                          with i·stride + p = u and j·stride + q = v

    and dx is dxp without the frame of padding (mind pad = 0: `[0:-0]` is empty). Pixels that no window reached get 0.
    Nothing is averaged: if the loss is a mean over the batch, dout knows it already.

    By hand: two windows, with dout 1 and 10. dW is 1 · [[1, 2], [0, 1]] + 10 · [[2, 0], [1, 3]]; dx is the kernel laid
    down once times 1, and one column further times 10. At stride 2 there is one window, and the last column gets 0.

    >>> x, W = [[[[1, 2, 0], [0, 1, 3]]]], [[[[1, 0], [2, -1]]]]
    >>> dx, dW, db = conv2d_backward([[[[1, 10]]]], x, W)
    >>> dx.tolist(), dW.tolist(), db.tolist()
    ([[[[1.0, 10.0, 0.0], [2.0, 19.0, -10.0]]]], [[[[21.0, 2.0], [10.0, 31.0]]]], [11.0])
    >>> conv2d_backward([[[[1]]]], x, W, stride=2)[0].tolist()
    [[[[1.0, 0.0, 0.0], [2.0, -1.0, 0.0]]]]

    Slide: Basic notions: the gist of back-propagation.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 7 Pooling ★★
#
# Of each window keep one number: the largest, or the mean. Each channel is pooled for itself. If the image moves by a
# pixel, most maxima stay: this is the "approximately invariant to translations" of the lecture, and it holds for
# *small* shifts only.


# %%
def max_pool2d_forward(
    x: np.ndarray, k: int | tuple[int, int], stride: int | tuple[int, int] | None = None
) -> np.ndarray:
    """Return the largest number of each window: x (N, C, H, W) becomes (N, C, H', W').

        out[n, c, i, j] = max over p < kh, q < kw of x[n, c, i·sh + p, j·sw + q]

    `k` is (kh, kw), or an int for both; `stride` is (sh, sw) or an int, and None means "as `k`". Windows may overlap
    (stride < k) or leave gaps (stride > k). H' = conv_output_size(H, kh, sh), W' likewise: no padding, rows and
    columns left over at the end are left out. Numbers may all be negative, and so may their maximum. The window fits.

    By hand: with k = 2 the windows are [[1, 5], [3, −1]] and [[2, 0], [4, 7]], and the third row is left out.

    >>> x = [[[[1, 5, 2, 0], [3, -1, 4, 7], [9, 9, 9, 9]]]]
    >>> max_pool2d_forward(x, 2).tolist()
    [[[[5.0, 7.0]]]]
    >>> max_pool2d_forward(x, 2, stride=1).tolist()
    [[[[5.0, 5.0, 7.0], [9.0, 9.0, 9.0]]]]

    Slide: Convolutional neural networks, "pooling (e.g., maximum value within a rectangular region)".
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def avg_pool2d_forward(
    x: np.ndarray, k: int | tuple[int, int], stride: int | tuple[int, int] | None = None
) -> np.ndarray:
    """Return the mean of each window: x (N, C, H, W) becomes (N, C, H', W').

        out[n, c, i, j] = 1 / (kh·kw) · Σ_{p < kh} Σ_{q < kw} x[n, c, i·sh + p, j·sw + q]

    `k`, `stride`, H' and W' are as in `max_pool2d_forward`; channels are not mixed.

    By hand: (1 + 5 + 3 − 1) / 4 = 2 and (2 + 0 + 4 + 7) / 4 = 3.25.

    >>> avg_pool2d_forward([[[[1, 5, 2, 0], [3, -1, 4, 7], [9, 9, 9, 9]]]], 2).tolist()
    [[[[2.0, 3.25]]]]

    Slide: Convolutional neural networks.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 8 Back through max-pooling ★★
#
# Only the winner of a window has touched the output, so it alone gets the window's gradient. The winner of several
# windows gets the sum.
#
# ![Where the gradients of max-pooling go](figures/pooling.svg)


# %%
def max_pool2d_backward(
    dout: np.ndarray,
    x: np.ndarray,
    k: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
) -> np.ndarray:
    """Return dx (N, C, H, W), the gradient of a loss at the input, given dout (N, C, H', W') at the output.

    x (N, C, H, W), `k` and `stride` are what `max_pool2d_forward` got. Each dout[n, c, i, j] is *added* to dx at the
    place of the largest number of window (i, j). Where several are equally large, the *first* one wins: first row
    first, and within a row from the left. All other places, and those that no window reached, get 0. So dx adds up to
    what dout adds up to, always.

    By hand: two windows, one column apart. The 7 in the middle wins the first; in the second it ties with the 7 to its
    right, and comes first.

    >>> max_pool2d_backward([[[[1, 10]]]], [[[[1, 7, 7], [0, 2, 5]]]], 2, stride=1).tolist()
    [[[[0.0, 11.0, 0.0], [0.0, 0.0, 0.0]]]]

    Slide: Basic notions: the gist of back-propagation.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 9 Convolution over text ★★, and its pooling ★
#
# A sentence is a sequence of word vectors. A kernel over $k$ neighbouring words is a detector of $k$-word phrases, and
# "the strongest it ever fired in this sentence" is a feature that does not care where the phrase stood.


# %%
def conv1d_text(E: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Apply F filters, each over k neighbouring words, to E (N, T, D); return (N, T − k + 1, F).

        out[n, t, f] = b[f] + Σ_{i < k} Σ_d E[n, t + i, d] · W[i, d, f]

    E holds N sentences of T words of D numbers; W is (k, D, F), b is (F,). The window moves over *time* alone, word by
    word, and always sees whole word vectors. No padding; the kernel is not reversed; k ≤ T.

    By hand: the filter wants 1 × the first number of one word and 10 × the second number of the next:
    out[0, 0, 0] = 1·1 + 10·2 + 0.5 = 21.5.

    >>> E = [[[1, 0], [0, 2], [3, 1]]]
    >>> conv1d_text(E, [[[1], [0]], [[0], [10]]], [0.5]).tolist()
    [[[21.5], [10.5]]]

    Slide: Convolutional neural networks, "great for grid-like input": a sentence is a grid of one dimension.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def max_over_time(features: np.ndarray) -> np.ndarray:
    """Return each filter's largest value in each sentence: features (N, T, F) becomes (N, F).

        out[n, f] = max over t of features[n, t, f]

    By hand: the second filter never got above −1, so −1 it is.

    >>> max_over_time([[[21.5, -3], [10.5, -1]]]).tolist()
    [[21.5, -1.0]]

    Slide: Convolutional neural networks; pooling whose region is the whole sentence.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# ## 10 A network that reads digits ★★★
#
# Put it together: convolution, detector, pooling, in this order as in the lecture, and a linear layer on top.
# The loss is the one of assignment 2; it is given here.


# %%
def softmax_cross_entropy(logits: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean cross-entropy of logits (N, C) with class ids y (N,), and its gradient (N, C). Given.

    The gradient is that of the *mean*: it is divided by N already.
    """
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)  # so that exp cannot overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (N, C)
    dlogits = np.exp(log_p)
    dlogits[rows, y] -= 1
    return -float(log_p[rows, y].mean()), dlogits / len(y)


# %%
def train_cnn(
    X: np.ndarray, y: np.ndarray, params: dict[str, np.ndarray], lr: float, batches: list[np.ndarray]
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Train a small convolutional network by gradient descent; return (params, losses).

    X (N, 1, 8, 8) are images, y (N,) their digits 0…9. `params` holds W1 (F, 1, 3, 3), b1 (F,), W2 (16·F, 10) and
    b2 (10,). For a batch of B images:

        conv2d_forward with W1, b1, stride 1, pad 1   (B, F, 8, 8)
        relu, max(z, 0), with derivative 0 at z = 0   (B, F, 8, 8)
        max-pooling with k = 2                        (B, F, 4, 4)
        flatten, filters outermost (C order)          (B, 16·F)
        logits: flat @ W2 + b2                        (B, 10)
        loss: softmax_cross_entropy, a mean over B

    `batches` is a list of index arrays. For each of them, in order, compute the loss on X[batch], y[batch] and then
    make *one* step of plain gradient descent, θ ← θ − lr · ∂loss/∂θ for all four parameters at once (all gradients
    are taken before any parameter changes). No momentum, no decay, no shuffling: nothing is left to chance, so any two
    right programs get the same losses.

    Returns new params (a dict with the same keys, float64 arrays) and `losses`, a list of floats: losses[i] is the
    loss of batch i *before* its step. The arrays in the `params` that came in stay as they are.

    By hand: if all parameters are 0, every digit has probability 1/10, and the first loss is ln 10. All of the first
    step's gradients are 0 but that of b2, which is 1/10 everywhere and 1/10 − 1 at the right digit.

    >>> zeros = {"W1": np.zeros((2, 1, 3, 3)), "b1": np.zeros(2), "W2": np.zeros((32, 10)), "b2": np.zeros(10)}
    >>> params, losses = train_cnn(np.ones((1, 1, 8, 8)), [3], zeros, lr=1.0, batches=[[0], [0]])
    >>> [round(loss, 4) for loss in losses]
    [2.3026, 1.4612]

    Slide: Convolutional neural networks.
    """
    # YOUR CODE HERE
    raise NotImplementedError
