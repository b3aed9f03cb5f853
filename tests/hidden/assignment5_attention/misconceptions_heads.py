"""What goes wrong with heads and positions: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. Where
that will not do, `_layer` and `_waves` are right functions with the steps to change as arguments.
"""
# ruff: noqa: PLR0917 - the exercises' own signatures

import numpy as np

from grader.diagnose import misconception
from reference import attention as right

LOWEST = np.finfo(np.float64).min


def _floats(a):
    return np.asarray(a, dtype=float)


# split_heads ---------------------------------------------------------------------------------------------------------


def _cut(X, n_heads):
    """X (N, T, D) with the columns of heads on an axis of their own: (N, T, n_heads, D / n_heads)."""
    N, T, D = np.shape(X)
    return _floats(X).reshape(N, T, n_heads, D // n_heads)


def _reshaped_apart(X, n_heads):
    N, T, D = np.shape(X)
    return _floats(X).reshape(N, n_heads, T, D // n_heads)


def _every_other_apart(X, n_heads):
    N, T, D = np.shape(X)
    return _floats(X).reshape(N, T, D // n_heads, n_heads).transpose(0, 3, 1, 2)


@misconception(
    "split_heads",
    "You reshape straight to (N, h, T, D/h): that cuts the numbers in the order in which they lie in memory, and a "
    "head gets whole positions instead of columns. First cut the columns, then swap the axes.",
)
def split_by_reshape(X, n_heads):
    return _reshaped_apart(X, n_heads)


@misconception("split_heads", "You cut the columns, but the axes are not swapped yet: heads come before positions.")
def split_not_swapped(X, n_heads):
    return _cut(X, n_heads)


@misconception("split_heads", "A head gets every h-th column from you; it is to get neighbouring ones.")
def split_every_other(X, n_heads):
    return _every_other_apart(X, n_heads)


@misconception("split_heads", "Your heads come before the examples: the shape asked for is (N, h, T, D/h).")
def split_heads_first(X, n_heads):
    return _cut(X, n_heads).transpose(2, 0, 1, 3)


@misconception("split_heads", "Your columns come before the positions: the shape asked for is (N, h, T, D/h).")
def split_columns_before_positions(X, n_heads):
    return _cut(X, n_heads).transpose(0, 2, 3, 1)


@misconception("split_heads", "You put examples and heads on one axis; each has an axis of its own, (N, h, T, D/h).")
def split_on_one_axis(X, n_heads):
    heads = right.split_heads(X, n_heads)
    return heads.reshape(-1, *heads.shape[2:])


@misconception("split_heads", "You take the number of heads for the number of columns that each one gets.")
def split_by_columns(X, n_heads):
    return right.split_heads(X, np.shape(X)[2] // n_heads)


@misconception("split_heads", "You cut the positions among the heads; the columns are cut.")
def split_positions(X, n_heads):
    N, T, D = np.shape(X)
    return _floats(X).reshape(N, n_heads, T // n_heads, D)


@misconception("split_heads", "Each head gets all columns from you; they are divided among the heads.")
def split_nothing(X, n_heads):
    return np.repeat(_floats(X)[:, None], n_heads, axis=1)


@misconception("split_heads", "Your heads are in reverse order: the first one gets the first columns.")
def split_reversed(X, n_heads):
    return right.split_heads(X, n_heads)[:, ::-1]


@misconception("split_heads", "You return a list of heads; one array with an axis for them is asked for.")
def split_into_list(X, n_heads):
    return list(np.split(_floats(X), n_heads, axis=2))


@misconception("split_heads", "Your result keeps the dtype of X: whole numbers stay whole, where floats are asked for.")
def split_in_input_dtype(X, n_heads):
    return right.split_heads(X, n_heads).astype(np.asarray(X).dtype)


# merge_heads ---------------------------------------------------------------------------------------------------------


def _reshaped_together(X):
    N, h, T, d = np.shape(X)
    return _floats(X).reshape(N, T, h * d)


def _every_other_together(X):
    N, h, T, d = np.shape(X)
    return _floats(X).transpose(0, 2, 3, 1).reshape(N, T, h * d)


@misconception(
    "merge_heads",
    "You reshape straight to (N, T, h·d): positions and heads get mixed up. Swap the axes first, so that the heads of "
    "a position lie side by side.",
)
def merge_by_reshape(X):
    return _reshaped_together(X)


@misconception("merge_heads", "You interleave the heads, a column of each in turn; each head's columns stay together.")
def merge_every_other(X):
    return _every_other_together(X)


@misconception("merge_heads", "You swap the axes, but do not join them: the shape asked for is (N, T, h·d).")
def merge_not_joined(X):
    return _floats(X).swapaxes(1, 2)


@misconception("merge_heads", "You put the heads one after another in time; they are to stand side by side.")
def merge_along_time(X):
    N, h, T, d = np.shape(X)
    return _floats(X).reshape(N, h * T, d)


@misconception("merge_heads", "You add the heads up; they are to stand side by side.")
def merge_by_sum(X):
    return _floats(X).sum(axis=1)


@misconception("merge_heads", "You average the heads; they are to stand side by side.")
def merge_by_mean(X):
    return _floats(X).mean(axis=1)


@misconception("merge_heads", "You keep the first head only; all of them are to stand side by side.")
def merge_first_only(X):
    return _floats(X)[:, 0]


@misconception("merge_heads", "Your heads are in reverse order: the first one gives the first columns.")
def merge_reversed(X):
    return right.merge_heads(_floats(X)[:, ::-1])


@misconception("merge_heads", "Your result keeps the dtype of X: whole numbers stay whole, where floats are asked for.")
def merge_in_input_dtype(X):
    return right.merge_heads(X).astype(np.asarray(X).dtype)


# multi_head_attention ------------------------------------------------------------------------------------------------


def _softmax(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _filled(fill):
    """A softmax with `fill` in the place of masked scores."""

    def softmax(scores, mask):
        return _softmax(scores if mask is None else np.where(mask, scores, fill))

    return softmax


def _lowered(scores, mask):
    return _softmax(scores if mask is None else scores - 1e9 * ~np.asarray(mask))


def _layer(arguments, mask, *, split=right.split_heads, merge=right.merge_heads, size=None, softmax=None):
    """Multi-head attention with other ways to split and to merge; scores are divided by the root of `size`."""
    Xq, Xkv, Wq, Wk, Wv, Wo = (_floats(a) for a in arguments[:-1])
    Q, K, V = (split(projected, arguments[-1]) for projected in (Xq @ Wq, Xkv @ Wk, Xkv @ Wv))
    scores = Q @ K.swapaxes(-1, -2) / np.sqrt(K.shape[-1] if size is None else size)
    return merge((softmax or right.masked_softmax)(scores, mask) @ V) @ Wo


@misconception(
    "multi_head_attention",
    "You split and merge heads by a plain reshape: heads get whole positions instead of columns. With one head all is "
    "well, with more nothing is.",
)
def reshaped_both_ways(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    arguments = Xq, Xkv, Wq, Wk, Wv, Wo, n_heads
    return _layer(arguments, mask, split=_reshaped_apart, merge=_reshaped_together)


@misconception(
    "multi_head_attention", "You split heads by a plain reshape: a head gets whole positions instead of columns."
)
def reshaped_apart(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, split=_reshaped_apart)


@misconception(
    "multi_head_attention", "You merge heads by a plain reshape: positions and heads get mixed up. Swap the axes first."
)
def reshaped_together(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, merge=_reshaped_together)


@misconception("multi_head_attention", "Your heads get every h-th column; they are to get neighbouring ones.")
def every_other_column(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    arguments = Xq, Xkv, Wq, Wk, Wv, Wo, n_heads
    return _layer(arguments, mask, split=_every_other_apart, merge=_every_other_together)


@misconception("multi_head_attention", "There is only one head in your layer, whatever n_heads says.")
def one_head_only(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, 1, mask)


@misconception("multi_head_attention", "Wo is missing: what the heads have found is mixed by it in the end.")
def without_wo(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, Wq, Wk, Wv, np.eye(len(Wo)), n_heads, mask)


@misconception("multi_head_attention", "Wv is missing: values are Xkv @ Wv, not Xkv itself.")
def without_wv(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, Wq, Wk, np.eye(len(Wo)), Wo, n_heads, mask)


@misconception(
    "multi_head_attention",
    "You multiply by transposed matrices, as torch's layers keep theirs: here they are (d_in, d_out), X @ W.",
)
def matrices_transposed(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, *(np.transpose(W) for W in (Wq, Wk, Wv, Wo)), n_heads, mask)


@misconception("multi_head_attention", "Your values are made with Wk; they have a matrix of their own, Wv.")
def values_by_wk(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, Wq, Wk, Wk, Wo, n_heads, mask)


@misconception("multi_head_attention", "Your queries are made with Wk and your keys with Wq: the other way round.")
def queries_by_wk(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, Wk, Wq, Wv, Wo, n_heads, mask)


def _from_two(Xk, Xv, arguments, mask):
    """Attention whose keys come from Xk and whose values come from Xv."""
    Xq, Wq, Wk, Wv, Wo, n_heads = arguments
    Q, K, V = (right.split_heads(_floats(X) @ _floats(W), n_heads) for X, W in ((Xq, Wq), (Xk, Wk), (Xv, Wv)))
    kept = True if mask is None else mask
    weights = right.masked_softmax(Q @ K.swapaxes(-1, -2) / np.sqrt(K.shape[-1]), kept)
    return right.merge_heads(weights @ V) @ _floats(Wo)


@misconception("multi_head_attention", "Your values come from Xq; what is fetched comes from the other sequence, Xkv.")
def values_from_queries(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _from_two(Xkv, Xq, (Xq, Wq, Wk, Wv, Wo, n_heads), mask)


@misconception("multi_head_attention", "Your keys come from Xq; queries look at the other sequence, Xkv.")
def keys_from_queries(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _from_two(Xq, Xkv, (Xq, Wq, Wk, Wv, Wo, n_heads), mask)


@misconception("multi_head_attention", "Xq attends to itself in your layer; its queries look at Xkv.")
def always_to_itself(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _from_two(Xq, Xq, (Xq, Wq, Wk, Wv, Wo, n_heads), mask)


@misconception("multi_head_attention", "You mixed up the sequences: queries come from Xq, keys and values from Xkv.")
def sequences_swapped(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _from_two(Xq, Xq, (Xkv, Wq, Wk, Wv, Wo, n_heads), mask)


@misconception(
    "multi_head_attention", "You divide scores by the root of D; the keys of a head have D/n_heads components."
)
def scaled_by_root_of_d(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, size=np.shape(Xq)[-1])


@misconception("multi_head_attention", "You do not divide the scores by the root of D/n_heads.")
def heads_not_scaled(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, size=1)


@misconception("multi_head_attention", "You divide by the root of the number of heads; the columns of a head count.")
def scaled_by_heads(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, size=n_heads)


@misconception("multi_head_attention", "You do not use the mask.")
def heads_mask_ignored(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads)


@misconception("multi_head_attention", "You read the mask the other way round: True means keep.")
def heads_mask_inverted(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return right.multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, None if mask is None else ~mask)


@misconception(
    "multi_head_attention",
    "You give the mask one more axis: it broadcasts to (N, n_heads, Tq, Tk) as it is.",
)
def mask_with_one_more_axis(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    mask = None if mask is None else np.asarray(mask)[:, None]
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask)


@misconception(
    "multi_head_attention",
    "You put −10⁹ in the place of masked scores: scores can be lower, and where nothing is kept, all share the weight.",
)
def heads_filled_with_1e9(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, softmax=_filled(-1e9))


@misconception(
    "multi_head_attention",
    "You put −10⁴ in the place of masked scores: scores can be lower, and where nothing is kept, all share the weight.",
)
def heads_filled_with_1e4(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, softmax=_filled(-1e4))


@misconception(
    "multi_head_attention",
    "You add −10⁹ to masked scores: a score that is larger than that comes through. Replace it.",
)
def heads_lowered_by_1e9(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, softmax=_lowered)


@misconception(
    "multi_head_attention", "Where nothing is kept all keys share the weight; the output of such a query is to be 0."
)
def heads_filled_with_the_lowest(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _layer((Xq, Xkv, Wq, Wk, Wv, Wo, n_heads), mask, softmax=_filled(LOWEST))


@misconception("multi_head_attention", "Where nothing is kept you get NaN; the output of such a query is to be 0.")
def heads_nan(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    kept = np.broadcast_to(True if mask is None else mask, (len(Xq), n_heads, np.shape(Xq)[1], np.shape(Xkv)[1]))
    seeing = kept.any(axis=-1).all(axis=1)[..., None]  # (N, Tq, 1): Wo spreads the NaN of one head
    return np.where(seeing, right.multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask), np.nan)


@misconception("multi_head_attention", "You add the queries' sequence to the output: that comes later, in the block.")
def residual_added(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    return _floats(Xq) + right.multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask)


@misconception("multi_head_attention", "You return the weights as well; only the output is asked for.")
def weights_returned_too(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    out = right.multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask)
    Q, K = (right.split_heads(_floats(X) @ _floats(W), n_heads) for X, W in ((Xq, Wq), (Xkv, Wk)))
    return out, right.scaled_dot_product_attention(Q, K, K, mask)[1]


# sinusoidal_positions ------------------------------------------------------------------------------------------------


def _waves(T, d, angle, *, even=np.sin, odd=np.cos):
    """Positions whose angle is angle(t, column), with the functions for even and odd columns."""
    t, column = np.arange(T)[:, None], np.arange(d)
    angles = np.broadcast_to(angle(t, column), (T, d))
    return np.where(column % 2 == 0, even(angles), odd(angles))


def _power(exponent):
    return 10000.0**exponent


@misconception(
    "sinusoidal_positions",
    "You double the exponent: with c for the number of an even column it is c/d; the formula's i counts *pairs*.",
)
def exponent_doubled(T, d):
    return _waves(T, d, lambda t, c: t / _power(2 * (c - c % 2) / d))


@misconception("sinusoidal_positions", "You forgot the 2 in the exponent: the i-th pair has 2i/d.")
def exponent_halved(T, d):
    return _waves(T, d, lambda t, c: t / _power(c // 2 / d))


@misconception(
    "sinusoidal_positions",
    "Your cosines have frequencies of their own; a cosine has that of the sine on its left.",
)
def frequency_for_every_column(T, d):
    return _waves(T, d, lambda t, c: t / _power(c / d))


@misconception(
    "sinusoidal_positions",
    "You use 2c/d for every column c: columns come in pairs, and the formula's i counts the pairs.",
)
def twice_the_column(T, d):
    return _waves(T, d, lambda t, c: t / _power(2 * c / d))


@misconception("sinusoidal_positions", "Your sines are all on the left and the cosines on the right; they alternate.")
def halves(T, d):
    P = right.sinusoidal_positions(T, d)
    return np.concatenate([P[:, 0::2], P[:, 1::2]], axis=1)


@misconception("sinusoidal_positions", "You swapped sine and cosine: even columns, 0 among them, are sines.")
def cosine_first(T, d):
    return _waves(T, d, lambda t, c: t / _power((c - c % 2) / d), even=np.cos, odd=np.sin)


@misconception("sinusoidal_positions", "All your columns are sines; odd ones are cosines.")
def sines_only(T, d):
    return _waves(T, d, lambda t, c: t / _power((c - c % 2) / d), odd=np.sin)


@misconception("sinusoidal_positions", "Your base is 1000; it is 10000.")
def base_of_1000(T, d):
    return _waves(T, d, lambda t, c: t / 1000.0 ** ((c - c % 2) / d))


@misconception("sinusoidal_positions", "Your first position is 1; positions start at 0.")
def from_one(T, d):
    return right.sinusoidal_positions(T + 1, d)[1:]


@misconception("sinusoidal_positions", "You multiply the position by the power; it is divided by it.")
def multiplied_by_power(T, d):
    return _waves(T, d, lambda t, c: t * _power((c - c % 2) / d))


@misconception(
    "sinusoidal_positions",
    "You divide by d/2 − 1 in the exponent, so that the slowest frequency is 1/10000; the formula here has d/2.",
)
def slowest_is_exact(T, d):
    return _waves(T, d, lambda t, c: t / _power(c // 2 / max(d // 2 - 1, 1)))


@misconception("sinusoidal_positions", "An odd number of columns fails: the last sine has no cosine beside it.")
def even_numbers_only(T, d):
    if d % 2 and d > 1:  # a single column of cosines would still go into none
        raise ValueError(f"could not broadcast input array from shape ({T},{d // 2 + 1}) into shape ({T},{d // 2})")
    return right.sinusoidal_positions(T, d)


@misconception("sinusoidal_positions", "An odd number of columns gets one column too many.")
def one_column_too_many(T, d):
    angles = np.arange(T)[:, None] / _power(np.arange(0, d, 2) / d)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(T, -1)


@misconception("sinusoidal_positions", "Your positions are columns; each is to have a row, (T, d).")
def positions_transposed(T, d):
    return right.sinusoidal_positions(T, d).T


@misconception("sinusoidal_positions", "You return the angles; their sines and cosines are asked for.")
def angles_returned(T, d):
    return _waves(T, d, lambda t, c: t / _power((c - c % 2) / d), even=np.positive, odd=np.positive)
