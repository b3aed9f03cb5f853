# ruff: noqa: PLR0917 - the exercises take as many arguments as they need
"""What goes wrong in plain recurrent networks: wrong functions that people really write, with a sentence for each.

Each is the right function with one step changed: mostly the oracle with other inputs, or with its result spoilt. Where
that will not do, `_unfold` and `_back_through_time` are right functions with the steps to change as arguments.
"""

import numpy as np

from grader.diagnose import misconception
from reference import lstm as right


def _floats(a):
    return np.array(a, dtype=float)


def _transposed(W):
    return _floats(W).T


def _in_dtype_of(a, result):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return result.astype(np.asarray(a).dtype)


def _written_into(a, result):
    """The result of a function that works in the array that it was given."""
    if isinstance(a, np.ndarray) and not a.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


def _sum(x, h, Wx, Wh, b):
    return _floats(x) @ _floats(Wx) + _floats(h) @ _floats(Wh) + _floats(b)


# rnn_step ------------------------------------------------------------------------------------------------------------


@misconception("rnn_step", "You return the sum as it is; tanh is still to be taken of it.")
def no_tanh(x, h, Wx, Wh, b):
    return _sum(x, h, Wx, Wh, b)


@misconception("rnn_step", "You squash with the sigmoid, into 0 … 1; it is tanh here, into −1 … 1.")
def sigmoid_for_tanh(x, h, Wx, Wh, b):
    return 0.5 + 0.5 * np.tanh(0.5 * _sum(x, h, Wx, Wh, b))


@misconception("rnn_step", "You cut off below 0, as relu does; it is tanh here.")
def relu_for_tanh(x, h, Wx, Wh, b):
    return np.maximum(_sum(x, h, Wx, Wh, b), 0.0)


@misconception("rnn_step", "You take tanh of the input's part alone; it is taken of the whole sum.")
def tanh_of_the_input(x, h, Wx, Wh, b):
    return np.tanh(_floats(x) @ _floats(Wx)) + _floats(h) @ _floats(Wh) + _floats(b)


@misconception("rnn_step", "You add the part of the old state after tanh; tanh is taken of the whole sum.")
def state_added_after_tanh(x, h, Wx, Wh, b):
    return np.tanh(_floats(x) @ _floats(Wx) + _floats(b)) + _floats(h) @ _floats(Wh)


@misconception("rnn_step", "You add the bias after tanh; it belongs inside.")
def bias_after_tanh(x, h, Wx, Wh, b):
    return right.rnn_step(x, h, Wx, Wh, np.zeros(len(b))) + _floats(b)


@misconception("rnn_step", "You use Wh the other way round: with rows as examples it is h Wh, not Wh h.")
def state_times_transpose(x, h, Wx, Wh, b):
    return right.rnn_step(x, h, Wx, _transposed(Wh), b)


@misconception("rnn_step", "The bias is missing.")
def bias_forgotten(x, h, Wx, Wh, b):
    return right.rnn_step(x, h, Wx, Wh, np.zeros(len(b)))


@misconception("rnn_step", "You add the bias twice, once to each product; there is one bias.")
def bias_twice(x, h, Wx, Wh, b):
    return right.rnn_step(x, h, Wx, Wh, 2 * _floats(b))


@misconception("rnn_step", "The old state is not in your sum: without h Wh there is no memory.")
def no_memory(x, h, Wx, Wh, b):
    return right.rnn_step(x, np.zeros(np.shape(h)), Wx, Wh, b)


@misconception("rnn_step", "The input is not in your sum: x Wx is missing.")
def input_forgotten(x, h, Wx, Wh, b):
    return right.rnn_step(np.zeros(np.shape(x)), h, Wx, Wh, b)


@misconception("rnn_step", "You add the old state to the new one; tanh of the sum is all.")
def old_state_added(x, h, Wx, Wh, b):
    return _floats(h) + right.rnn_step(x, h, Wx, Wh, b)


@misconception("rnn_step", "You multiply the two products instead of adding them.")
def products_multiplied(x, h, Wx, Wh, b):
    return np.tanh((_floats(x) @ _floats(Wx)) * (_floats(h) @ _floats(Wh)) + _floats(b))


@misconception("rnn_step", "Your result takes over the dtype of x: with whole numbers the fractions are cut off.")
def step_in_input_dtype(x, h, Wx, Wh, b):
    return _in_dtype_of(x, right.rnn_step(x, h, Wx, Wh, b))


@misconception("rnn_step", "Your result takes over the dtype of h: with whole numbers the fractions are cut off.")
def step_in_state_dtype(x, h, Wx, Wh, b):
    return _in_dtype_of(h, right.rnn_step(x, h, Wx, Wh, b))


@misconception("rnn_step", "You write into an argument (the new state into the old one?); make a new array.")
def state_overwritten(x, h, Wx, Wh, b):
    return _written_into(h, right.rnn_step(x, h, Wx, Wh, b))


# rnn_forward ---------------------------------------------------------------------------------------------------------


def _unfold(X, h, step):
    """The states of step(x_t, h) after one another, (N, T, H)."""
    X, states = _floats(X), []
    for t in range(X.shape[1]):
        h = step(X[:, t], h)
        states.append(h)
    return np.stack(states, axis=1)


@misconception("rnn_forward", "You start from a state of zeros; h0 is given.")
def starts_from_zeros(X, h0, Wx, Wh, b):
    return right.rnn_forward(X, np.zeros(np.shape(h0)), Wx, Wh, b)


@misconception("rnn_forward", "Every step of yours starts from h0 again; it should go on from the state before.")
def every_step_from_h0(X, h0, Wx, Wh, b):
    return _unfold(X, _floats(h0), lambda x, _: right.rnn_step(x, h0, Wx, Wh, b))


@misconception(
    "rnn_forward", "You walk along the examples instead of along time: steps are the second axis of X (N, T, D)."
)
def batch_taken_for_time(X, h0, Wx, Wh, b):
    h, states = _floats(h0), []
    for x in _floats(X):
        h = np.tanh(_sum(x, h, Wx, Wh, b))
        states.append(h)
    return np.array(states)


@misconception("rnn_forward", "Time comes first in your result; it is asked for as (N, T, H), batch first.")
def time_first(X, h0, Wx, Wh, b):
    return right.rnn_forward(X, h0, Wx, Wh, b).swapaxes(0, 1)


@misconception(
    "rnn_forward", "You stack the states time first and *reshape* them to (N, T, H), which mixes examples and steps."
)
def reshaped_for_transposed(X, h0, Wx, Wh, b):
    states = right.rnn_forward(X, h0, Wx, Wh, b)
    return states.swapaxes(0, 1).reshape(states.shape)


@misconception("rnn_forward", "You return the last state only; all T of them are asked for.")
def last_state_only(X, h0, Wx, Wh, b):
    return right.rnn_forward(X, h0, Wx, Wh, b)[:, -1]


@misconception("rnn_forward", "You return h0 as the first of the states; they begin with the one after that.")
def start_among_states(X, h0, Wx, Wh, b):
    return np.concatenate([_floats(h0)[:, None], right.rnn_forward(X, h0, Wx, Wh, b)], axis=1)


@misconception("rnn_forward", "You note each state *before* its step, so that h0 comes first and the last is missing.")
def states_before_the_step(X, h0, Wx, Wh, b):
    return start_among_states(X, h0, Wx, Wh, b)[:, :-1]


@misconception("rnn_forward", "You read from the last step to the first.")
def read_backwards(X, h0, Wx, Wh, b):
    return right.rnn_forward(_floats(X)[:, ::-1], h0, Wx, Wh, b)


@misconception("rnn_forward", "All states of yours are the last one: the same array was kept T times, and changed.")
def same_array_kept(X, h0, Wx, Wh, b):
    states = right.rnn_forward(X, h0, Wx, Wh, b)
    return np.repeat(states[:, -1:], states.shape[1], axis=1)


@misconception("rnn_forward", "tanh is missing: your network is linear.")
def linear_network(X, h0, Wx, Wh, b):
    return _unfold(X, _floats(h0), lambda x, h: _sum(x, h, Wx, Wh, b))


@misconception("rnn_forward", "You use Wh the other way round: with rows as examples it is h Wh, not Wh h.")
def states_times_transpose(X, h0, Wx, Wh, b):
    return right.rnn_forward(X, h0, Wx, _transposed(Wh), b)


@misconception("rnn_forward", "The bias is missing.")
def states_without_bias(X, h0, Wx, Wh, b):
    return right.rnn_forward(X, h0, Wx, Wh, np.zeros(len(b)))


@misconception("rnn_forward", "Your states do not depend on those before: without h Wh there is no memory.")
def states_without_memory(X, h0, Wx, Wh, b):
    return right.rnn_forward(X, h0, Wx, np.zeros(np.shape(Wh)), b)


@misconception("rnn_forward", "You add up the states over time; each is asked for as it is.")
def states_added_up(X, h0, Wx, Wh, b):
    return np.cumsum(right.rnn_forward(X, h0, Wx, Wh, b), axis=1)


@misconception("rnn_forward", "Your states take over the dtype of X: with whole numbers the fractions are cut off.")
def states_in_input_dtype(X, h0, Wx, Wh, b):
    return _in_dtype_of(X, right.rnn_forward(X, h0, Wx, Wh, b))


@misconception("rnn_forward", "Your states take over the dtype of h0: with whole numbers the fractions are cut off.")
def states_in_state_dtype(X, h0, Wx, Wh, b):
    return _in_dtype_of(h0, right.rnn_forward(X, h0, Wx, Wh, b))


@misconception("rnn_forward", "You write into an argument (into h0?); make a new state at each step.")
def start_overwritten(X, h0, Wx, Wh, b):
    return _written_into(h0, right.rnn_forward(X, h0, Wx, Wh, b))


# rnn_backward --------------------------------------------------------------------------------------------------------


def _slope(a, h):
    return 1.0 - h**2


def _back_through_time(
    dH, args, *, slope=_slope, carry=1.0, direct=lambda dH, t: dH[:, t], carried=None, through_tanh=True
):
    """The gradients, with another derivative of tanh, another share of what is carried, or another way to carry.

    `direct` is what the loss wants of a state itself, `carried` what da wants of the state before: or dh, not
    `through_tanh`.
    """
    dH, (X, h0, Wx, Wh, b) = _floats(dH), (_floats(a) for a in args)
    H = right.rnn_forward(X, h0, Wx, Wh, b)
    before = np.concatenate([h0[:, None], H[:, :-1]], axis=1)
    A = X @ Wx + before @ Wh + b
    dA, dh = np.zeros(H.shape), np.zeros(h0.shape)
    for t in reversed(range(X.shape[1])):
        dh = direct(dH, t) + carry * dh
        dA[:, t] = dh * slope(A[:, t], H[:, t])
        dh = (carried or (lambda da: da @ Wh.T))(dA[:, t] if through_tanh else dh)
    return dA @ Wx.T, dh, np.einsum("ntd,nth->dh", X, dA), np.einsum("ntk,nth->kh", before, dA), dA.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    "Nothing goes back from a step to the one before. A state is used twice, and its gradient has two terms.",
)
def nothing_carried(dH, *args):
    return _back_through_time(dH, args, carry=0.0)


@misconception(
    "rnn_backward",
    "Below the last step you use only what the next step gives back; what the loss wants of each state directly, dH, "
    "is to be added at every step.",
)
def only_the_last_loss(dH, *args):
    last = np.shape(dH)[1] - 1
    return _back_through_time(dH, args, direct=lambda dH, t: dH[:, t] * (t == last))


@misconception("rnn_backward", "Going back through h Wh you multiply by Wh; its transpose is needed.")
def carried_without_transpose(dH, *args):
    return _back_through_time(dH, args, carried=lambda da: da @ _floats(args[3]))


@misconception("rnn_backward", "What goes back to the state before is multiplied by Whᵀ; yours is not.")
def carried_without_weights(dH, *args):
    return _back_through_time(dH, args, carried=lambda da: da)


@misconception(
    "rnn_backward",
    "You hand dh Whᵀ back to the state before, around the tanh; it is da Whᵀ, which has been through the derivative of "
    "tanh.",
)
def carried_around_tanh(dH, *args):
    return _back_through_time(dH, args, through_tanh=False)


@misconception("rnn_backward", "The derivative of tanh is missing: 1 − h².")
def tanh_not_differentiated(dH, *args):
    return _back_through_time(dH, args, slope=lambda a, h: np.ones_like(h))


@misconception("rnn_backward", "Your derivative of tanh is 1 − a² with the pre-activation a; h = tanh(a) is squared.")
def slope_of_preactivation(dH, *args):
    return _back_through_time(dH, args, slope=lambda a, h: 1 - a**2)


@misconception("rnn_backward", "You take tanh once too often: the derivative at a is 1 − h², with the state h itself.")
def slope_at_the_output(dH, *args):
    return _back_through_time(dH, args, slope=lambda a, h: 1 - np.tanh(h) ** 2)


@misconception("rnn_backward", "Your derivative of tanh is 1 − h; the state is to be squared.")
def slope_not_squared(dH, *args):
    return _back_through_time(dH, args, slope=lambda a, h: 1 - h)


@misconception("rnn_backward", "Your derivative is the one of the sigmoid, h (1 − h); that of tanh is 1 − h².")
def slope_of_sigmoid(dH, *args):
    return _back_through_time(dH, args, slope=lambda a, h: h * (1 - h))


@misconception(
    "rnn_backward",
    "You compute dX from what the loss wants of each state directly; what later steps want must be added before.",
)
def inputs_without_the_future(dH, *args):
    return (_back_through_time(dH, args, carry=0.0)[0], *right.rnn_backward(dH, *args)[1:])


@misconception(
    "rnn_backward",
    "The gradients of the weights are those of the first step alone: each step adds its share, it does not replace.",
)
def overwritten_at_each_step(dH, X, h0, Wx, Wh, b):
    dX, dh0, *_ = right.rnn_backward(dH, X, h0, Wx, Wh, b)
    X, h0 = _floats(X), _floats(h0)
    first = np.zeros(X.shape[:2] + np.shape(h0)[1:])
    first[:, 0] = _first_da(dH, X, h0, Wx, Wh, b)
    return dX, dh0, X[:, 0].T @ first[:, 0], h0.T @ first[:, 0], first[:, 0].sum(axis=0)


def _first_da(dH, X, h0, Wx, Wh, b):
    """The gradient at the first sum: that at an input which is added to the sum as it is."""
    units = np.concatenate([X, np.zeros((*X.shape[:2], len(b)))], axis=2)
    return right.rnn_backward(dH, units, h0, np.vstack([_floats(Wx), np.eye(len(b))]), Wh, b)[0][:, 0, X.shape[2] :]


@misconception("rnn_backward", "For dWh you use the state *after* each step; Wh was multiplied by the one before.")
def state_after_the_step(dH, X, h0, Wx, Wh, b):
    dX, dh0, dWx, _, db = right.rnn_backward(dH, X, h0, Wx, Wh, b)
    H = right.rnn_forward(X, h0, Wx, Wh, b)
    both = np.concatenate([_floats(X), H], axis=2)
    weights = np.vstack([_floats(Wx), np.zeros(np.shape(Wh))])
    return dX, dh0, dWx, right.rnn_backward(dH, both, h0, weights, Wh, b)[2][len(Wx) :], db


@misconception("rnn_backward", "The first step is missing in dWh: it started from h0, which counts like any state.")
def start_left_out_of_weights(dH, X, h0, Wx, Wh, b):
    dX, dh0, dWx, dWh, db = right.rnn_backward(dH, X, h0, Wx, Wh, b)
    da = _first_da(dH, _floats(X), _floats(h0), Wx, Wh, b)
    return dX, dh0, dWx, dWh - _floats(h0).T @ da, db


@misconception("rnn_backward", "dh0 is 0 in your result; the first step used h0 like any other state.")
def no_gradient_at_start(dH, *args):
    dX, dh0, dWx, dWh, db = right.rnn_backward(dH, *args)
    return dX, np.zeros_like(dh0), dWx, dWh, db


@misconception("rnn_backward", "Your dh0 stops before Wh: what the first step gives back is da Whᵀ.")
def start_before_weights(dH, X, h0, Wx, Wh, b):
    dX, _, dWx, dWh, db = right.rnn_backward(dH, X, h0, Wx, Wh, b)
    return dX, _first_da(dH, _floats(X), _floats(h0), Wx, Wh, b), dWx, dWh, db


@misconception("rnn_backward", "Your gradients of the weights are transposed; each has the shape of its weights.")
def weights_gradients_transposed(dH, *args):
    dX, dh0, dWx, dWh, db = right.rnn_backward(dH, *args)
    return dX, dh0, dWx.T, dWh.T, db


@misconception("rnn_backward", "Your dWh is transposed: it is h_{t−1}ᵀ da, not daᵀ h_{t−1}.")
def recurrent_gradient_transposed(dH, *args):
    dX, dh0, dWx, dWh, db = right.rnn_backward(dH, *args)
    return dX, dh0, dWx, dWh.T, db


@misconception("rnn_backward", "You divide by the number of examples; whatever is a mean is in dH already.")
def averaged_over_examples(dH, *args):
    dX, dh0, *weights = right.rnn_backward(dH, *args)
    return dX, dh0, *(grad / len(dX) for grad in weights)


@misconception("rnn_backward", "You divide by the number of steps; gradients of shared weights add up over time.")
def averaged_over_time(dH, *args):
    dX, dh0, *weights = right.rnn_backward(dH, *args)
    return dX, dh0, *(grad / dX.shape[1] for grad in weights)


@misconception("rnn_backward", "Your db is a mean over the examples; gradients of what is shared are sums.")
def bias_averaged(dH, *args):
    *grads, db = right.rnn_backward(dH, *args)
    return *grads, db / len(grads[0])


@misconception(
    "rnn_backward",
    "You walk from the first step to the last; what later steps want must be known before a step is left.",
)
def walked_forwards(dH, *args):
    dH, (X, h0, Wx, Wh, b) = _floats(dH), (_floats(a) for a in args)
    H = right.rnn_forward(X, h0, Wx, Wh, b)
    before = np.concatenate([h0[:, None], H[:, :-1]], axis=1)
    dA, dh = np.zeros(H.shape), np.zeros(h0.shape)
    for t in range(X.shape[1]):
        dA[:, t] = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dh = dA[:, t] @ Wh.T
    return dA @ Wx.T, dh, np.einsum("ntd,nth->dh", X, dA), np.einsum("ntk,nth->kh", before, dA), dA.sum(axis=(0, 1))


@misconception("rnn_backward", "Your states start from 0, not from h0, and so do your gradients.")
def gradients_from_zero_start(dH, X, h0, Wx, Wh, b):
    return right.rnn_backward(dH, X, np.zeros(np.shape(h0)), Wx, Wh, b)


@misconception("rnn_backward", "The bias is missing where you compute the states anew.")
def gradients_without_bias(dH, X, h0, Wx, Wh, b):
    return right.rnn_backward(dH, X, h0, Wx, Wh, np.zeros(len(b)))


@misconception("rnn_backward", "Your dX takes over the dtype of X: with whole numbers the fractions are cut off.")
def input_gradient_in_input_dtype(dH, X, *args):
    dX, *grads = right.rnn_backward(dH, X, *args)
    return _in_dtype_of(X, dX), *grads


@misconception("rnn_backward", "You write into an argument (what is carried into dH?); they belong to the caller.")
def upstream_overwritten(dH, *args):
    return _written_into(dH, right.rnn_backward(dH, *args))


# skip_rnn_forward ----------------------------------------------------------------------------------------------------


def _skipping(X, h0, Wx, Wh, Wskip, b, back):
    """The network whose skip at step t comes from the state back(t, states); None for no skip."""
    X, h0, Wx, Wh, Wskip, b = (_floats(a) for a in (X, h0, Wx, Wh, Wskip, b))
    states = [h0]
    for t in range(1, X.shape[1] + 1):
        skipped = back(t, states)
        term = 0.0 if skipped is None else skipped @ Wskip
        states.append(np.tanh(X[:, t - 1] @ Wx + states[-1] @ Wh + term + b))
    return np.stack(states[1:], axis=1)


def _from_place(place):
    return lambda t, states: states[place(t)] if place(t) >= 0 else None


@misconception("skip_rnn_forward", "Your skip reaches one step too far: from h_{t−delay−1}.")
def skip_too_far(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay + 1)


@misconception("skip_rnn_forward", "Your skip is one step too short: for delay 2 it comes from h_{t−1}.")
def skip_too_short(X, h0, Wx, Wh, Wskip, b, delay):
    return _skipping(X, h0, Wx, Wh, Wskip, b, _from_place(lambda t: t - delay + 1))


@misconception(
    "skip_rnn_forward",
    "For t < delay your index is negative, and counts from the end: there is nothing to skip from yet.",
)
def negative_index_wraps(X, h0, Wx, Wh, Wskip, b, delay):
    return _skipping(X, h0, Wx, Wh, Wskip, b, lambda t, states: states[t - delay])


@misconception("skip_rnn_forward", "For t < delay you skip from h0; it is used at t = delay only.")
def early_skips_from_h0(X, h0, Wx, Wh, Wskip, b, delay):
    return _skipping(X, h0, Wx, Wh, Wskip, b, lambda t, states: states[max(t - delay, 0)])


@misconception("skip_rnn_forward", "At t = delay nothing is skipped in your network; there it is h0.")
def start_not_skipped(X, h0, Wx, Wh, Wskip, b, delay):
    return _skipping(X, h0, Wx, Wh, Wskip, b, lambda t, states: states[t - delay] if t > delay else None)


@misconception("skip_rnn_forward", "You multiply the skipped state by Wh; it has weights of its own, Wskip.")
def skip_by_same_weights(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, Wh, Wh, b, delay)


@misconception("skip_rnn_forward", "You have Wh and Wskip the wrong way round.")
def weights_exchanged(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, Wskip, Wh, b, delay)


@misconception("skip_rnn_forward", "You use Wskip the other way round: it is h Wskip, not Wskip h.")
def skip_times_transpose(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, Wh, _transposed(Wskip), b, delay)


@misconception("skip_rnn_forward", "You add the skipped state as it is; it is multiplied by Wskip.")
def skip_without_weights(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, Wh, np.eye(len(b)), b, delay)


@misconception("skip_rnn_forward", "You add the skip after tanh; it belongs inside.")
def skip_after_tanh(X, h0, Wx, Wh, Wskip, b, delay):
    X, Wskip = _floats(X), _floats(Wskip)
    states = [_floats(h0)]
    for t in range(1, X.shape[1] + 1):
        term = states[t - delay] @ Wskip if t >= delay else 0.0
        states.append(right.rnn_step(X[:, t - 1], states[-1], Wx, Wh, b) + term)
    return np.stack(states[1:], axis=1)


@misconception("skip_rnn_forward", "Where there is a skip you leave out h_{t−1} Wh; both are added.")
def skip_in_place_of_step(X, h0, Wx, Wh, Wskip, b, delay):
    X, states = _floats(X), [_floats(h0)]
    for t in range(1, X.shape[1] + 1):
        h, W = (states[t - delay], Wskip) if t >= delay else (states[-1], Wh)
        states.append(right.rnn_step(X[:, t - 1], h, Wx, W, b))
    return np.stack(states[1:], axis=1)


@misconception("skip_rnn_forward", "There is no skip in your network.")
def no_skip(X, h0, Wx, Wh, Wskip, b, delay):
    return right.rnn_forward(X, h0, Wx, Wh, b)


@misconception("skip_rnn_forward", "Your skip comes from the step before, whatever `delay` says.")
def delay_ignored(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, 1)


@misconception("skip_rnn_forward", "You start from a state of zeros; h0 is given.")
def skips_from_zeros(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, np.zeros(np.shape(h0)), Wx, Wh, Wskip, b, delay)


@misconception("skip_rnn_forward", "The bias is missing.")
def skips_without_bias(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, Wh, Wskip, np.zeros(len(b)), delay)


@misconception("skip_rnn_forward", "You use Wh the other way round: it is h Wh, not Wh h.")
def skipping_states_times_transpose(X, h0, Wx, Wh, Wskip, b, delay):
    return right.skip_rnn_forward(X, h0, Wx, _transposed(Wh), Wskip, b, delay)


@misconception("skip_rnn_forward", "You return h0 as the first of the states; they begin with h_1.")
def start_among_skipping_states(X, h0, Wx, Wh, Wskip, b, delay):
    states = right.skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay)
    return np.concatenate([_floats(h0)[:, None], states], axis=1)


@misconception("skip_rnn_forward", "Your states take over the dtype of X: with whole numbers fractions are cut off.")
def skips_in_input_dtype(X, h0, Wx, Wh, Wskip, b, delay):
    return _in_dtype_of(X, right.skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay))


@misconception("skip_rnn_forward", "You write into an argument (into h0?); make a new state at each step.")
def skipping_start_overwritten(X, h0, Wx, Wh, Wskip, b, delay):
    return _written_into(h0, right.skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay))
