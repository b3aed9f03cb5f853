"""What goes wrong on the way from logits to probabilities: wrong functions, and a sentence for each.

Each is the right function with one step changed.
"""

import numpy as np

from grader.diagnose import misconception
from reference import backprop as right


def _floats(z):
    return np.asarray(z, dtype=float)


def _all_at_once(function, z):
    z = _floats(z)
    return function(z.ravel()).reshape(z.shape)


def _in_dtype_of(z, result):
    """The result as it comes out of a buffer with the dtype of z."""
    return result.astype(np.asarray(z).dtype)


def _written_into(z, result):
    """The result of a function that works in the array z that it was given."""
    if isinstance(z, np.ndarray) and not z.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


def _softmax_by(z, axis, subtracted):
    """The softmax of logits from which something was subtracted that need not be enough."""
    with np.errstate(all="ignore"):
        e = np.exp(_floats(z) - subtracted)
        return e / e.sum(axis=axis, keepdims=True)


# softmax -------------------------------------------------------------------------------------------------------------


@misconception(
    "softmax",
    "You exponentiate the logits as they are: e^1000 is infinite for a computer, and infinity over infinity is no "
    "number. Subtract the largest logit of each row first; the result is the same.",
)
def largest_not_subtracted(z, axis=-1):
    return _softmax_by(z, axis, 0.0)


@misconception(
    "softmax",
    "You subtract the largest logit of the whole array: a row far below it becomes 0 / 0. Each row has its own.",
)
def largest_of_all_subtracted(z, axis=-1):
    return _softmax_by(z, axis, np.max(_floats(z)))


@misconception(
    "softmax",
    "You subtract the mean of the row; where one logit is far above it, e^ of the difference is still infinite. "
    "Subtract the largest.",
)
def mean_subtracted(z, axis=-1):
    return _softmax_by(z, axis, np.mean(_floats(z), axis=axis, keepdims=True))


@misconception(
    "softmax", "You sum over axis 0, the examples, whatever axis is asked for; the default is the last axis."
)
def over_the_examples(z, axis=-1):
    return right.softmax(z, 0)


@misconception("softmax", "You always sum over the last axis; `axis` says over which.")
def axis_ignored(z, axis=-1):
    return right.softmax(z)


@misconception("softmax", "You sum over axis 1 by default; the default is the last axis, whatever the number of axes.")
def axis_one_by_default(z, axis=1):
    return right.softmax(z, axis)


@misconception("softmax", "You divide by the sum over the whole array; each row is to sum to 1 by itself.")
def global_sum(z, axis=-1):
    return _all_at_once(right.softmax, z)


@misconception("softmax", "You divide by a sum that has lost its axis, so that it meets the wrong rows: keepdims=True.")
def sum_without_its_axis(z, axis=-1):
    z = _floats(z)
    exps = np.exp(z - z.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis)


@misconception("softmax", "You apply a sigmoid to each logit; that does not make a row sum to 1.")
def sigmoids(z, axis=-1):
    z = np.clip(_floats(z), -700, 700)
    return 1 / (1 + np.exp(-z))


@misconception("softmax", "You raise 2 to a power, not e.")
def powers_of_two(z, axis=-1):
    return right.softmax(np.log(2) * _floats(z), axis)


@misconception("softmax", "You have e^−z, so that the largest logit gets the smallest probability.")
def smallest_first(z, axis=-1):
    return right.softmax(-_floats(z), axis)


@misconception("softmax", "You return 1 for the largest logit and 0 for the others; probabilities are asked for.")
def only_the_largest(z, axis=-1):
    z = _floats(z)
    out = np.zeros(z.shape)
    np.put_along_axis(out, np.expand_dims(z.argmax(axis=axis), axis), 1.0, axis)
    return out


@misconception("softmax", "You return the logarithms of the probabilities; the probabilities themselves are asked for.")
def logarithms_returned(z, axis=-1):
    return right.log_softmax(z, axis)


@misconception("softmax", "You return e^z less the largest logit, undivided; a row is to sum to 1.")
def not_divided(z, axis=-1):
    z = _floats(z)
    return np.exp(z - z.max(axis=axis, keepdims=True))


@misconception("softmax", "You apply the softmax twice, to its own probabilities.")
def softmax_twice(z, axis=-1):
    return right.softmax(right.softmax(z, axis), axis)


@misconception("softmax", "You divide the logits by √C first; a softmax takes them as they are.")
def logits_scaled(z, axis=-1):
    return right.softmax(_floats(z) / np.sqrt(np.shape(z)[axis]), axis)


@misconception(
    "softmax", "You cut the logits off so that e^z does not overflow; subtract the row's largest one instead."
)
def logits_clipped(z, axis=-1):
    return right.softmax(np.clip(_floats(z), -500, 500), axis)


@misconception("softmax", "You add a small number to the sum, so that the rows do not quite sum to 1.")
def eps_in_the_sum(z, axis=-1):
    z = _floats(z)
    exps = np.exp(z - z.max(axis=axis, keepdims=True))
    return exps / (exps.sum(axis=axis, keepdims=True) + 1e-8)


@misconception("softmax", "Your result takes over the dtype of z: with whole numbers the fractions are cut off.")
def softmax_in_input_dtype(z, axis=-1):
    return _in_dtype_of(z, right.softmax(z, axis))


@misconception("softmax", "You subtract in the array that comes in; it must stay as it is: z = z − …, not z −= ….")
def softmax_in_place(z, axis=-1):
    return _written_into(z, right.softmax(z, axis))


# log_softmax ---------------------------------------------------------------------------------------------------------


def _logarithms(z, axis, eps):
    with np.errstate(divide="ignore"):
        return np.log(right.softmax(z, axis) + eps)


def _log_sum(z, axis):
    z = _floats(z)
    largest = z.max(axis=axis, keepdims=True)
    return largest + np.log(np.exp(z - largest).sum(axis=axis, keepdims=True))


@misconception(
    "log_softmax",
    "You take the logarithm of a softmax that overflows: e^1000 / e^1000 is no number. Write it as "
    "z − m − ln Σ e^(z − m) instead, with m the largest of the row.",
)
def logarithm_of_overflowing_softmax(z, axis=-1):
    with np.errstate(all="ignore"):
        return np.log(_softmax_by(z, axis, 0.0))


@misconception(
    "log_softmax",
    "You take the logarithm of a softmax. Where it was rounded to 0 that is −∞; compute z − ln Σ e^z instead.",
)
def logarithm_of_softmax(z, axis=-1):
    return _logarithms(z, axis, 0.0)


_ADDED = "You add a small number to the probabilities, so that no logarithm is below {}. Compute z − ln Σ e^z instead."


@misconception("log_softmax", _ADDED.format("−16.1"))
def log_of_p_plus_1e_7(z, axis=-1):
    return _logarithms(z, axis, 1e-7)


@misconception("log_softmax", _ADDED.format("−18.4"))
def log_of_p_plus_1e_8(z, axis=-1):
    return _logarithms(z, axis, 1e-8)


@misconception("log_softmax", _ADDED.format("−20.7"))
def log_of_p_plus_1e_9(z, axis=-1):
    return _logarithms(z, axis, 1e-9)


@misconception("log_softmax", _ADDED.format("−23.0"))
def log_of_p_plus_1e_10(z, axis=-1):
    return _logarithms(z, axis, 1e-10)


@misconception("log_softmax", _ADDED.format("−27.6"))
def log_of_p_plus_1e_12(z, axis=-1):
    return _logarithms(z, axis, 1e-12)


@misconception("log_softmax", _ADDED.format("−34.5"))
def log_of_p_plus_1e_15(z, axis=-1):
    return _logarithms(z, axis, 1e-15)


@misconception(
    "log_softmax",
    "Your sum of e^z overflows, or is rounded to 0. Subtract the row's largest logit from all of them first.",
)
def log_sum_overflows(z, axis=-1):
    z = _floats(z)
    with np.errstate(over="ignore", divide="ignore"):
        return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@misconception(
    "log_softmax",
    "You subtract the largest logit in the sum but not from z itself. What was taken out must come back: add it again.",
)
def largest_not_put_back(z, axis=-1):
    return right.log_softmax(z, axis) + _floats(z).max(axis=axis, keepdims=True)


@misconception("log_softmax", "You sum over axis 0, the examples, whatever axis is asked for; the default is the last.")
def log_over_the_examples(z, axis=-1):
    return right.log_softmax(z, 0)


@misconception("log_softmax", "You always sum over the last axis; `axis` says over which.")
def log_axis_ignored(z, axis=-1):
    return right.log_softmax(z)


@misconception("log_softmax", "You sum over axis 1 by default; the default is the last, whatever the number of axes.")
def log_axis_one_by_default(z, axis=1):
    return right.log_softmax(z, axis)


@misconception("log_softmax", "You sum over the whole array; each row has a sum of its own.")
def log_global_sum(z, axis=-1):
    return _all_at_once(right.log_softmax, z)


@misconception(
    "log_softmax", "You subtract a sum that has lost its axis, so that it meets the wrong rows: keepdims=True."
)
def log_sum_without_its_axis(z, axis=-1):
    return _floats(z) - np.squeeze(_log_sum(z, axis), axis=axis)


@misconception("log_softmax", "You return probabilities; their logarithms are asked for.")
def probabilities_returned(z, axis=-1):
    return right.softmax(z, axis)


@misconception("log_softmax", "You return −ln p; the logarithm itself is asked for, which is never above 0.")
def costs_returned(z, axis=-1):
    return -right.log_softmax(z, axis)


@misconception("log_softmax", "Your logarithm is to base 2; the natural one is asked for.")
def binary_logarithm(z, axis=-1):
    return right.log_softmax(z, axis) / np.log(2)


@misconception("log_softmax", "Your logarithm is to base 10; the natural one is asked for.")
def decimal_logarithm(z, axis=-1):
    return right.log_softmax(z, axis) / np.log(10)


@misconception("log_softmax", "You return ln Σ e^z alone; it is subtracted from z.")
def log_sum_returned(z, axis=-1):
    return _log_sum(z, axis) + np.zeros(np.shape(z))


@misconception(
    "log_softmax", "You take the logarithm of a sigmoid of each logit; a softmax has a sum over the classes."
)
def log_of_sigmoids(z, axis=-1):
    return -np.logaddexp(0.0, -_floats(z))


@misconception("log_softmax", "You forgot the logarithm of the sum: z less the row's largest is only half of it.")
def only_the_largest_subtracted(z, axis=-1):
    z = _floats(z)
    return z - z.max(axis=axis, keepdims=True)


@misconception(
    "log_softmax", "You cut the logits off so that e^z does not overflow; subtract the row's largest instead."
)
def log_of_clipped(z, axis=-1):
    return right.log_softmax(np.clip(_floats(z), -500, 500), axis)


@misconception("log_softmax", "You take the mean of e^z where the sum belongs.")
def mean_for_sum(z, axis=-1):
    return right.log_softmax(z, axis) + np.log(np.shape(z)[axis])


@misconception("log_softmax", "Your result takes over the dtype of z: with whole numbers the fractions are cut off.")
def log_softmax_in_input_dtype(z, axis=-1):
    return _in_dtype_of(z, right.log_softmax(z, axis))


@misconception("log_softmax", "You subtract in the array that comes in; it must stay as it is: z = z − …, not z −= ….")
def log_softmax_in_place(z, axis=-1):
    return _written_into(z, right.log_softmax(z, axis))
