"""What goes wrong in attention and on the way back: wrong functions, and a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. Where
that will not do, `_additive`, `_attention` and `_backward` are right functions with the steps to change as arguments.
"""
# ruff: noqa: PLR0917 - the exercises' own signatures

import numpy as np

from grader.diagnose import misconception
from reference import attention as right

LOWEST = np.finfo(np.float64).min


def _floats(*arrays):
    return tuple(np.asarray(a, dtype=float) for a in arrays)


def _softmax(scores, axis=-1):
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


def _filled(fill):
    """A softmax with `fill` in the place of masked scores."""

    def softmax(scores, mask):
        return _softmax(scores if mask is None else np.where(mask, scores, fill))

    return softmax


def _lowered(by):
    """A softmax that subtracts `by` from masked scores."""

    def softmax(scores, mask):
        return _softmax(scores if mask is None else scores - by * ~np.asarray(mask))

    return softmax


def _filled_and_zeroed(scores, mask):
    return _filled(-1e9)(scores, mask) * (1.0 if mask is None else mask)


def _masked_after(scores, mask):
    return _softmax(scores) * (1.0 if mask is None else mask)


def _unmasked(scores, mask):
    return _softmax(scores)


def _turned(mask):
    return None if mask is None else ~np.asarray(mask)


def _seeing(mask, shape):
    """Which queries may look at something, with an axis of length 1 for the keys."""
    return np.broadcast_to(True if mask is None else mask, shape).any(axis=-1, keepdims=True)


def _first_axis(scores, mask):
    return right.masked_softmax(scores, mask, 0)


def _over_queries(scores, mask):
    return right.masked_softmax(scores, mask, -2)


def _swap(a):
    return np.swapaxes(a, -1, -2)


def _whole(a):
    return np.asarray(a).dtype.kind in "iu"


def _frozen(a):
    return isinstance(a, np.ndarray) and not a.flags.writeable


# bahdanau_attention --------------------------------------------------------------------------------------------------


def _tanh_of_sum(query, keys):
    return np.tanh(query[:, None] + keys)


def _additive(arguments, mask, *, hidden=_tanh_of_sum, softmax=right.masked_softmax):
    """Additive attention whose hidden units are hidden(s @ Ws, H @ Wh), and with another softmax."""
    s, H, Ws, Wh, v = _floats(*arguments)
    alpha = softmax(hidden(s @ Ws, H @ Wh) @ v, mask)
    return np.einsum("nt,ntb->nb", alpha, H), alpha


@misconception("bahdanau_attention", "Your hidden layer is a relu; tanh is asked for.")
def relu_for_tanh(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: np.maximum(q[:, None] + k, 0.0))


@misconception("bahdanau_attention", "Your hidden layer is a sigmoid; tanh is asked for.")
def sigmoid_for_tanh(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: (1 + np.tanh((q[:, None] + k) / 2)) / 2)


@misconception(
    "bahdanau_attention",
    "There is no tanh: without it the state adds the same to all scores of an example, and so changes nothing.",
)
def no_tanh(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: q[:, None] + k)


@misconception("bahdanau_attention", "You take tanh of the score; it goes around the hidden units, before v.")
def tanh_of_the_score(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = _floats(s, H, Ws, Wh, v)
    alpha = right.masked_softmax(np.tanh(((s @ Ws)[:, None] + H @ Wh) @ v), mask)
    return right.context(alpha, H), alpha


@misconception("bahdanau_attention", "You take a softmax over the hidden units; tanh is asked for there.")
def softmax_inside(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: _softmax(q[:, None] + k))


@misconception("bahdanau_attention", "You multiply the two parts of the hidden layer; they are to be added.")
def parts_multiplied(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: np.tanh(q[:, None] * k))


@misconception(
    "bahdanau_attention",
    "The decoder's state changes nothing in your weights: it belongs inside the tanh, added to the vector's part.",
)
def state_without_effect(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: np.tanh(k))


@misconception("bahdanau_attention", "You use the state of the first example for all of them.")
def first_state_for_all(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: np.tanh(q[0] + k))


@misconception(
    "bahdanau_attention",
    "You add the states to the hidden units without an axis for the positions: examples are lined up with positions.",
)
def states_lined_up_with_positions(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, hidden=lambda q, k: np.tanh(q + k))


@misconception("bahdanau_attention", "You mixed up the matrices: Ws belongs to the state, Wh to the vectors.")
def matrices_swapped(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Wh, Ws, v), mask)


@misconception("bahdanau_attention", "You add up the hidden units and do not use v.")
def v_left_out(s, H, Ws, Wh, v, mask=None):
    return right.bahdanau_attention(s, H, Ws, Wh, np.ones(np.shape(v)), mask)


@misconception(
    "bahdanau_attention", "You divide by the root of the number of hidden units; additive attention has no scale."
)
def additive_scaled(s, H, Ws, Wh, v, mask=None):
    return right.bahdanau_attention(s, H, Ws, Wh, _floats(v)[0] / np.sqrt(len(v)), mask)


@misconception(
    "bahdanau_attention",
    "Your context is the weighted sum of H @ Wh; the vectors themselves, H, are what is averaged.",
)
def context_of_projected(s, H, Ws, Wh, v, mask=None):
    alpha = right.bahdanau_attention(s, H, Ws, Wh, v, mask)[1]
    return right.context(alpha, np.matmul(*_floats(H, Wh))), alpha


@misconception("bahdanau_attention", "Your softmax runs over the examples; it runs over the positions of each.")
def additive_softmax_over_examples(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=_first_axis)


@misconception("bahdanau_attention", "You return the scores as they are; their softmax over the positions is alpha.")
def no_softmax(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=lambda e, m: e * (1.0 if m is None else m))


@misconception("bahdanau_attention", "You do not use the mask: filling gets weight like words.")
def additive_mask_ignored(s, H, Ws, Wh, v, mask=None):
    return right.bahdanau_attention(s, H, Ws, Wh, v)


@misconception("bahdanau_attention", "You read the mask the other way round: True means keep.")
def additive_mask_inverted(s, H, Ws, Wh, v, mask=None):
    return right.bahdanau_attention(s, H, Ws, Wh, v, _turned(mask))


@misconception(
    "bahdanau_attention",
    "You mask after the softmax: what is left no longer adds up to 1. Mask the scores instead.",
)
def additive_masked_after(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=_masked_after)


@misconception("bahdanau_attention", "You give masked positions the score 0: e⁰ is 1, and a weight like any other.")
def additive_filled_with_0(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=_filled(0.0))


@misconception(
    "bahdanau_attention",
    "You put −10⁴ in the place of masked scores: scores can be lower, and where nothing is kept, all share the weight.",
)
def additive_filled_with_1e4(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=_filled(-1e4))


@misconception(
    "bahdanau_attention",
    "You put −10⁹ in the place of masked scores: scores can be lower, and where nothing is kept, all share the weight.",
)
def additive_filled_with_1e9(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=_filled(-1e9))


@misconception(
    "bahdanau_attention", "Where nothing is kept all positions share the weight; weights and context are to be 0 there."
)
def additive_filled_with_the_lowest(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=_filled(LOWEST))


@misconception(
    "bahdanau_attention",
    "You add −10⁹ to masked scores: a score that is larger than that comes through. Replace it.",
)
def additive_lowered_by_1e9(s, H, Ws, Wh, v, mask=None):
    return _additive((s, H, Ws, Wh, v), mask, softmax=_lowered(1e9))


@misconception("bahdanau_attention", "Where nothing is kept you get NaN; weights and context are to be 0 there.")
def additive_nan(s, H, Ws, Wh, v, mask=None):
    results = right.bahdanau_attention(s, H, Ws, Wh, v, mask)
    return tuple(np.where(_seeing(mask, np.shape(H)[:2]), result, np.nan) for result in results)


@misconception("bahdanau_attention", "You return alpha before the context; the order asked for is (context, alpha).")
def alpha_first(s, H, Ws, Wh, v, mask=None):
    return right.bahdanau_attention(s, H, Ws, Wh, v, mask)[::-1]


@misconception("bahdanau_attention", "You return the context only; the weights are asked for too.")
def only_the_context(s, H, Ws, Wh, v, mask=None):
    return right.bahdanau_attention(s, H, Ws, Wh, v, mask)[0]


@misconception("bahdanau_attention", "Your alpha has an axis of length 1 too many: its shape is (N, T).")
def alpha_with_axis(s, H, Ws, Wh, v, mask=None):
    c, alpha = right.bahdanau_attention(s, H, Ws, Wh, v, mask)
    return c, alpha[..., None]


# scaled_dot_product_attention ----------------------------------------------------------------------------------------


def _scaled(Q, K):
    return Q @ _swap(K) / np.sqrt(K.shape[-1])


def _attention(Q, K, V, mask, *, score=_scaled, softmax=right.masked_softmax):
    """Dot-product attention with other scores score(Q, K), or another softmax."""
    Q, K, V = _floats(Q, K, V)
    weights = softmax(score(Q, K), mask)
    return weights @ V, weights


@misconception("scaled_dot_product_attention", "You do not scale: scores are divided by the root of dk.")
def not_scaled(Q, K, V, mask=None):
    return right.scaled_dot_product_attention(_floats(Q)[0] * np.sqrt(np.shape(K)[-1]), K, V, mask)


@misconception("scaled_dot_product_attention", "You multiply by the root of dk; scores are divided by it.")
def scaled_up(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, score=lambda Q, K: Q @ _swap(K) * np.sqrt(K.shape[-1]))


@misconception("scaled_dot_product_attention", "You divide the scores by dk; it is the root of dk.")
def scaled_by_dk(Q, K, V, mask=None):
    return right.scaled_dot_product_attention(_floats(Q)[0] / np.sqrt(np.shape(K)[-1]), K, V, mask)


@misconception(
    "scaled_dot_product_attention",
    "You divide by the root of the number of keys; it is the number of components of a key, dk.",
)
def scaled_by_keys(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, score=lambda Q, K: Q @ _swap(K) / np.sqrt(K.shape[-2]))


@misconception(
    "scaled_dot_product_attention",
    "You divide by the root of the number of queries; it is the number of components of a key, dk.",
)
def scaled_by_queries(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, score=lambda Q, K: Q @ _swap(K) / np.sqrt(Q.shape[-2]))


@misconception("scaled_dot_product_attention", "You divide by the root of dv; the size of keys counts, not of values.")
def scaled_by_dv(Q, K, V, mask=None):
    root = np.sqrt(np.shape(V)[-1])
    return _attention(Q, K, V, mask, score=lambda Q, K: Q @ _swap(K) / root)


@misconception("scaled_dot_product_attention", "You scale after the softmax; the scores are what is divided.")
def scaled_after_the_softmax(Q, K, V, mask=None):
    root = np.sqrt(np.shape(K)[-1])
    return _attention(
        Q, K, V, mask, score=lambda Q, K: Q @ _swap(K), softmax=lambda s, m: right.masked_softmax(s, m) / root
    )


@misconception(
    "scaled_dot_product_attention",
    "You multiply by K without transposing it: this fits only where there are as many keys as components, and is wrong "
    "there.",
)
def keys_not_transposed(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, score=lambda Q, K: Q @ K / np.sqrt(K.shape[-1]))


@misconception(
    "scaled_dot_product_attention",
    "You transpose with .T, which reverses *all* axes: only the last two are to be swapped.",
)
def all_axes_reversed(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, score=lambda Q, K: Q @ K.T / np.sqrt(K.shape[-1]))


@misconception(
    "scaled_dot_product_attention",
    "You transpose as if there were exactly three axes: there may be more before the last two, or none.",
)
def three_axes_only(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, score=lambda Q, K: Q @ K.transpose(0, 2, 1) / np.sqrt(K.shape[-1]))


@misconception(
    "scaled_dot_product_attention",
    "Your softmax runs over the queries; it runs over the keys, among which each query shares out its weight.",
)
def softmax_over_queries(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_over_queries)


@misconception("scaled_dot_product_attention", "Your softmax runs over the first axis; it is the last one, the keys.")
def softmax_over_first_axis(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_first_axis)


@misconception(
    "scaled_dot_product_attention",
    "Your softmax runs along axis 1: that is the last one of a matrix, but with axes in front it is not the keys'.",
)
def softmax_over_second_axis(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=lambda scores, mask: right.masked_softmax(scores, mask, 1))


@misconception("scaled_dot_product_attention", "You return the scores as weights; the softmax is missing.")
def scores_for_weights(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=lambda s, m: s * (1.0 if m is None else m))


@misconception("scaled_dot_product_attention", "You take the plain mean of the values; the weights are not used.")
def values_averaged(Q, K, V, mask=None):
    out, weights = right.scaled_dot_product_attention(Q, K, V, mask)
    return np.broadcast_to(_floats(V)[0].mean(axis=-2, keepdims=True), out.shape), weights


@misconception(
    "scaled_dot_product_attention", "The key with the largest score gets all the weight; a softmax shares it out."
)
def hard_attention(Q, K, V, mask=None):
    def hard(scores, mask):
        weights = right.masked_softmax(scores, mask)
        return (np.arange(scores.shape[-1]) == weights.argmax(axis=-1)[..., None]) * (weights > 0)

    return _attention(Q, K, V, mask, softmax=hard)


@misconception("scaled_dot_product_attention", "You fetch keys instead of values: the output is a sum of values.")
def keys_fetched(Q, K, V, mask=None):
    weights = right.scaled_dot_product_attention(Q, K, V, mask)[1]
    return weights @ _floats(K)[0], weights


@misconception("scaled_dot_product_attention", "Without a mask your function fails: None means that all keys are kept.")
def mask_demanded(Q, K, V, mask=None):
    if mask is None:
        raise TypeError("bad operand type for unary ~: 'NoneType'")
    return right.scaled_dot_product_attention(Q, K, V, mask)


@misconception("scaled_dot_product_attention", "You do not use the mask: masked keys get weight like all others.")
def attention_mask_ignored(Q, K, V, mask=None):
    return right.scaled_dot_product_attention(Q, K, V)


@misconception("scaled_dot_product_attention", "You read the mask the other way round: True means keep.")
def attention_mask_inverted(Q, K, V, mask=None):
    return right.scaled_dot_product_attention(Q, K, V, _turned(mask))


@misconception(
    "scaled_dot_product_attention",
    "You ask whether the mask as a whole is true, as `if mask:` does, and an array cannot say. Ask whether there is a "
    "mask: if not, it is None.",
)
def truth_of_the_attention_mask(Q, K, V, mask=None):
    return right.scaled_dot_product_attention(Q, K, V, mask if mask is not None and bool(mask) else None)


@misconception("scaled_dot_product_attention", "You hide the future unasked: only the mask says what is hidden.")
def always_causal(Q, K, V, mask=None):
    causal = np.tril(np.ones((np.shape(Q)[-2], np.shape(K)[-2]), dtype=bool))
    return right.scaled_dot_product_attention(Q, K, V, causal if mask is None else causal & mask)


@misconception(
    "scaled_dot_product_attention",
    "You mask after the softmax: what is left no longer adds up to 1. Mask the scores instead.",
)
def attention_masked_after(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_masked_after)


@misconception("scaled_dot_product_attention", "You give masked keys the score 0: e⁰ is 1, a weight like any other.")
def attention_filled_with_0(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_filled(0.0))


@misconception(
    "scaled_dot_product_attention",
    "You put −10⁴ in the place of masked scores: scores can be lower, and where nothing is kept, all share the weight.",
)
def attention_filled_with_1e4(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_filled(-1e4))


@misconception(
    "scaled_dot_product_attention",
    "You put −10⁶ in the place of masked scores: scores can be lower, and where nothing is kept, all share the weight.",
)
def attention_filled_with_1e6(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_filled(-1e6))


@misconception(
    "scaled_dot_product_attention",
    "You put −10⁹ in the place of masked scores: scores can be lower, and where nothing is kept, all share the weight.",
)
def attention_filled_with_1e9(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_filled(-1e9))


@misconception(
    "scaled_dot_product_attention",
    "You put −10⁹ in the place of masked scores, and 0 for their weights in the end. But where the kept scores are "
    "lower than −10⁹, the weight is lost.",
)
def attention_filled_and_zeroed(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_filled_and_zeroed)


@misconception(
    "scaled_dot_product_attention",
    "You add −10⁹ to masked scores: a score that is larger than that comes through. Replace it.",
)
def attention_lowered_by_1e9(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_lowered(1e9))


@misconception(
    "scaled_dot_product_attention",
    "Where nothing is kept all keys share the weight; weights and output are to be 0 there.",
)
def attention_filled_with_the_lowest(Q, K, V, mask=None):
    return _attention(Q, K, V, mask, softmax=_filled(LOWEST))


@misconception(
    "scaled_dot_product_attention", "Where nothing is kept you get NaN; weights and output are to be 0 there."
)
def attention_nan(Q, K, V, mask=None):
    out, weights = right.scaled_dot_product_attention(Q, K, V, mask)
    seeing = _seeing(mask, weights.shape)
    return np.where(seeing, out, np.nan), np.where(seeing, weights, np.nan)


@misconception(
    "scaled_dot_product_attention",
    "You scale the queries in place, `Q /= …`: this writes into the argument, and fails on whole numbers.",
)
def queries_scaled_in_place(Q, K, V, mask=None):
    if _frozen(Q):
        raise ValueError("read-only")
    if _whole(Q):
        raise TypeError("Cannot cast ufunc 'divide' output from dtype('float64') to dtype('int64')")
    return right.scaled_dot_product_attention(Q, K, V, mask)


@misconception("scaled_dot_product_attention", "You return the output only; the weights are asked for too.")
def only_the_output(Q, K, V, mask=None):
    return right.scaled_dot_product_attention(Q, K, V, mask)[0]


@misconception("scaled_dot_product_attention", "You return the weights before the output: it is (out, weights).")
def weights_first(Q, K, V, mask=None):
    return right.scaled_dot_product_attention(Q, K, V, mask)[::-1]


# sdpa_backward -------------------------------------------------------------------------------------------------------


def _jacobian(weights, dweights):
    return weights * (dweights - (weights * dweights).sum(axis=-1, keepdims=True))


def _backward(arguments, mask, *, weigh=right.scaled_dot_product_attention, through=_jacobian, roots=(1, 1)):
    """The gradients, with other weights, another way back through the softmax, or other powers of √dk for dQ and dK."""
    dout, Q, K, V = _floats(*arguments)
    _, weights = weigh(Q, K, V, mask)
    dscores, root = through(weights, dout @ _swap(V)), np.sqrt(K.shape[-1])
    return dscores @ K / root ** roots[0], _swap(dscores) @ Q / root ** roots[1], _swap(weights) @ dout


@misconception(
    "sdpa_backward",
    "You differentiate the softmax entry by entry, w(1 − w): each weight depends on the other scores of the row too.",
)
def diagonal_only(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, through=lambda w, dw: w * (1 - w) * dw)


@misconception(
    "sdpa_backward", "You skip the softmax on the way back: the gradient at the weights is not that at the scores."
)
def softmax_skipped(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, through=lambda w, dw: dw)


@misconception("sdpa_backward", "You only multiply by the weights: what they take from one another is missing.")
def nothing_subtracted(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, through=lambda w, dw: w * dw)


@misconception(
    "sdpa_backward", "You subtract the plain mean of the gradient at the weights; it is their mean by the weights."
)
def plain_mean_subtracted(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, through=lambda w, dw: w * (dw - dw.mean(axis=-1, keepdims=True)))


@misconception("sdpa_backward", "You sum over the queries on the way through the softmax; it runs over the keys.")
def sum_over_queries(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, through=lambda w, dw: w * (dw - (w * dw).sum(axis=-2, keepdims=True)))


@misconception("sdpa_backward", "You forgot the factor w in front: w (g − Σ w g).")
def weights_not_in_front(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, through=lambda w, dw: dw - (w * dw).sum(axis=-1, keepdims=True))


@misconception("sdpa_backward", "You forgot the scale on the way back: dQ and dK are divided by the root of dk too.")
def scale_forgotten(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, roots=(0, 0))


@misconception("sdpa_backward", "Your dQ lacks the scale: it is divided by the root of dk, like dK.")
def scale_forgotten_in_dq(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, roots=(0, 1))


@misconception("sdpa_backward", "Your dK lacks the scale: it is divided by the root of dk, like dQ.")
def scale_forgotten_in_dk(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, roots=(1, 0))


@misconception(
    "sdpa_backward",
    "You divide by dk, or by its root twice; going back through the scale is to divide by the root once.",
)
def scaled_twice(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, roots=(2, 2))


@misconception("sdpa_backward", "Your weights come from scores that are not divided by the root of dk.")
def weights_without_scale(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, weigh=not_scaled)


@misconception(
    "sdpa_backward",
    "For dK you do not transpose the gradient at the scores: that fits only with as many queries as keys.",
)
def dk_untransposed(dout, Q, K, V, mask=None):
    dout, Q, K, V = _floats(dout, Q, K, V)
    _, weights = right.scaled_dot_product_attention(Q, K, V, mask)
    dscores = _jacobian(weights, dout @ _swap(V)) / np.sqrt(K.shape[-1])
    return dscores @ K, dscores @ Q, _swap(weights) @ dout


@misconception("sdpa_backward", "For dV you do not transpose the weights: that fits only with as many queries as keys.")
def dv_untransposed(dout, Q, K, V, mask=None):
    dQ, dK, _ = right.sdpa_backward(dout, Q, K, V, mask)
    return dQ, dK, right.scaled_dot_product_attention(Q, K, V, mask)[1] @ _floats(dout)[0]


@misconception("sdpa_backward", "You transpose as if there were exactly three axes: there may be more, or only two.")
def backward_three_axes_only(dout, Q, K, V, mask=None):
    np.transpose(K, (0, 2, 1))
    return right.sdpa_backward(dout, Q, K, V, mask)


@misconception("sdpa_backward", "You do not use the gradient that comes in: yours are those of a plain sum.")
def attention_upstream_ignored(dout, Q, K, V, mask=None):
    return right.sdpa_backward(np.ones(np.shape(dout)), Q, K, V, mask)


@misconception(
    "sdpa_backward",
    "You divide by the number of examples: if the loss is a mean, the gradient that comes in knows it already.",
)
def backward_averaged(dout, Q, K, V, mask=None):
    return tuple(gradient / len(Q) for gradient in right.sdpa_backward(dout, Q, K, V, mask))


@misconception("sdpa_backward", "You return the gradients in another order: it is (dQ, dK, dV).")
def gradients_reversed(dout, Q, K, V, mask=None):
    return right.sdpa_backward(dout, Q, K, V, mask)[::-1]


@misconception("sdpa_backward", "Your gradients at the scores have the wrong sign, and with them dQ and dK.")
def sign_reversed(dout, Q, K, V, mask=None):
    dQ, dK, dV = right.sdpa_backward(dout, Q, K, V, mask)
    return -dQ, -dK, dV


@misconception("sdpa_backward", "You do not use the mask: your weights are those without it.")
def backward_mask_ignored(dout, Q, K, V, mask=None):
    return right.sdpa_backward(dout, Q, K, V)


@misconception("sdpa_backward", "You read the mask the other way round: True means keep.")
def backward_mask_inverted(dout, Q, K, V, mask=None):
    return right.sdpa_backward(dout, Q, K, V, _turned(mask))


@misconception(
    "sdpa_backward",
    "You mask after the softmax: your weights do not add up to 1, and so are not those of the forward pass.",
)
def backward_masked_after(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, weigh=attention_masked_after)


@misconception(
    "sdpa_backward",
    "You put −10⁹ in the place of masked scores: where scores are lower, or nothing is kept, masked keys take part.",
)
def backward_filled_with_1e9(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, weigh=attention_filled_with_1e9)


@misconception(
    "sdpa_backward", "Where nothing is kept all keys share the weight; all gradients of such a query are to be 0."
)
def backward_filled_with_the_lowest(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, weigh=attention_filled_with_the_lowest)


@misconception("sdpa_backward", "Where nothing is kept you get NaN; all gradients of such a query are to be 0.")
def backward_nan(dout, Q, K, V, mask=None):
    return _backward((dout, Q, K, V), mask, weigh=attention_nan)


@misconception("sdpa_backward", "Without a mask your function fails: None means that all keys are kept.")
def backward_mask_demanded(dout, Q, K, V, mask=None):
    if mask is None:
        raise TypeError("bad operand type for unary ~: 'NoneType'")
    return right.sdpa_backward(dout, Q, K, V, mask)
