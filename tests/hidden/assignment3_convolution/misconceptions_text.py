"""What goes wrong in convolution and pooling over time: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt.
"""

import numpy as np

from grader.diagnose import misconception
from reference import convolution as right


def _in_dtype_of(a, out):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return out.astype(np.asarray(a).dtype)


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
