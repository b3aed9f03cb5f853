"""What goes wrong with masks: wrong functions that people really write, with a sentence for each."""

import numpy as np

from grader.diagnose import misconception
from reference import attention as right


def _lengths(lengths):
    return np.asarray(lengths).astype(int)[:, None]


# padding_mask --------------------------------------------------------------------------------------------------------


@misconception("padding_mask", "Your mask is True for the filling: True means keep, and words are what is kept.")
def padding_inverted(lengths, T):
    return ~right.padding_mask(lengths, T)


@misconception(
    "padding_mask", "You keep one position too many: they start at 0, so that the one numbered `length` is filling."
)
def padding_one_too_many(lengths, T):
    return np.arange(T) <= _lengths(lengths)


@misconception("padding_mask", "You keep one position too few: positions start at 0, not at 1.")
def padding_one_too_few(lengths, T):
    return np.arange(1, T + 1) < _lengths(lengths)


@misconception("padding_mask", "Your positions are rows; each sentence is to have a row, (N, T).")
def padding_transposed(lengths, T):
    return right.padding_mask(lengths, T).T


@misconception("padding_mask", "Your mask is of numbers; True and False are asked for.")
def padding_of_numbers(lengths, T):
    return right.padding_mask(lengths, T).astype(float)


@misconception("padding_mask", "Your mask is of ints; True and False are asked for.")
def padding_of_ints(lengths, T):
    return right.padding_mask(lengths, T).astype(int)


@misconception("padding_mask", "You keep the last positions: sentences start at 0, and the filling comes after them.")
def padding_at_the_start(lengths, T):
    return right.padding_mask(lengths, T)[:, ::-1]


@misconception("padding_mask", "You keep a single position of each sentence; all its words are to be kept.")
def padding_last_word_only(lengths, T):
    return np.arange(T) == _lengths(lengths) - 1


@misconception("padding_mask", "Your mask is as wide as the longest sentence is long; it has T columns.")
def padding_as_wide_as_the_longest(lengths, T):
    return right.padding_mask(lengths, int(np.max(lengths)))


@misconception("padding_mask", "Axes for heads and queries are not asked for here: the shape is (N, T).")
def padding_with_axes(lengths, T):
    return right.padding_mask(lengths, T)[:, None, None, :]


@misconception("padding_mask", "Your mask holds 0 and −inf, to be added to scores; True and False are asked for.")
def padding_to_be_added(lengths, T):
    return np.where(right.padding_mask(lengths, T), 0.0, -np.inf)


# causal_mask ---------------------------------------------------------------------------------------------------------


def _square(T):
    return np.ones((T, T), dtype=bool)


@misconception("causal_mask", "Each position sees itself and what comes *after* it: that is the wrong triangle.")
def future_only(T):
    return np.triu(_square(T))


@misconception("causal_mask", "Your mask is True for what is hidden: True means keep, here the past and the present.")
def causal_inverted(T):
    return np.triu(_square(T), 1)


@misconception("causal_mask", "A position does not see itself: the diagonal belongs to what is kept.")
def itself_hidden(T):
    return np.tril(_square(T), -1)


@misconception("causal_mask", "Each position sees the one right after it: just what it is to predict.")
def next_one_seen(T):
    return np.tril(_square(T), 1)


@misconception("causal_mask", "Each position sees only itself; the past is to be seen too.")
def only_itself(T):
    return np.eye(T, dtype=bool)


@misconception("causal_mask", "Each position sees only itself and the one before; all of the past is to be seen.")
def only_the_last_two(T):
    return np.tril(_square(T)) & np.triu(_square(T), -1)


@misconception("causal_mask", "Nothing is hidden: what comes after a position must not be seen.")
def nothing_hidden(T):
    return _square(T)


@misconception("causal_mask", "Your mask is of floats; True and False are asked for.")
def causal_of_numbers(T):
    return np.tril(np.ones((T, T)))


@misconception("causal_mask", "Your mask is of ints; True and False are asked for.")
def causal_of_ints(T):
    return np.tril(np.ones((T, T), dtype=int))


@misconception("causal_mask", "Your mask holds 0 and −inf, to be added to scores; True and False are asked for.")
def causal_to_be_added(T):
    return np.where(np.tril(_square(T)), 0.0, -np.inf)


@misconception("causal_mask", "Axes for examples and heads are not asked for here: the shape is (T, T).")
def causal_with_axes(T):
    return np.tril(_square(T))[None, None]


# combine -------------------------------------------------------------------------------------------------------------


@misconception(
    "combine",
    "You mask the queries, the rows, that are padding; it is the keys, the columns, that must not be looked at.",
)
def queries_masked(pad, causal):
    return np.asarray(pad)[:, None, :, None] & causal


@misconception("combine", "You mask queries and keys that are padding; only the keys are masked.")
def queries_masked_too(pad, causal):
    return np.asarray(pad)[:, None, :, None] & right.combine(pad, causal)


@misconception("combine", "You keep what one of the masks keeps; both must keep it.")
def one_is_enough(pad, causal):
    return np.asarray(pad)[:, None, None, :] | causal


@misconception("combine", "You keep what exactly one of the masks keeps; both must keep it.")
def exactly_one(pad, causal):
    return np.asarray(pad)[:, None, None, :] ^ causal


@misconception("combine", "There is no axis for the heads: the shape asked for is (N, 1, T, T).")
def no_axis_for_heads(pad, causal):
    return right.combine(pad, causal)[:, 0]


@misconception("combine", "You leave the padding out: only the causal mask is there.")
def only_causal(pad, causal):
    return right.combine(np.ones_like(pad), causal)


@misconception("combine", "You leave the causal mask out: only the padding is there.")
def only_padding(pad, causal):
    return right.combine(pad, np.ones_like(causal))


@misconception("combine", "You take the padding mask the other way round: True is a word, and is kept.")
def padding_taken_inverted(pad, causal):
    return right.combine(~np.asarray(pad), causal)


@misconception("combine", "You transposed the causal mask: its rows are queries, and its columns keys.")
def causal_transposed(pad, causal):
    return right.combine(pad, np.transpose(causal))


@misconception("combine", "You multiply or add the masks as numbers; True and False are asked for.")
def product_of_numbers(pad, causal):
    return right.combine(pad, causal).astype(int)


@misconception(
    "combine",
    "You join (N, T) and (T, T) as they stand: examples are lined up with queries. The padding needs more axes first.",
)
def joined_as_they_stand(pad, causal):
    return np.asarray(pad) & causal
