"""What goes wrong with sizes, kernels, edges and frames: wrong functions that people write, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt.
"""

import numpy as np

from grader.diagnose import misconception
from reference import convolution as right


def _pair(k):
    return (k, k) if np.ndim(k) == 0 else tuple(k)


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
