"""What goes wrong in the convolutional layer and on its way back: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. Where
that will not do, `_layer` and `_scatter` are right functions with the steps to change as arguments.
"""

import numpy as np

from grader.diagnose import misconception
from reference import convolution as right


def _in_dtype_of(a, out):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return out.astype(np.asarray(a).dtype)


def _flip(k):
    return np.asarray(k)[..., ::-1, ::-1]


def _framed_by_negative_index(x, pad):
    x = np.asarray(x, dtype=float)
    out = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    out[:, :, pad:-pad, pad:-pad] = x
    return out


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
    return right.conv2d_forward(_framed_by_negative_index(x, pad), W, b, stride)


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
