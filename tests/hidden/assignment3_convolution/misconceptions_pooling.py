"""What goes wrong in pooling and on its way back: wrong functions that people write, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. Where
that will not do, `_pool` and `_unpool` are right functions with the steps to change as arguments.
"""

import numpy as np

from grader.diagnose import misconception
from reference import convolution as right


def _pair(k):
    return (k, k) if np.ndim(k) == 0 else tuple(k)


def _sizes(x, k, stride):
    """Window and stride as pairs, and the size of the output, of a pooling."""
    (kh, kw), (sh, sw) = _pair(k), _pair(k if stride is None else stride)
    height, width = np.shape(x)[2:]
    return kh, kw, sh, sw, (height - kh) // sh + 1, (width - kw) // sw + 1


def _pool(x, reduce, starts, extent):
    """Reduce the windows (N, C, kh, kw) that start at `starts` = (rows, columns) and are `extent` large."""
    x = np.asarray(x, dtype=float)
    windows = [[x[:, :, i : i + extent[0], j : j + extent[1]] for j in starts[1]] for i in starts[0]]
    out = np.array([[reduce(window) for window in row] for row in windows])  # (H', W', N, C)
    return out.transpose(2, 3, 0, 1)


def _starts(rows, columns, sh, sw):
    return [i * sh for i in range(rows)], [j * sw for j in range(columns)]


def _max(window):
    return window.max(axis=(2, 3))


def _in_dtype_of(a, out):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return out.astype(np.asarray(a).dtype)


# max_pool2d_forward and avg_pool2d_forward ---------------------------------------------------------------------------


def _mean(window):
    return window.mean(axis=(2, 3))


def _pooled_without_stride(x, k, reduce):
    kh, kw, _, _, rows, columns = _sizes(x, k, None)
    return _pool(x, reduce, _starts(rows, columns, kh, kw), (kh, kw))


def _pooled_stride_one(x, k, stride, reduce):
    kh, kw, sh, sw, rows, columns = _sizes(x, k, 1 if stride is None else stride)
    return _pool(x, reduce, _starts(rows, columns, sh, sw), (kh, kw))


def _pooled_stride_windows(x, k, stride, reduce):
    _, _, sh, sw, rows, columns = _sizes(x, k, stride)
    return _pool(x, reduce, _starts(rows, columns, sh, sw), (sh, sw))


def _pooled_starts(x, k, stride, reduce):
    kh, kw, _, _, rows, columns = _sizes(x, k, stride)
    return _pool(x, reduce, _starts(rows, columns, 1, 1), (kh, kw))


def _leftovers_pooled(x, k, stride, reduce, *, fill=None):
    """With one more row and column of windows where pixels are left over: cut short, or filled up."""
    kh, kw, sh, sw, rows, columns = _sizes(x, k, stride)
    height, width = np.shape(x)[2:]
    rows, columns = rows + ((rows - 1) * sh + kh < height), columns + ((columns - 1) * sw + kw < width)
    if fill is not None:
        more = max((rows - 1) * sh + kh - height, 0), max((columns - 1) * sw + kw - width, 0)
        x = np.pad(np.asarray(x, dtype=float), ((0, 0), (0, 0), (0, more[0]), (0, more[1])), constant_values=fill)
    starts = [[i for i in s if i < n] for s, n in zip(_starts(rows, columns, sh, sw), np.shape(x)[2:], strict=True)]
    return _pool(x, reduce, starts, (kh, kw))


def _swapped(k):
    return _pair(k)[::-1]


def _pooled_square(x, k, stride, reduce):
    kh, kw, sh, sw, rows, _ = _sizes(x, k, stride)
    columns = (np.shape(x)[2] - kw) // sw + 1
    return _pool(x, reduce, _starts(rows, columns, sh, sw), (kh, kw))


def _pooled_by_counts(x, k, stride, reduce, count):
    """With `count(n, k, s)` windows along each axis; they may reach over the edge, but must not lie beyond it."""
    kh, kw, sh, sw, _, _ = _sizes(x, k, stride)
    height, width = np.shape(x)[2:]
    return _pool(x, reduce, _starts(count(height, kh, sh), count(width, kw, sw), sh, sw), (kh, kw))


def _rounded_up(n, k, s):
    return -(-(n - k) // s) + 1


def _starts_inside(n, _, s):
    return -(-n // s)


def _strides_inside(n, _, s):
    return n // s


def _windows_inside(n, k, _):
    return n // k


def _pooled_with(x, k, stride, reduce, *, columns=None, width=None):
    """With another number of `columns`, or windows of another `width`."""
    kh, kw, sh, sw, rows, right_columns = _sizes(x, k, stride)
    starts = _starts(rows, right_columns if columns is None else columns, sh, sw)
    return _pool(x, reduce, starts, (kh, kw if width is None else width))


def _pooled_columns_by_height(x, k, stride, reduce):
    kh, _, _, sw, _, _ = _sizes(x, k, stride)
    return _pooled_with(x, k, stride, reduce, columns=(np.shape(x)[3] - kh) // sw + 1)


def _pooled_as_many_columns(x, k, stride, reduce):
    return _pooled_with(x, k, stride, reduce, columns=_sizes(x, k, stride)[4])


def _stride_of(k, stride):
    return _pair(k if stride is None else stride)


def _first_of(k):
    return _pair(k)[0]


@misconception("max_pool2d_forward", "You ignore the stride: windows stand side by side whatever it says.")
def pool_stride_ignored(x, k, stride=None):
    return _pooled_without_stride(x, k, _max)


@misconception("max_pool2d_forward", "Without a stride you move windows by 1; they should stand side by side then.")
def pool_stride_one(x, k, stride=None):
    return _pooled_stride_one(x, k, stride, _max)


@misconception("max_pool2d_forward", "Your windows are as large as the stride; their size is a number of its own.")
def pool_window_is_stride(x, k, stride=None):
    return _pooled_stride_windows(x, k, stride, _max)


@misconception("max_pool2d_forward", "Your windows start at the index of the output; they are one stride apart.")
def pool_starts_without_stride(x, k, stride=None):
    return _pooled_starts(x, k, stride, _max)


@misconception("max_pool2d_forward", "You take the first number of a pair for columns; it is for rows.")
def pool_pair_swapped(x, k, stride=None):
    return right.max_pool2d_forward(x, _swapped(k), None if stride is None else _swapped(stride))


@misconception("max_pool2d_forward", "You start from 0, so that a window of negative values gives 0.")
def pool_from_zero(x, k, stride=None):
    return np.maximum(right.max_pool2d_forward(x, k, stride), 0.0)


@misconception("max_pool2d_forward", "You pool the rows and columns that are left over too; leave them out.")
def pool_leftovers(x, k, stride=None):
    return _leftovers_pooled(x, k, stride, _max)


@misconception("max_pool2d_forward", "You fill up the last windows with zeros; what is left over is to be left out.")
def pool_filled_up(x, k, stride=None):
    return _leftovers_pooled(x, k, stride, _max, fill=0.0)


@misconception("max_pool2d_forward", "You take the largest over all channels: each channel is pooled on its own.")
def pool_over_channels(x, k, stride=None):
    out = right.max_pool2d_forward(x, k, stride)
    return np.broadcast_to(out.max(axis=1, keepdims=True), out.shape)


@misconception("max_pool2d_forward", "You average; max-pooling keeps the largest value.")
def pool_averaged(x, k, stride=None):
    return right.avg_pool2d_forward(x, k, stride)


@misconception("max_pool2d_forward", "You keep the value that is largest without its sign.")
def pool_by_magnitude(x, k, stride=None):
    high, low = (
        right.max_pool2d_forward(x, k, stride),
        -right.max_pool2d_forward(-np.asarray(x, dtype=float), k, stride),
    )
    return np.where(high >= -low, high, low)


@misconception("max_pool2d_forward", "Your result takes over the dtype of x: integers stay integers, not floats.")
def pool_in_input_dtype(x, k, stride=None):
    return _in_dtype_of(x, right.max_pool2d_forward(x, k, stride))


@misconception("max_pool2d_forward", "Your loops take images to be as wide as they are high.")
def pool_square_image(x, k, stride=None):
    return _pooled_square(x, k, stride, _max)


@misconception(
    "max_pool2d_forward", "You round the number of windows up: the last one reaches over the edge, and does not count."
)
def pool_rounded_up(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _max, _rounded_up)


@misconception(
    "max_pool2d_forward", "You start a window wherever the stride leads; one that reaches over the edge does not count."
)
def pool_over_the_edge(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _max, _starts_inside)


@misconception(
    "max_pool2d_forward", "You divide the image's size by the stride; how many windows fit depends on their size too."
)
def pool_strides_counted(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _max, _strides_inside)


@misconception(
    "max_pool2d_forward", "You divide the image's size by the window's; with a stride of its own other numbers fit."
)
def pool_windows_counted(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _max, _windows_inside)


@misconception(
    "max_pool2d_forward", "The last row and column of windows is missing: there is one window more than steps."
)
def pool_steps_counted(x, k, stride=None):
    return right.max_pool2d_forward(x, k, stride)[:, :, :-1, :-1]


@misconception("max_pool2d_forward", "A window that ends exactly at the edge is missing: it fits, and counts.")
def pool_exact_fit_missing(x, k, stride=None):
    kh, kw, sh, sw, _, _ = _sizes(x, k, stride)
    rows, columns = (_rounded_up(*n) - 1 for n in ((np.shape(x)[2], kh, sh), (np.shape(x)[3], kw, sw)))
    return right.max_pool2d_forward(x, k, stride)[:, :, :rows, :columns]


@misconception("max_pool2d_forward", "You take the first number of the stride for columns; it is for rows.")
def pool_stride_swapped(x, k, stride=None):
    return right.max_pool2d_forward(x, k, _swapped(_stride_of(k, stride)))


@misconception("max_pool2d_forward", "You take a pair of strides as (columns, rows); its first number is for rows.")
def pool_given_stride_swapped(x, k, stride=None):
    return right.max_pool2d_forward(x, k, None if stride is None else _swapped(stride))


@misconception("max_pool2d_forward", "You take the first number of the window's size for columns; it is for rows.")
def pool_window_swapped(x, k, stride=None):
    return right.max_pool2d_forward(x, _swapped(k), _stride_of(k, stride))


@misconception(
    "max_pool2d_forward", "You use the first number of a pair for both directions; the second is for columns."
)
def pool_pair_cut(x, k, stride=None):
    return right.max_pool2d_forward(x, _first_of(k), _first_of(_stride_of(k, stride)))


@misconception("max_pool2d_forward", "You use the first stride for both directions; the second is for columns.")
def pool_stride_cut(x, k, stride=None):
    return right.max_pool2d_forward(x, k, _first_of(_stride_of(k, stride)))


@misconception(
    "max_pool2d_forward",
    "Without a stride you move windows by their height in both directions; to the right it is their width.",
)
def pool_stride_by_height(x, k, stride=None):
    return right.max_pool2d_forward(x, k, _first_of(k) if stride is None else stride)


@misconception(
    "max_pool2d_forward", "Your windows are as wide as they are high, and so are they counted: they need not be square."
)
def pool_window_cut(x, k, stride=None):
    return right.max_pool2d_forward(x, _first_of(k), _stride_of(k, stride))


@misconception("max_pool2d_forward", "You count columns by the window's height; it is its width that matters there.")
def pool_columns_by_height(x, k, stride=None):
    return _pooled_columns_by_height(x, k, stride, _max)


@misconception(
    "max_pool2d_forward", "Your windows reach as far to the right as they are high; their width is a number of its own."
)
def pool_windows_by_height(x, k, stride=None):
    return _pooled_with(x, k, stride, _max, width=_first_of(k))


@misconception("max_pool2d_forward", "Your output has as many columns as rows; columns are counted by the widths.")
def pool_as_many_columns(x, k, stride=None):
    return _pooled_as_many_columns(x, k, stride, _max)


@misconception("avg_pool2d_forward", "You ignore the stride: windows stand side by side whatever it says.")
def avg_stride_ignored(x, k, stride=None):
    return _pooled_without_stride(x, k, _mean)


@misconception("avg_pool2d_forward", "Without a stride you move windows by 1; they should stand side by side then.")
def avg_stride_one(x, k, stride=None):
    return _pooled_stride_one(x, k, stride, _mean)


@misconception("avg_pool2d_forward", "Your windows are as large as the stride; their size is a number of its own.")
def avg_window_is_stride(x, k, stride=None):
    return _pooled_stride_windows(x, k, stride, _mean)


@misconception("avg_pool2d_forward", "Your windows start at the index of the output; they are one stride apart.")
def avg_starts_without_stride(x, k, stride=None):
    return _pooled_starts(x, k, stride, _mean)


@misconception("avg_pool2d_forward", "You take the first number of a pair for columns; it is for rows.")
def avg_pair_swapped(x, k, stride=None):
    return right.avg_pool2d_forward(x, _swapped(k), None if stride is None else _swapped(stride))


@misconception("avg_pool2d_forward", "You add up the window and do not divide by the number of its entries.")
def avg_is_sum(x, k, stride=None):
    return right.avg_pool2d_forward(x, k, stride) * np.prod(_pair(k))


@misconception("avg_pool2d_forward", "You divide by the square of the window's height; a window need not be square.")
def avg_divided_by_square(x, k, stride=None):
    kh, kw = _pair(k)
    return right.avg_pool2d_forward(x, k, stride) * kw / kh


@misconception("avg_pool2d_forward", "You pool the rows and columns that are left over too; leave them out.")
def avg_leftovers(x, k, stride=None):
    return _leftovers_pooled(x, k, stride, _mean)


@misconception("avg_pool2d_forward", "You fill up the last windows with zeros; what is left over is to be left out.")
def avg_filled_up(x, k, stride=None):
    return _leftovers_pooled(x, k, stride, _mean, fill=0.0)


@misconception("avg_pool2d_forward", "You average over the channels too: each channel is pooled on its own.")
def avg_over_channels(x, k, stride=None):
    out = right.avg_pool2d_forward(x, k, stride)
    return np.broadcast_to(out.mean(axis=1, keepdims=True), out.shape)


@misconception("avg_pool2d_forward", "You keep the largest value; average pooling keeps the mean.")
def avg_is_max(x, k, stride=None):
    return right.max_pool2d_forward(x, k, stride)


@misconception(
    "avg_pool2d_forward",
    "Your result takes over the dtype of x, so that with images of integers the fractions are cut off.",
)
def avg_in_input_dtype(x, k, stride=None):
    return _in_dtype_of(x, right.avg_pool2d_forward(x, k, stride))


@misconception("avg_pool2d_forward", "Your loops take images to be as wide as they are high.")
def avg_square_image(x, k, stride=None):
    kh, kw = _pair(k)
    return _pooled_square(x, k, stride, lambda window: window.sum(axis=(2, 3)) / (kh * kw))


@misconception(
    "avg_pool2d_forward", "You round the number of windows up: the last one reaches over the edge, and does not count."
)
def avg_rounded_up(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _mean, _rounded_up)


@misconception(
    "avg_pool2d_forward", "You start a window wherever the stride leads; one that reaches over the edge does not count."
)
def avg_over_the_edge(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _mean, _starts_inside)


@misconception(
    "avg_pool2d_forward", "You divide the image's size by the stride; how many windows fit depends on their size too."
)
def avg_strides_counted(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _mean, _strides_inside)


@misconception(
    "avg_pool2d_forward", "You divide the image's size by the window's; with a stride of its own other numbers fit."
)
def avg_windows_counted(x, k, stride=None):
    return _pooled_by_counts(x, k, stride, _mean, _windows_inside)


@misconception(
    "avg_pool2d_forward", "The last row and column of windows is missing: there is one window more than steps."
)
def avg_steps_counted(x, k, stride=None):
    return right.avg_pool2d_forward(x, k, stride)[:, :, :-1, :-1]


@misconception("avg_pool2d_forward", "A window that ends exactly at the edge is missing: it fits, and counts.")
def avg_exact_fit_missing(x, k, stride=None):
    kh, kw, sh, sw, _, _ = _sizes(x, k, stride)
    rows, columns = (_rounded_up(*n) - 1 for n in ((np.shape(x)[2], kh, sh), (np.shape(x)[3], kw, sw)))
    return right.avg_pool2d_forward(x, k, stride)[:, :, :rows, :columns]


@misconception("avg_pool2d_forward", "You take the first number of the stride for columns; it is for rows.")
def avg_stride_swapped(x, k, stride=None):
    return right.avg_pool2d_forward(x, k, _swapped(_stride_of(k, stride)))


@misconception("avg_pool2d_forward", "You take a pair of strides as (columns, rows); its first number is for rows.")
def avg_given_stride_swapped(x, k, stride=None):
    return right.avg_pool2d_forward(x, k, None if stride is None else _swapped(stride))


@misconception("avg_pool2d_forward", "You take the first number of the window's size for columns; it is for rows.")
def avg_window_swapped(x, k, stride=None):
    return right.avg_pool2d_forward(x, _swapped(k), _stride_of(k, stride))


@misconception(
    "avg_pool2d_forward", "You use the first number of a pair for both directions; the second is for columns."
)
def avg_pair_cut(x, k, stride=None):
    return right.avg_pool2d_forward(x, _first_of(k), _first_of(_stride_of(k, stride)))


@misconception("avg_pool2d_forward", "You use the first stride for both directions; the second is for columns.")
def avg_stride_cut(x, k, stride=None):
    return right.avg_pool2d_forward(x, k, _first_of(_stride_of(k, stride)))


@misconception(
    "avg_pool2d_forward",
    "Without a stride you move windows by their height in both directions; to the right it is their width.",
)
def avg_stride_by_height(x, k, stride=None):
    return right.avg_pool2d_forward(x, k, _first_of(k) if stride is None else stride)


@misconception(
    "avg_pool2d_forward", "Your windows are as wide as they are high, and so are they counted: they need not be square."
)
def avg_window_cut(x, k, stride=None):
    return right.avg_pool2d_forward(x, _first_of(k), _stride_of(k, stride))


@misconception("avg_pool2d_forward", "You count columns by the window's height; it is its width that matters there.")
def avg_columns_by_height(x, k, stride=None):
    return _pooled_columns_by_height(x, k, stride, _mean)


@misconception(
    "avg_pool2d_forward", "Your windows reach as far to the right as they are high; their width is a number of its own."
)
def avg_windows_by_height(x, k, stride=None):
    return _pooled_with(x, k, stride, _mean, width=_first_of(k))


@misconception("avg_pool2d_forward", "Your output has as many columns as rows; columns are counted by the widths.")
def avg_as_many_columns(x, k, stride=None):
    return _pooled_as_many_columns(x, k, stride, _mean)


@misconception(
    "avg_pool2d_forward", "You fill up with zeros wherever a window reaches over the edge; such a one does not count."
)
def avg_over_the_edge_filled_up(x, k, stride=None):
    kh, kw = _pair(k)
    return _pooled_by_counts(x, k, stride, lambda window: window.sum(axis=(2, 3)) / (kh * kw), _starts_inside)


@misconception("avg_pool2d_forward", "You count columns by the image's height; it is its width that matters there.")
def avg_columns_by_image_height(x, k, stride=None):
    return _pooled_square(x, k, stride, _mean)


# max_pool2d_backward -------------------------------------------------------------------------------------------------


def _unpool(dout, x, k, stride, share, *, steps=None, overwrite=False, whole=False, dtype=float):
    """The gradient at x, of which each entry of a window gets `share(window)`; windows are `steps` apart.

    With `overwrite` the last gradient at a place replaces the others, with `whole` the last window all below it.
    """
    (kh, kw), (sh, sw) = _pair(k), _pair(k if stride is None else stride)
    sh, sw = steps or (sh, sw)
    dout, x = np.asarray(dout, dtype=float), np.asarray(x, dtype=float)
    dx = np.zeros(x.shape, dtype=dtype)
    for n, c, i, j in np.ndindex(dout.shape):
        place = n, c, slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
        part = dout[n, c, i, j] * share(x[place])
        dx[place] = part if whole else np.where(part != 0, part, dx[place]) if overwrite else dx[place] + part
    return dx


def _first(window):
    return np.arange(window.size).reshape(window.shape) == np.argmax(window)


def _last(window):
    return _first(window[::-1, ::-1])[::-1, ::-1]


@misconception(
    "max_pool2d_backward",
    "You hand the gradient to every entry that equals the maximum; of equal ones only the first gets it.",
)
def every_tie(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, lambda window: window == window.max())


@misconception("max_pool2d_backward", "You share the gradient among equal maxima; the first of them gets all of it.")
def ties_share(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, lambda window: (window == window.max()) / (window == window.max()).sum())


@misconception("max_pool2d_backward", "Of equal maxima you choose the last; the first in reading order is asked for.")
def last_tie(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, _last)


@misconception("max_pool2d_backward", "Where windows overlap, the last one overwrites the others; their gradients add.")
def overlaps_overwritten(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, _first, overwrite=True)


@misconception(
    "max_pool2d_backward",
    "Each window overwrites what others left below it, its zeros too; where windows overlap, their gradients add.",
)
def windows_overwritten(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, _first, whole=True)


@misconception(
    "max_pool2d_backward",
    "You mark all equal maxima, where the first one wins, and each window overwrites the others; gradients add.",
)
def windows_overwritten_with_ties(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, lambda window: window == window.max(), whole=True)


@misconception("max_pool2d_backward", "Your windows start at the index of the output; they are one stride apart.")
def unpool_starts_without_stride(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, _first, steps=(1, 1))


@misconception(
    "max_pool2d_backward",
    "The place of a maximum is counted from the corner of its window; you take it for a place in the image.",
)
def window_start_forgotten(dout, x, k, stride=None):
    (kh, kw), (sh, sw) = _pair(k), _stride_of(k, stride)
    dout, x = np.asarray(dout, dtype=float), np.asarray(x, dtype=float)
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        dx[n, c][: window.shape[0], : window.shape[1]] += dout[n, c, i, j] * _first(window)
    return dx


@misconception(
    "max_pool2d_backward", "Your windows reach as far to the right as they are high; a window may be oblong."
)
def unpool_window_cut(dout, x, k, stride=None):
    return _unpool(dout, x, _first_of(k), _stride_of(k, stride), _first)


@misconception("max_pool2d_backward", "You look for the largest entry of the whole image; each window has its own.")
def largest_of_the_image(dout, x, k, stride=None):
    x, total = np.asarray(x, dtype=float), np.sum(dout, axis=(2, 3), dtype=float)
    return np.array([[t * _first(img) for t, img in zip(*pair, strict=True)] for pair in zip(total, x, strict=True)])


@misconception(
    "max_pool2d_backward",
    "You compare x with the enlarged output: windows need not stand side by side, and equal values are hit too.",
)
def output_enlarged(dout, x, k, stride=None):
    (kh, kw), x = _pair(k), np.asarray(x, dtype=float)
    out = right.max_pool2d_forward(x, k, stride)
    large, gradient = (np.asarray(a).repeat(kh, axis=2).repeat(kw, axis=3) for a in (out, dout))
    rows, columns = large.shape[2:]
    dx = np.zeros(x.shape)
    dx[:, :, :rows, :columns] = (x[:, :, :rows, :columns] == large) * gradient
    return dx


@misconception("max_pool2d_backward", "You ignore the stride: windows stand side by side whatever it says.")
def unpool_stride_ignored(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, _first, steps=_pair(k))


@misconception("max_pool2d_backward", "Without a stride you move windows by 1; they should stand side by side then.")
def unpool_stride_one(dout, x, k, stride=None):
    return _unpool(dout, x, k, 1 if stride is None else stride, _first)


@misconception("max_pool2d_backward", "You take the first number of a pair for columns; it is for rows.")
def unpool_pair_swapped(dout, x, k, stride=None):
    return _unpool(dout, x, _swapped(k), None if stride is None else _swapped(stride), _first)


@misconception(
    "max_pool2d_backward",
    "You split the position of the maximum by the window's height; rows of a window are as long as it is wide.",
)
def position_split_by_height(dout, x, k, stride=None):
    (kh, kw), (sh, sw) = _pair(k), _pair(k if stride is None else stride)
    dout, x = np.asarray(dout, dtype=float), np.asarray(x, dtype=float)
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        u, v = divmod(np.argmax(x[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw]), kh)
        dx[n, c, i * sh + u, j * sw + v] += dout[n, c, i, j]
    return dx


@misconception("max_pool2d_backward", "The gradient that comes in is not used: you mark the maxima with 1.")
def maxima_marked(dout, x, k, stride=None):
    return _unpool(np.ones(np.shape(dout)), x, k, stride, _first)


@misconception("max_pool2d_backward", "You spread the gradient over the window: that is what average pooling does.")
def gradient_spread(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, lambda window: np.full(window.shape, 1 / window.size))


@misconception(
    "max_pool2d_backward",
    "Your result takes over the dtype of x, so that with images of integers the fractions are cut off.",
)
def unpool_in_input_dtype(dout, x, k, stride=None):
    return _unpool(dout, x, k, stride, _first, dtype=np.asarray(x).dtype)
