"""What goes wrong with weighted averages and the masked softmax: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt.
"""

import numpy as np

from grader.diagnose import misconception
from reference import attention as right

LOWEST = np.finfo(np.float64).min


def _floats(a):
    return np.asarray(a, dtype=float)


def _weighted(alpha, H):
    """The vectors, each times its weight: (N, T, D)."""
    return _floats(alpha)[:, :, None] * _floats(H)


def _softmax(scores, axis=-1):
    """The softmax that knows no masks; of a row of −inf it makes NaN."""
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


def _kept(scores, mask):
    """The mask in the shape of the scores."""
    return np.broadcast_to(True if mask is None else mask, np.shape(scores))


def _filled(scores, mask, fill, axis=-1):
    """The softmax with a number in the place of masked scores."""
    return _softmax(np.where(_kept(scores, mask), _floats(scores), fill), axis)


def _frozen(a):
    return isinstance(a, np.ndarray) and not a.flags.writeable


# context -------------------------------------------------------------------------------------------------------------


@misconception("context", "You take the plain mean: the weights say how much each vector counts.")
def context_plain_mean(alpha, H):
    return _floats(H).mean(axis=1)


@misconception("context", "You add the vectors up and leave the weights out.")
def context_plain_sum(alpha, H):
    return _floats(H).sum(axis=1)


@misconception(
    "context",
    "You take the mean of the weighted vectors. To weigh them was to divide already: add them up.",
)
def context_mean_of_weighted(alpha, H):
    return _weighted(alpha, H).mean(axis=1)


@misconception("context", "You sum over the components of the vectors; the sum runs over the positions.")
def context_over_components(alpha, H):
    return _weighted(alpha, H).sum(axis=2)


@misconception("context", "You sum over the examples; the sum runs over the positions of each example.")
def context_over_examples(alpha, H):
    return _weighted(alpha, H).sum(axis=0)


@misconception("context", "You return the weighted vectors; they are still to be added up over the positions.")
def context_not_summed(alpha, H):
    return _weighted(alpha, H)


@misconception(
    "context",
    "You multiply the weights with H as they stand, which lines them up with the wrong axes: a weight belongs to a "
    "position, and needs an axis for the components.",
)
def context_not_broadcast(alpha, H):
    return (_floats(alpha) * _floats(H)).sum(axis=1)


@misconception(
    "context",
    "Your matrix product applies the weights of every example to the vectors of every other one too.",
)
def context_all_pairs(alpha, H):
    return _floats(alpha) @ _floats(H)


@misconception("context", "There is an axis of length 1 too many: the shape asked for is (N, D).")
def context_axis_kept(alpha, H):
    return right.context(alpha, H)[:, None]


@misconception("context", "You take the one vector with the largest weight; all of them count, each with its weight.")
def context_hard(alpha, H):
    return np.array([_floats(h)[np.argmax(a)] for a, h in zip(alpha, H, strict=True)])


@misconception("context", "You put the weights through a softmax: they are weights already, no scores.")
def context_softmaxed(alpha, H):
    return right.context(right.masked_softmax(alpha), H)


@misconception("context", "You divide by the sum of the weights: use them as they are, also where they are all 0.")
def context_renormalised(alpha, H):
    return right.context(alpha, H) / _floats(alpha).sum(axis=1, keepdims=True)


@misconception(
    "context", "Your result takes over the dtype of H, so that with whole numbers the fractions are cut off."
)
def context_in_dtype_of_vectors(alpha, H):
    return right.context(alpha, H).astype(np.asarray(H).dtype)


# masked_softmax ------------------------------------------------------------------------------------------------------


@misconception("masked_softmax", "Your softmax always runs along the last axis: which one is asked for says `axis`.")
def axis_ignored(scores, mask=None, axis=-1):
    return right.masked_softmax(scores, mask)


@misconception("masked_softmax", "Your softmax runs along the first axis: unless told otherwise, it is the last one.")
def always_first_axis(scores, mask=None, axis=-1):
    return right.masked_softmax(scores, mask, 0)


@misconception("masked_softmax", "Your weights add up to 1 over the whole array; each row is to have a sum of 1.")
def softmax_over_everything(scores, mask=None, axis=-1):
    whole = right.masked_softmax(_floats(scores).ravel(), _kept(scores, mask).ravel())
    return whole.reshape(np.shape(scores))


@misconception("masked_softmax", "You read the mask the other way round: True means keep.")
def softmax_mask_inverted(scores, mask=None, axis=-1):
    return right.masked_softmax(scores, None if mask is None else ~mask, axis)


@misconception("masked_softmax", "You do not use the mask: masked entries get weight like all others.")
def softmax_mask_ignored(scores, mask=None, axis=-1):
    return right.masked_softmax(scores, None, axis)


@misconception(
    "masked_softmax",
    "You mask after the softmax: what is left of a row no longer adds up to 1. Mask the scores instead.",
)
def masked_after_the_softmax(scores, mask=None, axis=-1):
    return right.masked_softmax(scores, None, axis) * _kept(scores, mask)


@misconception(
    "masked_softmax",
    "You mask after the softmax, and divide by what is left. If a masked score is far larger than the others, or "
    "nothing is kept, 0 is left, and 0/0 is no number. Mask the scores instead.",
)
def masked_late_and_divided_again(scores, mask=None, axis=-1):
    left = _softmax(_floats(scores), axis) * _kept(scores, mask)
    return left / left.sum(axis=axis, keepdims=True)


@misconception("masked_softmax", "You give masked entries the score 0: e⁰ is 1, and a weight like any other.")
def masked_scores_zero(scores, mask=None, axis=-1):
    return _filled(scores, mask, 0.0, axis)


@misconception("masked_softmax", "You add the mask to the scores: True counts as 1, and nothing is left out.")
def mask_added(scores, mask=None, axis=-1):
    return right.masked_softmax(_floats(scores) + (0 if mask is None else mask), None, axis)


@misconception(
    "masked_softmax",
    "You put −10⁴ in the place of masked scores. Scores can be lower than that: then masked entries get the weight. "
    "And where nothing is kept, all entries share it.",
)
def filled_with_1e4(scores, mask=None, axis=-1):
    return _filled(scores, mask, -1e4, axis)


@misconception(
    "masked_softmax",
    "You put −10⁶ in the place of masked scores. Scores can be lower than that: then masked entries get the weight. "
    "And where nothing is kept, all entries share it.",
)
def filled_with_1e6(scores, mask=None, axis=-1):
    return _filled(scores, mask, -1e6, axis)


@misconception(
    "masked_softmax",
    "You put −10⁹ in the place of masked scores. Scores can be lower than that: then masked entries get the weight. "
    "And where nothing is kept, all entries share it.",
)
def filled_with_1e9(scores, mask=None, axis=-1):
    return _filled(scores, mask, -1e9, axis)


@misconception(
    "masked_softmax",
    "Where nothing is kept, all entries of the row share the weight: they all have the same very low score. Such rows "
    "are to be 0.",
)
def filled_with_the_lowest(scores, mask=None, axis=-1):
    return _filled(scores, mask, LOWEST, axis)


@misconception(
    "masked_softmax",
    "You put −10⁹ in the place of masked scores, and 0 for their weights in the end. But where the kept scores are "
    "lower than −10⁹, the weight is lost.",
)
def filled_and_zeroed(scores, mask=None, axis=-1):
    return _filled(scores, mask, -1e9, axis) * _kept(scores, mask)


@misconception(
    "masked_softmax",
    "You add −10⁴ to masked scores: a score that is larger than that comes through. Replace it.",
)
def lowered_by_1e4(scores, mask=None, axis=-1):
    return right.masked_softmax(_floats(scores) - 1e4 * ~_kept(scores, mask), None, axis)


@misconception(
    "masked_softmax",
    "You add −10⁹ to masked scores: a score that is larger than that comes through. Replace it.",
)
def lowered_by_1e9(scores, mask=None, axis=-1):
    return right.masked_softmax(_floats(scores) - 1e9 * ~_kept(scores, mask), None, axis)


@misconception(
    "masked_softmax",
    "Where nothing is kept you get NaN: −inf less the largest score, −inf too, is no number. Such rows are to be 0.",
)
def nan_where_nothing_is_kept(scores, mask=None, axis=-1):
    some = _kept(scores, mask).any(axis=axis, keepdims=True)
    return np.where(some, right.masked_softmax(scores, mask, axis), np.nan)


@misconception(
    "masked_softmax",
    "You subtract the largest of all scores, masked ones included: if that one is masked and large, the kept ones "
    "vanish. The largest *kept* score of the row is the one.",
)
def highest_of_masked_ones_too(scores, mask=None, axis=-1):
    scores, kept = _floats(scores), _kept(scores, mask)
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True)) * kept
    total = exps.sum(axis=axis, keepdims=True)
    return exps / np.where(total > 0, total, 1.0)


@misconception(
    "masked_softmax",
    "You subtract one number from all rows, the largest of the whole array: rows far below it vanish. Each row has its "
    "own.",
)
def highest_of_all_rows(scores, mask=None, axis=-1):
    scores, kept = _floats(scores), _kept(scores, mask)
    exps = np.where(kept, np.exp(scores - scores.max(where=kept, initial=-np.inf)), 0.0)
    total = exps.sum(axis=axis, keepdims=True)
    return exps / np.where(total > 0, total, 1.0)


@misconception("masked_softmax", "Your exponentials overflow: subtract the largest kept score of each row first.")
def softmax_overflows(scores, mask=None, axis=-1):
    exps = np.where(_kept(scores, mask), np.exp(_floats(scores)), 0.0)
    total = exps.sum(axis=axis, keepdims=True)
    return exps / np.where(total > 0, total, 1.0)


@misconception(
    "masked_softmax",
    "You get NaN: exponentials of large scores overflow, and where all are low, or nothing is kept, their sum is 0. "
    "Subtract the largest kept score of each row first, and see to rows of which nothing is kept.",
)
def exponentials_of_raw_scores(scores, mask=None, axis=-1):
    exps = np.where(_kept(scores, mask), np.exp(_floats(scores)), 0.0)
    return exps / exps.sum(axis=axis, keepdims=True)


def _with_more_in_the_sum(scores, mask, axis, more):
    """Weights of which the sum of the exponentials is a little too large."""
    scores, kept = _floats(scores), _kept(scores, mask)
    highest = scores.max(axis=axis, keepdims=True, where=kept, initial=-np.inf)
    exps = np.where(kept, np.exp(scores - np.where(np.isinf(highest), 0.0, highest)), 0.0)
    return exps / (exps.sum(axis=axis, keepdims=True) + more)


@misconception(
    "masked_softmax",
    "You add 10⁻⁹ to the sum against a division by 0: so no row adds up to 1, and the gradients feel it. Only a row of "
    "which nothing is kept needs care.",
)
def sum_with_1e9(scores, mask=None, axis=-1):
    return _with_more_in_the_sum(scores, mask, axis, 1e-9)


@misconception(
    "masked_softmax",
    "You add 10⁻⁸ to the sum against a division by 0: so no row adds up to 1, and the gradients feel it. Only a row of "
    "which nothing is kept needs care.",
)
def sum_with_1e8(scores, mask=None, axis=-1):
    return _with_more_in_the_sum(scores, mask, axis, 1e-8)


@misconception(
    "masked_softmax",
    "You ask whether the mask as a whole is true, as `if mask:` does, and an array cannot say. Ask whether there is a "
    "mask: if not, it is None.",
)
def truth_of_the_mask(scores, mask=None, axis=-1):
    return right.masked_softmax(scores, mask if mask is not None and bool(mask) else None, axis)


@misconception("masked_softmax", "You return the exponentials; they are still to be divided by their sum.")
def not_divided(scores, mask=None, axis=-1):
    scores, kept = _floats(scores), _kept(scores, mask)
    highest = scores.max(axis=axis, keepdims=True, where=kept, initial=-np.inf)
    return np.where(kept, np.exp(scores - highest), 0.0)


@misconception(
    "masked_softmax",
    "You put −inf into an array of whole numbers, which have no infinity: make floats of the scores first.",
)
def infinity_into_whole_numbers(scores, mask=None, axis=-1):
    if mask is not None and np.asarray(scores).dtype.kind in "iu":
        raise OverflowError("cannot convert float infinity to integer")
    return right.masked_softmax(scores, mask, axis)


@misconception(
    "masked_softmax",
    "Your result takes over the dtype of the scores: of whole numbers, only weights of 0 and 1 are left.",
)
def weights_in_dtype_of_scores(scores, mask=None, axis=-1):
    return right.masked_softmax(scores, mask, axis).astype(np.asarray(scores).dtype)


@misconception("masked_softmax", "You write into the scores that were handed in; work on a copy.")
def scores_overwritten(scores, mask=None, axis=-1):
    if _frozen(scores):
        raise ValueError("read-only")
    return right.masked_softmax(scores, mask, axis)
