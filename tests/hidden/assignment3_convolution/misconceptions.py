"""What goes wrong in convolution and pooling: wrong functions that people really write, with a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. Where
that will not do, `_pool`, `_scatter`, `_unpool` and `_train` are right functions with the steps to change as arguments.
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


def _full(img, k):
    kh, kw = np.shape(k)
    return right.cross_correlate2d(np.pad(np.asarray(img, dtype=float), ((kh - 1, kh - 1), (kw - 1, kw - 1))), k)


def _same(img, k):
    kh, kw = np.shape(k)
    padded = np.pad(np.asarray(img, dtype=float), ((kh // 2, kh // 2), (kw // 2, kw // 2)))
    return right.cross_correlate2d(padded, k)[: np.shape(img)[0], : np.shape(img)[1]]


def _in_dtype_of(a, out):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return out.astype(np.asarray(a).dtype)


def _flip(k):
    return np.asarray(k)[..., ::-1, ::-1]


def _square_only(img, k, height, width):
    """Cross-correlation whose loops take an image to be as wide as it is high."""
    img, k = np.asarray(img, dtype=float), np.asarray(k, dtype=float)
    return np.array(
        [[np.sum(img[i : i + len(k), j : j + k.shape[1]] * k) for j in range(width)] for i in range(height)]
    )


# conv_output_size ----------------------------------------------------------------------------------------------------


def _checked(formula):
    """The formula with the right check before it."""

    def size(n, k, stride=1, pad=0):
        right.conv_output_size(n, k, stride, pad)
        return formula(n, k, stride, pad)

    return size


@misconception("conv_output_size", "You round up: a window that reaches over the end of the input does not count.")
def rounded_up(n, k, stride=1, pad=0):
    return _checked(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1)(n, k, stride, pad)


@misconception("conv_output_size", "You count the steps between the windows; there is one window more than steps.")
def steps_counted(n, k, stride=1, pad=0):
    return _checked(lambda n, k, s, p: (n + 2 * p - k) // s)(n, k, stride, pad)


@misconception(
    "conv_output_size",
    "You add the one before dividing by the stride. The windows after the first are what the stride thins out.",
)
def one_added_too_early(n, k, stride=1, pad=0):
    return _checked(lambda n, k, s, p: (n + 2 * p - k + 1) // s)(n, k, stride, pad)


@misconception("conv_output_size", "You count the padding once; it is added at both ends of the input.")
def padded_at_one_end(n, k, stride=1, pad=0):
    return _checked(lambda n, k, s, p: (n + p - k) // s + 1)(n, k, stride, pad)


@misconception("conv_output_size", "You leave the padding out of the count; padded entries are places for windows too.")
def padding_not_counted(n, k, stride=1, pad=0):
    return _checked(lambda n, k, s, _: (n - k) // s + 1)(n, k, stride, pad)


@misconception("conv_output_size", "You divide the input into strides and forget that a window has a length too.")
def strides_counted(n, k, stride=1, pad=0):
    return _checked(lambda n, k, s, p: (n + 2 * p) // s)(n, k, stride, pad)


@misconception("conv_output_size", "Your result is a float; the number of windows is an int, rounded down.")
def true_division(n, k, stride=1, pad=0):
    return _checked(lambda n, k, s, p: (n + 2 * p - k) / s + 1)(n, k, stride, pad)


@misconception("conv_output_size", "You return a size even where the kernel does not fit; that should be a ValueError.")
def misfit_accepted(n, k, stride=1, pad=0):
    return (n + 2 * pad - k) // stride + 1


@misconception("conv_output_size", "You refuse a kernel as large as the padded input; it fits, exactly once.")
def exact_fit_refused(n, k, stride=1, pad=0):
    if k >= n + 2 * pad:
        raise ValueError(k)
    return right.conv_output_size(n, k, stride, pad)


@misconception(
    "conv_output_size", "You refuse kernels larger than the input; it is the padded input that they must fit into."
)
def fit_without_padding(n, k, stride=1, pad=0):
    if k > n:
        raise ValueError(k)
    return right.conv_output_size(n, k, stride, pad)


# cross_correlate2d and true_convolution2d ----------------------------------------------------------------------------


@misconception(
    "cross_correlate2d",
    "You flipped the kernel: that is the convolution of mathematics. Cross-correlation lays it on the image as it is.",
)
def kernel_flipped(img, k):
    return right.true_convolution2d(img, k)


@misconception("cross_correlate2d", "You transposed the kernel: its rows belong to rows of the image.")
def kernel_transposed(img, k):
    return right.cross_correlate2d(img, np.transpose(k))


@misconception("cross_correlate2d", "You padded the image to keep its size; only places where the kernel fits count.")
def same_size(img, k):
    return _same(img, k)


@misconception(
    "cross_correlate2d",
    "You let the kernel reach over the border and count every overlap; only places where it fits as a whole count.",
)
def full_size(img, k):
    return _full(img, k)


@misconception("cross_correlate2d", "The last row and the last column of places is missing: the kernel fits there too.")
def last_place_missing(img, k):
    return right.cross_correlate2d(img, k)[:-1, :-1]


@misconception("cross_correlate2d", "Your loops take the image to be as wide as it is high.")
def square_image(img, k):
    rows = np.shape(img)[0] - np.shape(k)[0] + 1
    return _square_only(img, k, rows, np.shape(img)[0] - np.shape(k)[1] + 1)


@misconception(
    "cross_correlate2d",
    "Your result takes over the image's dtype, so that with an image of integers the fractions are cut off.",
)
def image_dtype_kept(img, k):
    return _in_dtype_of(img, right.cross_correlate2d(img, k))


@misconception("cross_correlate2d", "You average over the window; the products are to be added up.")
def window_averaged(img, k):
    return right.cross_correlate2d(img, k) / np.size(k)


@misconception(
    "true_convolution2d",
    "You lay the kernel on the image as it is: that is cross-correlation. The true convolution turns it first.",
)
def not_flipped(img, k):
    return right.cross_correlate2d(img, k)


@misconception("true_convolution2d", "You reverse the rows of the kernel only; the columns are to be reversed too.")
def only_rows_flipped(img, k):
    return right.cross_correlate2d(img, np.asarray(k)[::-1])


@misconception("true_convolution2d", "You reverse the columns of the kernel only; the rows are to be reversed too.")
def only_columns_flipped(img, k):
    return right.cross_correlate2d(img, np.asarray(k)[:, ::-1])


@misconception("true_convolution2d", "You transposed the kernel; turning it by 180° is something else.")
def transposed_for_flipped(img, k):
    return right.cross_correlate2d(img, np.transpose(k))


@misconception("true_convolution2d", "You turn the kernel by 90°; it is to be turned by 180°.")
def quarter_turn(img, k):
    return right.cross_correlate2d(img, np.rot90(k))


@misconception("true_convolution2d", "You flip the image, not the kernel: the result comes out reversed.")
def image_flipped(img, k):
    return right.cross_correlate2d(_flip(img), k)


@misconception("true_convolution2d", "You padded the image to keep its size; only places where the kernel fits count.")
def same_size_flipped(img, k):
    return _same(img, _flip(k))


@misconception("true_convolution2d", "You count places where the kernel reaches over the border; it must fit in.")
def full_size_flipped(img, k):
    return _full(img, _flip(k))


@misconception("true_convolution2d", "Your loops take the image to be as wide as it is high.")
def square_image_flipped(img, k):
    return square_image(img, _flip(k))


@misconception(
    "true_convolution2d",
    "Your result takes over the image's dtype, so that with an image of integers the fractions are cut off.",
)
def image_dtype_kept_flipped(img, k):
    return _in_dtype_of(img, right.true_convolution2d(img, k))


# horizontal_edges ----------------------------------------------------------------------------------------------------


@misconception("horizontal_edges", "Your signs are reversed: from dark on the left to bright on the right is positive.")
def left_minus_right(img):
    return -right.horizontal_edges(img)


@misconception("horizontal_edges", "You let the first column follow the last: an image does not wrap around.")
def wrapped_around(img):
    img = np.asarray(img, dtype=float)
    return np.roll(img, -1, axis=1) - img


@misconception("horizontal_edges", "You subtract rows from rows; the neighbours asked for stand in the same row.")
def rows_subtracted(img):
    return right.horizontal_edges(np.transpose(img)).T


@misconception("horizontal_edges", "You drop the sign: whether an edge leads up or down is part of the answer.")
def sign_dropped(img):
    return np.abs(right.horizontal_edges(img))


@misconception(
    "horizontal_edges",
    "You subtract in the dtype of the image: in uint8 a difference below zero wraps around, and no result is a float.",
)
def subtracted_in_image_dtype(img):
    img = np.asarray(img)
    return img[:, 1:] - img[:, :-1]


@misconception("horizontal_edges", "You turn to floats after the subtraction: in uint8 it has wrapped around by then.")
def converted_too_late(img):
    return subtracted_in_image_dtype(img).astype(float)


@misconception("horizontal_edges", "You keep the image's width; there is one pair of neighbours less than columns.")
def zeros_appended(img):
    return np.pad(right.horizontal_edges(img), ((0, 0), (0, 1)))


@misconception("horizontal_edges", "You subtract the pixel two places away; the direct neighbour is asked for.")
def next_but_one(img):
    img = np.asarray(img, dtype=float)
    return img[:, 2:] - img[:, :-2]


@misconception("horizontal_edges", "You compute in place: the image that was handed in is written into.")
def image_overwritten(img):
    if isinstance(img, np.ndarray) and not img.flags.writeable:
        raise ValueError("read-only")
    return right.horizontal_edges(img)


# pad2d ---------------------------------------------------------------------------------------------------------------


def _framed(x, pad, **options):
    ph, pw = _pair(pad)
    return np.pad(np.asarray(x, dtype=float), ((0, 0), (0, 0), (ph, ph), (pw, pw)), **options)


def _one_sided(x, pad, before):
    ph, pw = _pair(pad)
    rows, columns = ((ph, 0), (pw, 0)) if before else ((0, ph), (0, pw))
    return np.pad(np.asarray(x, dtype=float), ((0, 0), (0, 0), rows, columns))


@misconception("pad2d", "You pad above and on the left only; the other two sides get as many zeros.")
def only_before(x, pad):
    return _one_sided(x, pad, before=True)


@misconception("pad2d", "You pad below and on the right only; the other two sides get as many zeros.")
def only_after(x, pad):
    return _one_sided(x, pad, before=False)


@misconception("pad2d", "You pad all four axes: between examples and between channels there is no frame.")
def all_axes(x, pad):
    ph, pw = _pair(pad)
    return np.pad(np.asarray(x, dtype=float), ((ph, ph), (ph, ph), (ph, ph), (pw, pw)))


@misconception("pad2d", "You pad the channels as well: the frame goes around each channel's image.")
def channels_padded(x, pad):
    ph, pw = _pair(pad)
    return np.pad(np.asarray(x, dtype=float), ((0, 0), (ph, ph), (ph, ph), (pw, pw)))


@misconception("pad2d", "You repeat the border pixels; the frame is made of zeros.")
def border_repeated(x, pad):
    return _framed(x, pad, mode="edge")


@misconception("pad2d", "You mirror the image at its border; the frame is made of zeros.")
def border_mirrored(x, pad):
    return _framed(x, pad, mode="reflect")


@misconception("pad2d", "Your frame is twice as wide as asked for: the number says how much each side gets.")
def twice_as_wide(x, pad):
    return _framed(x, tuple(2 * p for p in _pair(pad)))


@misconception("pad2d", "You take the first number of the pair for columns; it is for rows.")
def pair_swapped(x, pad):
    return _framed(x, _pair(pad)[::-1])


@misconception("pad2d", "You use the first number of a pair for both directions; the second is for columns.")
def pair_cut(x, pad):
    return _framed(x, _pair(pad)[0])


@misconception("pad2d", "You take an int only; a pair (rows, columns) is allowed too.")
def pair_refused(x, pad):
    if np.ndim(pad):
        raise TypeError(pad)
    return _framed(x, pad)


@misconception("pad2d", "You cut the frame with a negative index: with a pad of 0 that slice is empty.")
def negative_slice(x, pad):
    (ph, pw), x = _pair(pad), np.asarray(x, dtype=float)
    out = np.zeros((*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw))
    out[:, :, ph:-ph, pw:-pw] = x
    return out


@misconception("pad2d", "Your result takes over the dtype of x: integers stay integers, where floats are asked for.")
def padded_in_input_dtype(x, pad):
    return _in_dtype_of(x, _framed(x, pad))


# conv2d_forward ------------------------------------------------------------------------------------------------------


@misconception("conv2d_forward", "You flipped the kernel; a convolutional layer lays it on the image as it is.")
def layer_kernel_flipped(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, _flip(W), b, stride, pad)


@misconception("conv2d_forward", "You transposed the kernel: its rows belong to rows of the image.")
def layer_kernel_transposed(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, np.swapaxes(W, 2, 3), b, stride, pad)


@misconception("conv2d_forward", "You forgot the bias: each filter adds one number at every place.")
def bias_forgotten(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, W, np.zeros(np.shape(b)), stride, pad)


@misconception("conv2d_forward", "You add the bias once for every entry of the kernel; it is added once at each place.")
def bias_for_every_tap(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, W, np.asarray(b) * np.size(W[0]), stride, pad)


@misconception(
    "conv2d_forward",
    "You add the bias once for every position in the kernel; it is added once at each place of the output.",
)
def bias_for_every_position(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, W, np.asarray(b) * np.prod(np.shape(W)[2:]), stride, pad)


@misconception("conv2d_forward", "You add the bias once for every channel; it is added once, to the sum over channels.")
def bias_for_every_channel(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, W, np.asarray(b) * np.shape(W)[1], stride, pad)


@misconception("conv2d_forward", "You add up the filters: each of them has an output channel of its own.")
def filters_added_up(x, W, b, stride=1, pad=0):
    total = np.broadcast_to(np.sum(W, axis=0), np.shape(W))
    return right.conv2d_forward(x, total, b, stride, pad)


@misconception("conv2d_forward", "You use the first filter for all output channels.")
def first_filter_only(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, np.broadcast_to(np.asarray(W)[:1], np.shape(W)), b, stride, pad)


@misconception("conv2d_forward", "You average over the channels; their contributions are to be added up.")
def channels_averaged(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, np.asarray(W) / np.shape(W)[1], b, stride, pad)


@misconception("conv2d_forward", "Each channel overwrites the result of the one before it; they are to be added up.")
def last_channel_only(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(np.asarray(x)[:, -1:], np.asarray(W)[:, -1:], b, stride, pad)


@misconception(
    "conv2d_forward",
    "Your windows start at the index of the output; with a stride they are that many pixels further apart.",
)
def starts_without_stride(x, W, b, stride=1, pad=0):
    dense = right.conv2d_forward(x, W, b, 1, pad)
    rows, columns = right.conv2d_forward(x, W, b, stride, pad).shape[2:]
    return dense[:, :, :rows, :columns]


@misconception("conv2d_forward", "You ignore the stride: there is an output for every place where the kernel fits.")
def stride_ignored(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, W, b, 1, pad)


@misconception("conv2d_forward", "You ignore the padding: the kernel never reaches over the border.")
def padding_ignored(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, W, b, stride, 0)


@misconception("conv2d_forward", "You cut a frame with a negative index: with pad 0 that slice is empty.")
def layer_negative_slice(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(negative_slice(x, pad), W, b, stride)


@misconception("conv2d_forward", "Your loops take images to be as wide as they are high.")
def layer_square_image(x, W, b, stride=1, pad=0):
    out = right.conv2d_forward(x, W, b, stride, pad)
    height, width = np.shape(x)[2:]
    kw, columns = np.shape(W)[3], (height + 2 * pad - np.shape(W)[3]) // stride + 1
    if columns > 0 and (columns - 1) * stride + kw > width + 2 * pad:
        raise ValueError("a window reaches over the right border")
    return out[:, :, :, : max(columns, 0)]


def _layer(x, W, b, stride, pad, *, columns=None, width=None, by_entry=False):
    """The layer by loops over `columns` places in a row, with windows `width` wide: see `_places` and `_window`."""
    x, W = right.pad2d(x, pad), np.asarray(W, dtype=float)
    kh, kw = W.shape[2:]
    rows, columns = (x.shape[2] - kh) // stride + 1, _places(x.shape[3], kw, stride) if columns is None else columns
    width = kw if width is None else width
    out = np.zeros((len(x), len(W), rows, columns))
    if by_entry and out.size and ((columns - 1) * stride + width > x.shape[3] or width > kw):
        raise IndexError("an entry beside the image or the kernel")
    for i, j in np.ndindex(rows, columns):
        window = x[:, :, i * stride : i * stride + kh, j * stride : j * stride + width]
        kernel = W[..., :width] if by_entry else W  # a window cut off at the border fits a kernel of one column
        out[:, :, i, j] = np.einsum("ncuv,fcuv->nf", window, kernel) + b
    return out


def _places(n, k, stride):
    return (n - k) // stride + 1


def _columns_by_height(x, W, stride, pad):
    """Places in a row of the padded image for a kernel as wide as it is high."""
    return _places(np.shape(x)[3] + 2 * pad, np.shape(W)[2], stride)


def _columns_in_square(x, W, stride, pad):
    """Places in a row of a padded image as wide as it is high."""
    return _places(np.shape(x)[2] + 2 * pad, np.shape(W)[3], stride)


def _columns_as_rows(x, W, stride, pad):
    return _places(np.shape(x)[2] + 2 * pad, np.shape(W)[2], stride)


@misconception("conv2d_forward", "You count the places in a row by the kernel's height; it is its width that matters.")
def columns_by_height(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_by_height(x, W, stride, pad))


@misconception("conv2d_forward", "The number of your columns is found with the height of the kernel, not its width.")
def columns_by_height_entrywise(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_by_height(x, W, stride, pad), by_entry=True)


@misconception("conv2d_forward", "You count the places in a row by the image's height; it is its width that matters.")
def columns_by_image_height(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_in_square(x, W, stride, pad))


@misconception("conv2d_forward", "The number of your columns is found with the height of the image, not its width.")
def columns_by_image_height_entrywise(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_in_square(x, W, stride, pad), by_entry=True)


@misconception("conv2d_forward", "Your output has as many columns as rows; columns are counted by the widths.")
def as_many_columns_as_rows(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_as_rows(x, W, stride, pad))


@misconception("conv2d_forward", "You make as many columns as rows: those are counted by the widths, not the heights.")
def as_many_columns_as_rows_entrywise(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_as_rows(x, W, stride, pad), by_entry=True)


@misconception("conv2d_forward", "You cut out windows as wide as the kernel is high; the kernel need not be square.")
def windows_by_height(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, width=np.shape(W)[2])


@misconception(
    "conv2d_forward", "You go as far to the right in a window as the kernel is high; its width is the limit."
)
def windows_by_height_entrywise(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, width=np.shape(W)[2], by_entry=True)


@misconception(
    "conv2d_forward",
    "You use the kernel's height for its width as well, to count columns and in the windows: it need not be square.",
)
def height_for_width(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_by_height(x, W, stride, pad), width=np.shape(W)[2])


@misconception(
    "conv2d_forward",
    "You use the height of the kernel as its width too, in the output's size and in each window: it may be oblong.",
)
def height_for_width_entrywise(x, W, b, stride=1, pad=0):
    columns = _columns_by_height(x, W, stride, pad)
    return _layer(x, W, b, stride, pad, columns=columns, width=np.shape(W)[2], by_entry=True)


@misconception("conv2d_forward", "You take image and kernel to be as wide as they are high; neither need be square.")
def heights_for_widths(x, W, b, stride=1, pad=0):
    return _layer(x, W, b, stride, pad, columns=_columns_as_rows(x, W, stride, pad), width=np.shape(W)[2])


@misconception(
    "conv2d_forward", "Your loops use heights for widths, of the image and of the kernel: both may be oblong."
)
def heights_for_widths_entrywise(x, W, b, stride=1, pad=0):
    columns = _columns_as_rows(x, W, stride, pad)
    return _layer(x, W, b, stride, pad, columns=columns, width=np.shape(W)[2], by_entry=True)


@misconception(
    "conv2d_forward", "The last row and column of places is missing: there is one window more than steps between them."
)
def layer_last_place_missing(x, W, b, stride=1, pad=0):
    return right.conv2d_forward(x, W, b, stride, pad)[:, :, :-1, :-1]


@misconception("conv2d_forward", "Your windows are as wide as they are high: kernels need not be square.")
def layer_square_kernel(x, W, b, stride=1, pad=0):
    if np.shape(W)[2] != np.shape(W)[3]:
        raise ValueError("the window is not shaped like the kernel")
    return right.conv2d_forward(x, W, b, stride, pad)


@misconception(
    "conv2d_forward",
    "Your result takes over the dtype of x: with integers the fractions are cut off, with float32 digits are lost.",
)
def layer_in_image_dtype(x, W, b, stride=1, pad=0):
    return _in_dtype_of(x, right.conv2d_forward(x, W, b, stride, pad))


@misconception("conv2d_forward", "You set negative results to zero; the detector stage is not part of this layer.")
def layer_with_relu(x, W, b, stride=1, pad=0):
    return np.maximum(right.conv2d_forward(x, W, b, stride, pad), 0.0)


# conv2d_backward -----------------------------------------------------------------------------------------------------


def _scatter(dout, x, W, stride=1, pad=0, *, step=None, keep_last=False):
    """The gradient at the padded image, and that of W, with windows `step` apart; optionally the last window wins."""
    step = stride if step is None else step
    dout, W, padded = np.asarray(dout, dtype=float), np.asarray(W, dtype=float), right.pad2d(x, pad)
    dx, dW = np.zeros_like(padded), np.zeros_like(W)
    for i, j in np.ndindex(dout.shape[2:]):
        place = np.s_[:, :, i * step : i * step + W.shape[2], j * step : j * step + W.shape[3]]
        dW += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], padded[place])
        part = np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], W)
        dx[place] = part if keep_last else dx[place] + part
    return dx, dW


def _cropped(dpadded, x, pad):
    height, width = np.shape(x)[2:]
    return dpadded[:, :, pad : pad + height, pad : pad + width]


@misconception("conv2d_backward", "Your db has a row per example: the bias is the same for all, so sum over them too.")
def db_per_example(dout, x, W, stride=1, pad=0):
    return (*right.conv2d_backward(dout, x, W, stride, pad)[:2], np.sum(dout, axis=(2, 3), dtype=float))


@misconception("conv2d_backward", "You sum db over the examples only: the bias was added at every place.")
def db_per_place(dout, x, W, stride=1, pad=0):
    return (*right.conv2d_backward(dout, x, W, stride, pad)[:2], np.sum(dout, axis=0, dtype=float))


@misconception("conv2d_backward", "Your db is a mean; the gradients of all examples and places are to be added up.")
def db_averaged(dout, x, W, stride=1, pad=0):
    return (*right.conv2d_backward(dout, x, W, stride, pad)[:2], np.mean(dout, axis=(0, 2, 3)))


@misconception("conv2d_backward", "Your db is that of the last example only; the gradients of all examples are added.")
def db_of_last_example(dout, x, W, stride=1, pad=0):
    return (*right.conv2d_backward(dout, x, W, stride, pad)[:2], np.sum(dout, axis=(2, 3), dtype=float)[-1])


@misconception("conv2d_backward", "Each place and example overwrites db; the bias was added at all of them: add up.")
def db_overwritten(dout, x, W, stride=1, pad=0):
    return (*right.conv2d_backward(dout, x, W, stride, pad)[:2], np.array(dout, dtype=float)[-1, :, -1, -1])


@misconception("conv2d_backward", "Your db is one number; each filter has a bias, and so a gradient, of its own.")
def db_of_all_filters(dout, x, W, stride=1, pad=0):
    return (*right.conv2d_backward(dout, x, W, stride, pad)[:2], np.sum(dout, dtype=float))


@misconception(
    "conv2d_backward",
    "You divide dW and db by the number of examples; the mean over the batch is already in the gradient that comes in.",
)
def averaged_again(dout, x, W, stride=1, pad=0):
    dx, dW, db = right.conv2d_backward(dout, x, W, stride, pad)
    return dx, dW / len(x), db / len(x)


@misconception(
    "conv2d_backward",
    "Each window overwrites what others left in dx; a pixel under several windows gets the sum of their gradients.",
)
def dx_overwritten(dout, x, W, stride=1, pad=0):
    dx = _cropped(_scatter(dout, x, W, stride, pad, keep_last=True)[0], x, pad)
    return (dx, *right.conv2d_backward(dout, x, W, stride, pad)[1:])


@misconception(
    "conv2d_backward",
    "What an entry of the kernel adds to dx overwrites what others left there: a pixel gets the sum over all of them.",
)
def dx_overwritten_by_entries(dout, x, W, stride=1, pad=0):
    dout, W, dx = np.asarray(dout, dtype=float), np.asarray(W, dtype=float), np.zeros_like(right.pad2d(x, pad))
    rows, columns = (n * stride for n in dout.shape[2:])
    for u, v in np.ndindex(W.shape[2:]):
        dx[:, :, u : u + rows : stride, v : v + columns : stride] = np.einsum("nfij,fc->ncij", dout, W[:, :, u, v])
    return (_cropped(dx, x, pad), *right.conv2d_backward(dout, x, W, stride, pad)[1:])


@misconception(
    "conv2d_backward",
    "Each filter and each window overwrites what others left in dx; a pixel gets the sum of all their gradients.",
)
def dx_overwritten_by_filters(dout, x, W, stride=1, pad=0):
    last = _scatter(np.asarray(dout)[:, -1:], x, np.asarray(W)[-1:], stride, pad, keep_last=True)[0]
    return (_cropped(last, x, pad), *right.conv2d_backward(dout, x, W, stride, pad)[1:])


@misconception("conv2d_backward", "Your dW is that of the last example only; the gradients of all examples are added.")
def dw_of_last_example(dout, x, W, stride=1, pad=0):
    dx, _, db = right.conv2d_backward(dout, x, W, stride, pad)
    return dx, right.conv2d_backward(np.asarray(dout)[-1:], np.asarray(x)[-1:], W, stride, pad)[1], db


@misconception(
    "conv2d_backward", "Each example and place overwrites dW; the kernel is used for all of them: add their gradients."
)
def dw_overwritten_by_examples(dout, x, W, stride=1, pad=0):
    dx, _, db = right.conv2d_backward(dout, x, W, stride, pad)
    last = np.zeros(np.shape(dout))
    last[-1, :, -1, -1] = np.asarray(dout)[-1, :, -1, -1]
    return dx, right.conv2d_backward(last, x, W, stride, pad)[1], db


@misconception("conv2d_backward", "Each place overwrites dW; the kernel is used at all places: add them up.")
def dw_overwritten(dout, x, W, stride=1, pad=0):
    dx, _, db = right.conv2d_backward(dout, x, W, stride, pad)
    last = np.zeros(np.shape(dout))
    last[:, :, -1, -1] = np.asarray(dout)[:, :, -1, -1]
    return dx, right.conv2d_backward(last, x, W, stride, pad)[1], db


@misconception(
    "conv2d_backward",
    "Your dW has entries for rows or columns that no window covered; it must have the shape of W.",
)
def dw_of_leftovers(dout, x, W, stride=1, pad=0):
    dx, _, db = right.conv2d_backward(dout, x, W, stride, pad)
    dout, padded = np.asarray(dout, dtype=float), right.pad2d(x, pad)
    rows, columns = ((n - 1) * stride + 1 for n in dout.shape[2:])
    dilated = np.zeros((*dout.shape[:2], rows, columns))
    dilated[:, :, ::stride, ::stride] = dout
    swapped = right.conv2d_forward(padded.swapaxes(0, 1), dilated.swapaxes(0, 1), np.zeros(dout.shape[1]))
    return dx, swapped.swapaxes(0, 1), db


@misconception(
    "conv2d_backward",
    "Your dx ends where the last window ends: rows and columns that no window covered are missing, with gradient 0.",
)
def dx_of_covered_part(dout, x, W, stride=1, pad=0):
    dpadded, dW = _scatter(dout, x, W, stride, pad)
    ends = [(n - 1) * stride + k - pad for n, k in zip(np.shape(dout)[2:], np.shape(W)[2:], strict=True)]
    return dpadded[:, :, pad : ends[0], pad : ends[1]], dW, np.sum(dout, axis=(0, 2, 3), dtype=float)


@misconception("conv2d_backward", "Your dx uses the kernel turned by 180°: each pixel meets the entry that lay on it.")
def dx_with_flipped_kernel(dout, x, W, stride=1, pad=0):
    dx = right.conv2d_backward(dout, x, _flip(W), stride, pad)[0]
    return (dx, *right.conv2d_backward(dout, x, W, stride, pad)[1:])


@misconception("conv2d_backward", "Your dW is turned by 180°: each entry of the kernel meets the pixel that it lay on.")
def dw_flipped(dout, x, W, stride=1, pad=0):
    dx, dW, db = right.conv2d_backward(dout, x, W, stride, pad)
    return dx, _flip(dW), db


@misconception("conv2d_backward", "You cut the frame off with a negative index: with pad 0 that slice is empty.")
def backward_negative_slice(dout, x, W, stride=1, pad=0):
    dpadded, dW = _scatter(dout, x, W, stride, pad)
    return dpadded[:, :, pad:-pad, pad:-pad], dW, np.sum(dout, axis=(0, 2, 3), dtype=float)


@misconception("conv2d_backward", "You always cut one row and column off each side of dx; the frame is `pad` wide.")
def frame_of_one(dout, x, W, stride=1, pad=0):
    dpadded, dW = _scatter(dout, x, W, stride, pad)
    return dpadded[:, :, 1:-1, 1:-1], dW, np.sum(dout, axis=(0, 2, 3), dtype=float)


@misconception("conv2d_backward", "Your dx still has the frame of padding; it must have the shape of x.")
def frame_kept(dout, x, W, stride=1, pad=0):
    dpadded, dW = _scatter(dout, x, W, stride, pad)
    return dpadded, dW, np.sum(dout, axis=(0, 2, 3), dtype=float)


@misconception("conv2d_backward", "You cut dx as wide as it is high; the width of an image is a number of its own.")
def dx_cropped_square(dout, x, W, stride=1, pad=0):
    dpadded, dW = _scatter(dout, x, W, stride, pad)
    end = pad + np.shape(x)[2]
    return dpadded[:, :, pad:end, pad:end], dW, np.sum(dout, axis=(0, 2, 3), dtype=float)


@misconception("conv2d_backward", "Your windows start at the index of the output; they are one stride apart.")
def backward_without_stride(dout, x, W, stride=1, pad=0):
    dpadded, dW = _scatter(dout, x, W, stride, pad, step=1)
    return _cropped(dpadded, x, pad), dW, np.sum(dout, axis=(0, 2, 3), dtype=float)


@misconception("conv2d_backward", "You do not use the gradient that comes in: yours are those of a plain sum.")
def upstream_ignored(dout, x, W, stride=1, pad=0):
    return right.conv2d_backward(np.ones(np.shape(dout)), x, W, stride, pad)


@misconception("conv2d_backward", "You return dW before dx; the order asked for is dx, dW, db.")
def order_swapped(dout, x, W, stride=1, pad=0):
    dx, dW, db = right.conv2d_backward(dout, x, W, stride, pad)
    return dW, dx, db


@misconception("conv2d_backward", "Your loops take the output to be as wide as it is high.")
def backward_square_output(dout, x, W, stride=1, pad=0):
    dout = np.array(dout, dtype=float)
    if dout.shape[2] > dout.shape[3]:
        raise IndexError("dout has fewer columns than rows")
    db = dout.sum(axis=(0, 2, 3))
    dout[:, :, :, dout.shape[2] :] = 0.0
    return (*right.conv2d_backward(dout, x, W, stride, pad)[:2], db)


@misconception("conv2d_backward", "You go as far in the columns of dout as it has rows; it need not be square.")
def backward_square_loops(dout, x, W, stride=1, pad=0):
    dx, dW, _ = backward_square_output(dout, x, W, stride, pad)
    dout = np.asarray(dout, dtype=float)
    return dx, dW, dout[:, :, :, : dout.shape[2]].sum(axis=(0, 2, 3))


@misconception(
    "conv2d_backward",
    "Your dx and dW take over the dtype of x and W: with integers nothing but whole numbers can be added to them.",
)
def gradients_in_input_dtype(dout, x, W, stride=1, pad=0):
    right_dx, right_dw, db = right.conv2d_backward(dout, x, W, stride, pad)
    dx, dW, kind = np.zeros_like(x), np.zeros_like(W), np.asarray(dout).dtype
    dx += right_dx.astype(kind)  # floats into integers: TypeError
    dW += right_dw.astype(kind)
    return dx, dW, db.astype(kind)


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


# conv1d_text and max_over_time ---------------------------------------------------------------------------------------


@misconception("conv1d_text", "Your window moves over the components of the vectors; it should move over words.")
def moved_over_components(E, W, b):
    return right.conv1d_text(np.swapaxes(E, 1, 2), W, b)


@misconception("conv1d_text", "You fill the text up with zeros at its end; only windows of whole words count.")
def text_padded_at_the_end(E, W, b):
    return right.conv1d_text(np.pad(np.asarray(E, dtype=float), ((0, 0), (0, len(W) - 1), (0, 0))), W, b)


@misconception("conv1d_text", "You put zeros before the text; only windows of whole words count.")
def text_padded_at_the_start(E, W, b):
    return right.conv1d_text(np.pad(np.asarray(E, dtype=float), ((0, 0), (len(W) - 1, 0), (0, 0))), W, b)


def _text_padded(E, W, b, before, after):
    return right.conv1d_text(np.pad(np.asarray(E, dtype=float), ((0, 0), (before, after), (0, 0))), W, b)


@misconception("conv1d_text", "You put zeros around the text, to keep its length; only windows of whole words count.")
def text_same_length(E, W, b):
    before = (len(W) - 1) // 2
    return _text_padded(E, W, b, before, len(W) - 1 - before)


@misconception("conv1d_text", "You count every place where kernel and text overlap; only windows of whole words count.")
def text_full_size(E, W, b):
    return _text_padded(E, W, b, len(W) - 1, len(W) - 1)


@misconception("conv1d_text", "You lay the middle of the kernel on every word; only windows inside the text count.")
def text_centred(E, W, b):
    before = len(W) // 2
    return _text_padded(E, W, b, before, len(W) - 1 - before)


@misconception("conv1d_text", "You put half a window of zeros at both ends; only windows of whole words count.")
def text_padded_at_both_ends(E, W, b):
    return _text_padded(E, W, b, len(W) // 2, len(W) // 2)


@misconception("conv1d_text", "Your result has a place for every word; at the last ones no window starts any more.")
def text_filled_up_with_zeros(E, W, b):
    return np.pad(right.conv1d_text(E, W, b), ((0, 0), (0, len(W) - 1), (0, 0)))


@misconception("conv1d_text", "Each word of a window overwrites what those before it gave; they are to be added up.")
def last_word_only(E, W, b):
    return right.conv1d_text(np.asarray(E)[:, len(W) - 1 :], np.asarray(W)[-1:], b)


@misconception("conv1d_text", "You reverse the components of the kernel: its first number meets the first of a vector.")
def text_components_reversed(E, W, b):
    return right.conv1d_text(E, np.asarray(W)[:, ::-1], b)


@misconception("conv1d_text", "You flip the kernel, in time and in the components; it is laid on the text as it is.")
def text_kernel_flipped(E, W, b):
    return right.conv1d_text(E, np.asarray(W)[::-1, ::-1], b)


@misconception("conv1d_text", "You reverse the kernel in time: its first row belongs to the first word of the window.")
def reversed_in_time(E, W, b):
    return right.conv1d_text(E, np.asarray(W)[::-1], b)


@misconception("conv1d_text", "You forgot the bias: each feature adds one number at every place.")
def text_bias_forgotten(E, W, b):
    return right.conv1d_text(E, W, np.zeros(np.shape(b)))


@misconception("conv1d_text", "You add the bias once for every word of the window; it is added once.")
def text_bias_for_every_word(E, W, b):
    return right.conv1d_text(E, W, np.asarray(b) * len(W))


@misconception("conv1d_text", "You add the bias with every product, for each component of each word; it is added once.")
def text_bias_for_every_entry(E, W, b):
    return right.conv1d_text(E, W, np.asarray(b) * np.prod(np.shape(W)[:2]))


@misconception("conv1d_text", "The last window is missing: it ends with the last word.")
def last_window_missing(E, W, b):
    return right.conv1d_text(E, W, b)[:, :-1]


@misconception("conv1d_text", "Your features stand before the places; the order asked for is (N, places, features).")
def features_first(E, W, b):
    return right.conv1d_text(E, W, b).swapaxes(1, 2)


@misconception("conv1d_text", "You set negative results to zero; the detector stage is not part of this function.")
def text_with_relu(E, W, b):
    return np.maximum(right.conv1d_text(E, W, b), 0.0)


@misconception(
    "conv1d_text",
    "Your result takes over the dtype of E: with integers the fractions are cut off, with float32 digits are lost.",
)
def text_in_input_dtype(E, W, b):
    return _in_dtype_of(E, right.conv1d_text(E, W, b))


@misconception("conv1d_text", "Your windows do not overlap: the next one starts one word further.")
def text_without_overlap(E, W, b):
    return right.conv1d_text(E, W, b)[:, :: len(W)]


@misconception("max_over_time", "You take the largest over the features; each feature is to keep its own.")
def over_features(features):
    return np.max(features, axis=2).astype(float)


@misconception("max_over_time", "You take the largest over the texts of the batch; each text is on its own.")
def over_texts(features):
    return np.max(features, axis=0).astype(float)


@misconception("max_over_time", "You keep one number per text; each feature has its own largest value.")
def over_time_and_features(features):
    return np.max(features, axis=(1, 2)).astype(float)


@misconception("max_over_time", "You average over time; the largest value is asked for.")
def mean_over_time(features):
    return np.mean(features, axis=1)


@misconception("max_over_time", "You start from 0, so that a feature that is negative everywhere comes out as 0.")
def time_from_zero(features):
    return np.maximum(right.max_over_time(features), 0.0)


@misconception("max_over_time", "You return where the largest value stands; the value itself is asked for.")
def place_of_maximum(features):
    return np.argmax(features, axis=1)


@misconception("max_over_time", "You drop the signs: the largest value is not the one furthest from zero.")
def magnitude_over_time(features):
    return np.abs(np.asarray(features, dtype=float)).max(axis=1)


@misconception("max_over_time", "You take the last place; the largest value may stand anywhere in the text.")
def last_of_time(features):
    return np.asarray(features, dtype=float)[:, -1]


@misconception("max_over_time", "Time is still there as an axis of length 1; the shape asked for is (N, F).")
def time_kept(features):
    return right.max_over_time(features)[:, None]


@misconception("max_over_time", "Your result keeps the integers that came in; floats are asked for.")
def integers_kept(features):
    return np.max(features, axis=1)


# train_cnn -----------------------------------------------------------------------------------------------------------


def _train(X, y, params, lr, batches, *, change=lambda grads, _: grads, **mistakes):
    """Training with the gradients that change(gradients, size of the batch) makes, and the mistakes of `_step`."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    theta, losses = {name: np.array(value, dtype=float) for name, value in params.items()}, []
    for batch in batches:
        loss, grads = _step(theta, X[batch], y[batch], **mistakes)
        losses.append(loss)
        theta = {name: theta[name] - lr * grad for name, grad in change(grads, len(batch)).items()}
    return theta, losses


def _met_by_3x3(X):
    """What each entry of a 3×3 kernel meets, with pad 1: the entry, and a part of the padded images (N, 1, H, W)."""
    padded, (height, width) = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1))), X.shape[2:]
    return [((u, v), padded[:, :, u : u + height, v : v + width]) for u, v in np.ndindex(3, 3)]


def _conv_3x3(X, W, b):
    """`conv2d_forward` of images with one channel, with pad 1. Equal windows give equal sums, to the last digit."""
    return sum(W[:, 0, u, v, None, None] * met for (u, v), met in _met_by_3x3(X)) + b[:, None, None]


def _gradient_3x3(dout, X):
    """The gradient of the kernels (F, 1, 3, 3) of `_conv_3x3`."""
    parts = [np.tensordot(dout, met[:, 0], axes=((0, 2, 3), (0, 1, 2))) for _, met in _met_by_3x3(X)]
    return np.stack(parts, axis=1).reshape(-1, 1, 3, 3)


def _step(
    theta, X, y, *, order=(0, 1, 2, 3), relu=True, relu_back=True, back=None, average=False, early=0.0, kink=False
):
    """Loss and gradients, with another order of flattening, no relu (forward or backward), or another pooling.

    `back` goes back through the pooling; `early` is the rate at which W2 changes before its old value was used;
    with `kink` the derivative of relu at 0 is 1.
    """
    conv = _conv_3x3(X, theta["W1"], theta["b1"])
    detected = np.maximum(conv, 0.0) if relu else conv
    pooled = (right.avg_pool2d_forward if average else right.max_pool2d_forward)(detected, 2)
    moved = pooled.transpose(order)
    flat = moved.reshape(len(X), -1)
    logits = flat @ theta["W2"] + theta["b2"]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = (np.exp(log_p) - np.eye(logits.shape[1])[y]) / len(X)
    grads = {"W2": flat.T @ dlogits, "b2": dlogits.sum(axis=0)}
    dflat = dlogits @ (theta["W2"] - early * grads["W2"]).T
    dpooled = dflat.reshape(moved.shape).transpose(np.argsort(order))
    if average:
        d = dpooled.repeat(2, axis=2).repeat(2, axis=3) / 4
    else:
        d = (back or right.max_pool2d_backward)(dpooled, detected, 2)
    passed = conv >= 0 if kink else conv > 0
    dconv = d * passed if relu_back else d
    grads["W1"], grads["b1"] = _gradient_3x3(dconv, X), dconv.sum(axis=(0, 2, 3))
    return float(-log_p[np.arange(len(X)), y].mean()), grads


def _only(grads, letter):
    return {name: grad * (letter in name) for name, grad in grads.items()}


def _times(grads, factor):
    return {name: grad * factor for name, grad in grads.items()}


@misconception(
    "train_cnn",
    "You flatten with the filters last: the rows of W2 belong to (filter, row, column), in this order.",
)
def flattened_filters_last(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, order=(0, 2, 3, 1))


@misconception("train_cnn", "You forgot the detector stage: relu stands between convolution and pooling.")
def no_relu(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, relu=False, relu_back=False)


@misconception("train_cnn", "Going back you skip relu: where it was 0 in the forward pass, no gradient goes through.")
def relu_not_differentiated(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, relu_back=False)


@misconception("train_cnn", "You pool by averaging; the network asked for keeps the largest values.")
def averaging_pool(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, average=True)


@misconception(
    "train_cnn",
    "Where a pooling window holds its maximum several times, all of them get the gradient; only the first should.",
)
def pool_gradient_to_ties(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, back=output_enlarged)


@misconception("train_cnn", "Each step starts from the parameters that came in; it should go on from the step before.")
def every_step_from_the_start(X, y, params, lr, batches):
    steps = [_train(X, y, params, lr, [batch]) for batch in batches]
    return steps[-1][0], [loss for _, losses in steps for loss in losses]


@misconception("train_cnn", "You go up the gradient: a step that lowers the loss goes against it.")
def uphill(X, y, params, lr, batches):
    return _train(X, y, params, -lr, batches)


@misconception(
    "train_cnn",
    "You divide the gradients by the number of examples once more: the mean is already in that of the loss.",
)
def averaged_twice(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, n: _times(grads, 1 / n))


@misconception(
    "train_cnn",
    "Your gradients are those of the sum over the batch, while the loss is its mean.",
)
def not_averaged(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=_times)


@misconception("train_cnn", "You divide by the number of all examples; the mean is over those of the batch.")
def averaged_over_all_examples(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, n: _times(grads, n / len(X)))


@misconception(
    "train_cnn", "Your loss is the sum over the batch, in its value and its gradient; its mean is asked for."
)
def summed_loss(X, y, params, lr, batches):
    theta, losses = not_averaged(X, y, params, lr, batches)
    return theta, [loss * len(batch) for loss, batch in zip(losses, batches, strict=True)]


@misconception("train_cnn", "The biases never change: they are parameters, and are trained like the others.")
def biases_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _only(grads, "W"))


def _without(grads, name):
    return {**grads, name: np.zeros_like(grads[name])}


@misconception("train_cnn", "b1 never changes: the biases of the kernels are trained like all other parameters.")
def b1_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _without(grads, "b1"))


@misconception("train_cnn", "b2 never changes: the biases of the last layer are trained like all other parameters.")
def b2_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _without(grads, "b2"))


@misconception("train_cnn", "W1 never changes: the kernels are trained like all other parameters.")
def kernels_not_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _without(grads, "W1"))


@misconception("train_cnn", "The kernels and their biases never change: only the last layer is trained.")
def only_last_layer_trained(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: _only(grads, "2"))


@misconception("train_cnn", "Your gradient of the kernels is turned by 180°: rows and columns are reversed.")
def kernel_gradient_flipped(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, change=lambda grads, _: {**grads, "W1": _flip(grads["W1"])})


@misconception("train_cnn", "Your gradient passes where the convolution is exactly 0; relu has derivative 0 there.")
def relu_kink(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, kink=True)


@misconception("train_cnn", "You record the loss after the step; each batch's loss is the one before its own step.")
def loss_after_the_step(X, y, params, lr, batches):
    X, y, theta, losses = np.asarray(X, dtype=float), np.asarray(y), params, []
    for batch in batches:
        theta, _ = _train(X, y, theta, lr, [batch])
        losses.append(_step(theta, X[batch], y[batch])[0])
    return theta, losses


@misconception("train_cnn", "You take every step on the first batch; each batch names the examples of its own step.")
def first_batch_only(X, y, params, lr, batches):
    return _train(X, y, params, lr, [batches[0]] * len(batches))


@misconception("train_cnn", "You record the summed loss of a batch; its mean is asked for.")
def losses_summed(X, y, params, lr, batches):
    theta, losses = _train(X, y, params, lr, batches)
    return theta, [loss * len(batch) for loss, batch in zip(losses, batches, strict=True)]


@misconception(
    "train_cnn",
    "You change the last layer before the gradient has gone back through it: take all gradients first.",
)
def last_layer_changed_too_early(X, y, params, lr, batches):
    return _train(X, y, params, lr, batches, early=lr)


@misconception("train_cnn", "You return the losses before the parameters; the order asked for is (params, losses).")
def losses_first(X, y, params, lr, batches):
    return right.train_cnn(X, y, params, lr, batches)[::-1]


@misconception("train_cnn", "You write into the parameters that were handed in; train a copy of them.")
def parameters_overwritten(X, y, params, lr, batches):
    if any(not value.flags.writeable for value in params.values()):
        raise ValueError("read-only")
    return right.train_cnn(X, y, params, lr, batches)
