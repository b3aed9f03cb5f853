# ruff: noqa: PLR0917 - the exercises take as many arguments as they need
"""What goes wrong in LSTMs, forward and backward, besides the order of the gates: wrong functions, and a sentence each.

Mostly they are the oracle with other inputs, or with its result spoilt. Where that will not do, `_cell`, `_cell_back`,
`_walk` and `_walk_back` are right functions with the steps to change as arguments.
"""

import numpy as np

from grader.diagnose import misconception
from reference import lstm as right


def _floats(a):
    return np.array(a, dtype=float)


def _zeros(a):
    return np.zeros(np.shape(a))


def _in_dtype_of(a, result):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return result.astype(np.asarray(a).dtype)


def _written_into(a, result):
    """The result of a function that works in the array that it was given."""
    if isinstance(a, np.ndarray) and not a.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


def _sigmoid(a):
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def _hard_sigmoid(a):
    return np.clip(0.2 * a + 0.5, 0.0, 1.0)


def _itself(a):
    return a


def _new_cell(i, f, g, c):
    return f * c + i * g


def _new_state(o, c):
    return o * np.tanh(c)


def _sums(x, h, Wx, Wh, b):
    """The four blocks of the sum, i, f, g, o."""
    return np.split(_floats(x) @ _floats(Wx) + _floats(h) @ _floats(Wh) + _floats(b), 4, axis=1)


def _cell(args, *, gate=_sigmoid, out_gate=None, candidate=np.tanh, cell=_new_cell, state=_new_state):
    """One step, with other squashing functions, another cell or another state."""
    x, h, c, Wx, Wh, b = args
    a_i, a_f, a_g, a_o = _sums(x, h, Wx, Wh, b)
    c = cell(gate(a_i), gate(a_f), candidate(a_g), _floats(c))
    return state((out_gate or gate)(a_o), c), c


# lstm_step -----------------------------------------------------------------------------------------------------------


@misconception("lstm_step", "Your state is o · c'; tanh of the new cell is missing.")
def cell_not_squashed(*args):
    return _cell(args, state=lambda o, c: o * c)


@misconception("lstm_step", "You hand on tanh(c') as the cell; the cell itself has no tanh, or its memory fades.")
def cell_handed_on_squashed(*args):
    h, c = right.lstm_step(*args)
    return h, np.tanh(c)


@misconception(
    "lstm_step", "Your candidate goes through a sigmoid, as in the book's text; here, as in libraries, through tanh."
)
def sigmoid_candidate(*args):
    return _cell(args, candidate=_sigmoid)


@misconception("lstm_step", "Your candidate is the sum as it is; tanh is missing.")
def candidate_not_squashed(*args):
    return _cell(args, candidate=_itself)


@misconception("lstm_step", "Your gates go through tanh, and can be negative; a gate lies between 0 and 1: sigmoid.")
def tanh_gates(*args):
    return _cell(args, gate=np.tanh)


@misconception(
    "lstm_step",
    "You take tanh for the gates and the sigmoid for the candidate: it is the other way round. A gate lies between 0 "
    "and 1; what is written may be negative.",
)
def squashing_exchanged(*args):
    return _cell(args, gate=np.tanh, candidate=_sigmoid)


@misconception("lstm_step", "Your output gate goes through tanh; it is a gate like the others: sigmoid.")
def tanh_output_gate(*args):
    return _cell(args, out_gate=np.tanh)


@misconception("lstm_step", "Your sigmoid is a broken line, clip(0.2 a + 0.5, 0, 1); it is 1 / (1 + e^−a).")
def hard_gates(*args):
    return _cell(args, gate=_hard_sigmoid)


@misconception("lstm_step", "You use 1 − f where the input gate i is asked for.")
def coupled_by_forget_gate(*args):
    return _cell(args, cell=lambda i, f, g, c: f * c + (1 - f) * g)


@misconception("lstm_step", "You use 1 − i where the forget gate f is asked for.")
def coupled_by_input_gate(*args):
    return _cell(args, cell=lambda i, f, g, c: (1 - i) * c + i * g)


@misconception("lstm_step", "You forget by 1 − f: in spite of its name the gate says how much is *kept*.")
def forget_gate_upside_down(*args):
    return _cell(args, cell=lambda i, f, g, c: (1 - f) * c + i * g)


@misconception("lstm_step", "The forget gate is missing: the old cell is multiplied by f.")
def nothing_forgotten(*args):
    return _cell(args, cell=lambda i, f, g, c: c + i * g)


@misconception("lstm_step", "The input gate is missing: the candidate is multiplied by i.")
def no_input_gate(*args):
    return _cell(args, cell=lambda i, f, g, c: f * c + g)


@misconception("lstm_step", "The output gate is missing in h'.")
def no_output_gate(*args):
    return _cell(args, state=lambda o, c: np.tanh(c))


@misconception("lstm_step", "You take tanh of the product o · c'; it is o · tanh(c').")
def product_squashed(*args):
    return _cell(args, state=lambda o, c: np.tanh(o * c))


@misconception("lstm_step", "You take h' from the *old* cell; it shows the new one.")
def state_of_old_cell(x, h, c, Wx, Wh, b):
    _, new = right.lstm_step(x, h, c, Wx, Wh, b)
    return _sigmoid(_sums(x, h, Wx, Wh, b)[3]) * np.tanh(_floats(c)), new


@misconception("lstm_step", "Your output gate looks at the new cell (a peephole); it sees x and h alone.")
def output_gate_sees_the_cell(x, h, c, Wx, Wh, b):
    _, new = right.lstm_step(x, h, c, Wx, Wh, b)
    return _sigmoid(_sums(x, h, Wx, Wh, b)[3] + new) * np.tanh(new), new


def _with_bias_of_forget_gate(b, more):
    b = _floats(b)
    H = len(b) // 4
    b[H : 2 * H] += more
    return b


@misconception("lstm_step", "You add 1 to the bias of the forget gate; b is given as it is to be used.")
def forget_bias_added(*args):
    return right.lstm_step(*args[:5], _with_bias_of_forget_gate(args[5], 1.0))


@misconception("lstm_step", "You add the bias twice; torch has two of them, here there is one.")
def lstm_bias_twice(*args):
    return right.lstm_step(*args[:5], 2 * _floats(args[5]))


@misconception(
    "lstm_step",
    "You put x and h side by side in another order than Wx and Wh one above the other, so that each meets rows of the "
    "other's matrix.",
)
def stacked_in_another_order(x, h, c, Wx, Wh, b):
    stacked = np.concatenate([_floats(Wx), _floats(Wh)])
    H = np.shape(h)[1]
    return right.lstm_step(x, h, c, stacked[H:], stacked[:H], b)


@misconception("lstm_step", "The bias is missing.")
def lstm_bias_forgotten(*args):
    return right.lstm_step(*args[:5], _zeros(args[5]))


@misconception("lstm_step", "The old state is not in your sum: h Wh is missing.")
def lstm_state_forgotten(x, h, *args):
    return right.lstm_step(x, _zeros(h), *args)


@misconception("lstm_step", "You add the cell to the gates' sums in the place of the state: it is x Wx + h Wh + b.")
def gates_see_the_cell(x, h, c, *args):
    return _cell((x, c, c, *args))


@misconception(
    "lstm_step", "You deal the columns out unit by unit, (H, 4); they come gate by gate, four blocks of H columns."
)
def gates_interleaved(x, h, c, Wx, Wh, b):
    dealt = [_floats(W).reshape(*np.shape(W)[:-1], -1, 4).swapaxes(-1, -2).reshape(np.shape(W)) for W in (Wx, Wh, b)]
    return right.lstm_step(x, h, c, *dealt)


@misconception("lstm_step", "You return (c', h'); the order asked for is (h', c').")
def cell_first(*args):
    return right.lstm_step(*args)[::-1]


@misconception("lstm_step", "You return the state alone; the cell is asked for too.")
def cell_not_returned(*args):
    return right.lstm_step(*args)[0]


@misconception("lstm_step", "Your results take over the dtype of c: with whole numbers the fractions are cut off.")
def lstm_step_in_cell_dtype(x, h, c, *args):
    return tuple(_in_dtype_of(c, result) for result in right.lstm_step(x, h, c, *args))


@misconception("lstm_step", "You write into an argument (into c?); make a new cell and a new state.")
def cell_overwritten(x, h, c, *args):
    return _written_into(c, right.lstm_step(x, h, c, *args))


# lstm_step_backward --------------------------------------------------------------------------------------------------


def _slope_of_gate(s):
    return s * (1 - s)


def _slope_of_tanh(g):
    return 1 - g**2


def _cell_back(
    args,
    *,
    total=lambda dc, dh, o, new: dc + dh * o * _slope_of_tanh(np.tanh(new)),
    slope=_slope_of_gate,
    slope_g=_slope_of_tanh,
    of_forget_gate=lambda c, new: c,
    shown=np.tanh,
    back_to_cell=lambda total, dc, f: total * f,
    side_by_side=(0, 1, 2, 3),
):
    """The gradients of one step, with other derivatives, another gradient at the cell or a gate, or another packing."""
    dh, dc, x, h, c, Wx, Wh, b = (_floats(a) for a in args)
    a_i, a_f, a_g, a_o = _sums(x, h, Wx, Wh, b)
    i, f, g, o = _sigmoid(a_i), _sigmoid(a_f), np.tanh(a_g), _sigmoid(a_o)
    new = f * c + i * g
    at_cell = total(dc, dh, o, new)
    di, df, dg, do = at_cell * g, at_cell * of_forget_gate(c, new), at_cell * i, dh * shown(new)
    parts = di * slope(i), df * slope(f), dg * slope_g(g), do * slope(o)
    da = np.concatenate([parts[place] for place in side_by_side], axis=1)
    return da @ Wx.T, da @ Wh.T, back_to_cell(at_cell, dc, f), x.T @ da, h.T @ da, da.sum(axis=0)


@misconception(
    "lstm_step_backward",
    "The gradient that reaches c' by way of h' is missing: c' goes two ways, and dc is only one of them.",
)
def state_path_missing(*args):
    return _cell_back(args, total=lambda dc, dh, o, new: dc)


@misconception("lstm_step_backward", "You never use dc, what later steps want of c'; it is added to what comes by h'.")
def cell_path_missing(dh, dc, *args):
    return right.lstm_step_backward(dh, _zeros(dc), *args)


@misconception("lstm_step_backward", "Your derivative of tanh(c') is 1 − c'²; it is 1 − tanh²(c').")
def slope_of_unsquashed_cell(*args):
    return _cell_back(args, total=lambda dc, dh, o, new: dc + dh * o * (1 - new**2))


@misconception(
    "lstm_step_backward",
    "You take tanh of the *old* cell going back through h' = o · tanh(c'); c' is the new one.",
)
def old_cell_shown(*args):
    old = np.tanh(_floats(args[4]))
    return _cell_back(args, total=lambda dc, dh, o, new: dc + dh * o * _slope_of_tanh(old), shown=lambda new: old)


@misconception(
    "lstm_step_backward",
    "You put the parts of da side by side in the order i, f, o, g; those of Wx, Wh and b stand as i, f, g, o.",
)
def parts_in_another_order(*args):
    return _cell_back(args, side_by_side=(0, 1, 3, 2))


@misconception("lstm_step_backward", "From h' to c' you go without the derivative of tanh, 1 − tanh²(c').")
def cell_tanh_not_differentiated(*args):
    return _cell_back(args, total=lambda dc, dh, o, new: dc + dh * o)


@misconception("lstm_step_backward", "From h' to c' the factor o is missing: h' = o · tanh(c').")
def output_gate_not_passed(*args):
    return _cell_back(args, total=lambda dc, dh, o, new: dc + dh * _slope_of_tanh(np.tanh(new)))


@misconception(
    "lstm_step_backward", "Your dc_prev is f times dc alone; what c' gets by way of h' goes back through f as well."
)
def cell_given_back_without_state_path(*args):
    return _cell_back(args, back_to_cell=lambda total, dc, f: dc * f)


@misconception(
    "lstm_step_backward", "Your dc_prev lacks the forget gate: c' = f · c + …, so its gradient goes times f."
)
def cell_given_back_ungated(*args):
    return _cell_back(args, back_to_cell=lambda total, dc, f: total)


@misconception("lstm_step_backward", "The forget gate multiplied the *old* cell; you use the new one for its gradient.")
def forget_gate_of_new_cell(*args):
    return _cell_back(args, of_forget_gate=lambda c, new: new)


@misconception("lstm_step_backward", "The output gate multiplied tanh(c'); you use c' for its gradient.")
def output_gate_of_unsquashed_cell(*args):
    return _cell_back(args, shown=_itself)


@misconception("lstm_step_backward", "The derivatives of the sigmoids are missing: s (1 − s) for the gates i, f and o.")
def gates_not_differentiated(*args):
    return _cell_back(args, slope=np.ones_like)


@misconception("lstm_step_backward", "The derivative of the candidate's tanh is missing: 1 − g².")
def candidate_not_differentiated(*args):
    return _cell_back(args, slope_g=np.ones_like)


@misconception("lstm_step_backward", "No derivative of a gate or of the candidate is in your gradients.")
def nothing_differentiated(*args):
    return _cell_back(args, slope=np.ones_like, slope_g=np.ones_like)


@misconception("lstm_step_backward", "You treat the candidate like a gate, g (1 − g); it went through tanh: 1 − g².")
def candidate_differentiated_as_gate(*args):
    return _cell_back(args, slope_g=_slope_of_gate)


@misconception("lstm_step_backward", "You treat the gates like the candidate, 1 − s²; the sigmoid's is s (1 − s).")
def gates_differentiated_as_candidate(*args):
    return _cell_back(args, slope=_slope_of_tanh)


@misconception("lstm_step_backward", "You take the sigmoid twice: with s = σ(a), its derivative at a is s (1 − s).")
def gates_differentiated_at_output(*args):
    return _cell_back(args, slope=lambda s: _slope_of_gate(_sigmoid(s)))


@misconception(
    "lstm_step_backward", "You divide by the number of examples; whatever is a mean is in dh and dc already."
)
def step_averaged(*args):
    *data, dWx, dWh, db = right.lstm_step_backward(*args)
    N = len(data[0])
    return *data, dWx / N, dWh / N, db / N


@misconception("lstm_step_backward", "Your db is a mean over the examples; a gradient of what is shared is a sum.")
def step_bias_averaged(*args):
    *grads, db = right.lstm_step_backward(*args)
    return *grads, db / len(grads[0])


@misconception("lstm_step_backward", "For dWh you use the *new* state; what Wh was multiplied by is h_prev.")
def weights_of_new_state(dh, dc, x, h_prev, c_prev, Wx, Wh, b):
    *grads, _, db = right.lstm_step_backward(dh, dc, x, h_prev, c_prev, Wx, Wh, b)
    h, _ = right.lstm_step(x, h_prev, c_prev, Wx, Wh, b)
    both, weights = np.hstack([_floats(x), h]), np.vstack([_floats(Wx), _zeros(Wh)])
    dWh = right.lstm_step_backward(dh, dc, both, h_prev, c_prev, weights, Wh, b)[3][len(Wx) :]
    return *grads, dWh, db


@misconception("lstm_step_backward", "You add dh to dh_prev; the old state is reached through the gates alone.")
def state_passed_through(dh, *args):
    dx, dh_prev, *grads = right.lstm_step_backward(dh, *args)
    return dx, dh_prev + _floats(dh), *grads


@misconception("lstm_step_backward", "You add 1 to the bias of the forget gate; b is given as it is to be used.")
def step_gradients_with_forget_bias(*args):
    return right.lstm_step_backward(*args[:7], _with_bias_of_forget_gate(args[7], 1.0))


@misconception("lstm_step_backward", "The bias is missing where you compute the gates anew.")
def step_gradients_without_bias(*args):
    return right.lstm_step_backward(*args[:7], _zeros(args[7]))


@misconception("lstm_step_backward", "The old state is missing where you compute the gates anew.")
def gates_without_state(dh, dc, x, h_prev, *args):
    *grads, _, db = right.lstm_step_backward(dh, dc, x, _zeros(h_prev), *args)
    return *grads, _floats(h_prev).T @ _da_of(dh, dc, x, _zeros(h_prev), *args), db


def _da_of(dh, dc, x, h_prev, c_prev, Wx, Wh, b):
    """The gradient at the sums: that at an input which is added to them as it is."""
    units = np.hstack([_floats(x), np.zeros((len(x), len(b)))])
    weights = np.vstack([_floats(Wx), np.eye(len(b))])
    return right.lstm_step_backward(dh, dc, units, h_prev, c_prev, weights, Wh, b)[0][:, np.shape(x)[1] :]


@misconception("lstm_step_backward", "Your db still has one row per example; it is their sum.")
def step_bias_per_example(*args):
    *grads, _ = right.lstm_step_backward(*args)
    return *grads, _da_of(*args)


@misconception("lstm_step_backward", "Your dx takes over the dtype of x: with whole numbers the fractions are cut off.")
def step_gradient_in_input_dtype(dh, dc, x, *args):
    dx, *grads = right.lstm_step_backward(dh, dc, x, *args)
    return _in_dtype_of(x, dx), *grads


@misconception("lstm_step_backward", "You write into an argument (into dc?); they belong to the caller.")
def step_upstream_overwritten(dh, dc, *args):
    return _written_into(dc, right.lstm_step_backward(dh, dc, *args))


# lstm_forward --------------------------------------------------------------------------------------------------------


def _walk(X, h, c, step, weights, *, again_h=False, again_c=False):
    """The states of step after step, each from the start again in its state, or in its cell; and the last cell."""
    X, h0, c0 = _floats(X), _floats(h), _floats(c)
    h, c, states = h0, c0, []
    for t in range(X.shape[1]):
        h, c = step(X[:, t], h0 if again_h else h, c0 if again_c else c, *weights)
        states.append(h)
    return np.stack(states, axis=1), c


@misconception(
    "lstm_forward", "Every step of yours starts from the cell c0 again; it should go on from the one before."
)
def cell_not_carried(X, h0, c0, *weights):
    return _walk(X, h0, c0, right.lstm_step, weights, again_c=True)


@misconception(
    "lstm_forward", "Every step of yours starts from the state h0 again; it should go on from the one before."
)
def state_not_carried(X, h0, c0, *weights):
    return _walk(X, h0, c0, right.lstm_step, weights, again_h=True)


@misconception("lstm_forward", "Every step of yours starts from h0 and c0 again; it should go on from the step before.")
def neither_carried(X, h0, c0, *weights):
    return _walk(X, h0, c0, right.lstm_step, weights, again_h=True, again_c=True)


@misconception("lstm_forward", "You start from state and cell 0; h0 and c0 are given.")
def lstm_from_zeros(X, h0, c0, *weights):
    return right.lstm_forward(X, _zeros(h0), _zeros(c0), *weights)


@misconception("lstm_forward", "You start from a cell of 0; c0 is given.")
def lstm_from_zero_cell(X, h0, c0, *weights):
    return right.lstm_forward(X, h0, _zeros(c0), *weights)


@misconception("lstm_forward", "You have h0 and c0, or state and cell, the wrong way round.")
def start_exchanged(X, h0, c0, *weights):
    return right.lstm_forward(X, c0, h0, *weights)


@misconception("lstm_forward", "You hand tanh(c) from step to step as the cell; the cell itself has no tanh.")
def squashed_cell_carried(X, h0, c0, *weights):
    return _walk(X, h0, c0, cell_handed_on_squashed, weights)


@misconception("lstm_forward", "Your states are o · c; tanh of the cell is missing.")
def states_not_squashed(X, h0, c0, *weights):
    return _walk(X, h0, c0, cell_not_squashed, weights)


@misconception("lstm_forward", "Your candidate goes through a sigmoid; here it goes through tanh.")
def states_with_sigmoid_candidate(X, h0, c0, *weights):
    return _walk(X, h0, c0, sigmoid_candidate, weights)


@misconception("lstm_forward", "You add 1 to the bias of the forget gate; b is given as it is to be used.")
def states_with_forget_bias(*args):
    return right.lstm_forward(*args[:5], _with_bias_of_forget_gate(args[5], 1.0))


@misconception("lstm_forward", "The bias is missing.")
def lstm_states_without_bias(*args):
    return right.lstm_forward(*args[:5], _zeros(args[5]))


@misconception("lstm_forward", "You return the last *state* as the second result; the last cell is asked for.")
def last_state_for_cell(*args):
    H, _ = right.lstm_forward(*args)
    return H, H[:, -1]


@misconception("lstm_forward", "You return the cells of all steps; only the last one is asked for.")
def all_cells(X, h0, c0, *weights):
    H, _ = right.lstm_forward(X, h0, c0, *weights)
    X = _floats(X)
    cells = [right.lstm_forward(X[:, : t + 1], h0, c0, *weights)[1] for t in range(X.shape[1])]
    return H, np.stack(cells, axis=1)


@misconception("lstm_forward", "You return the last state only; all T of them are asked for, and the last cell.")
def last_state_of_lstm(*args):
    H, c = right.lstm_forward(*args)
    return H[:, -1], c


@misconception("lstm_forward", "You return the states alone; the last cell is asked for too.")
def last_cell_not_returned(*args):
    return right.lstm_forward(*args)[0]


@misconception("lstm_forward", "You return (H, (h_T, c_T)), as torch does; here it is (H, c_T).")
def torchs_results(*args):
    H, c = right.lstm_forward(*args)
    return H, (H[:, -1], c)


@misconception("lstm_forward", "Time comes first in your states; they are asked for as (N, T, H), batch first.")
def lstm_time_first(*args):
    H, c = right.lstm_forward(*args)
    return H.swapaxes(0, 1), c


@misconception(
    "lstm_forward", "You stack the states time first and *reshape* them to (N, T, H), which mixes examples and steps."
)
def lstm_reshaped_for_transposed(*args):
    H, c = right.lstm_forward(*args)
    return H.swapaxes(0, 1).reshape(H.shape), c


@misconception("lstm_forward", "You return h0 as the first of the states; they begin with h_1.")
def start_among_lstm_states(X, h0, *args):
    H, c = right.lstm_forward(X, h0, *args)
    return np.concatenate([_floats(h0)[:, None], H], axis=1), c


@misconception("lstm_forward", "You read from the last step to the first.")
def lstm_read_backwards(X, *args):
    return right.lstm_forward(_floats(X)[:, ::-1], *args)


@misconception("lstm_forward", "All states of yours are the last one: the same array was kept T times, and changed.")
def same_lstm_state_kept(*args):
    H, c = right.lstm_forward(*args)
    return np.repeat(H[:, -1:], H.shape[1], axis=1), c


@misconception("lstm_forward", "Your states take over the dtype of X: with whole numbers the fractions are cut off.")
def lstm_states_in_input_dtype(X, *args):
    H, c = right.lstm_forward(X, *args)
    return _in_dtype_of(X, H), c


@misconception("lstm_forward", "You write into an argument (into c0?); make a new cell at each step.")
def first_cell_overwritten(X, h0, c0, *args):
    return _written_into(c0, right.lstm_forward(X, h0, c0, *args))


# lstm_backward -------------------------------------------------------------------------------------------------------


def _walk_back(
    args,
    *,
    step=right.lstm_step_backward,
    direct=lambda dH, t: dH[:, t],
    keep_h=1.0,
    keep_c=1.0,
    every_cell=0.0,
    steps=reversed,
    before=lambda states, t: states[t],
):
    """The gradients, with another step back, other loss at a state, or less that is carried from step to step.

    `every_cell` is the share of dcT that every earlier step gets as well; `before` gives what a step started from.
    """
    dH, dcT, X, h0, c0, *weights = (_floats(a) for a in args)
    T = X.shape[1]
    states = [(h0, c0)]
    for t in range(T):
        states.append(right.lstm_step(X[:, t], *states[t], *weights))
    dX, dh, dc, shared = np.zeros(X.shape), np.zeros(h0.shape), dcT, []
    for t in steps(range(T)):
        dX[:, t], dh, dc, *grads = step(direct(dH, t) + dh, dc, X[:, t], *before(states, t), *weights)
        shared.append(grads)
        dh, dc = keep_h * dh, keep_c * dc + every_cell * dcT * (t > 0)
    return dX, dh, dc, *(sum(grads[1:], grads[0]) for grads in zip(*shared, strict=True))


@misconception(
    "lstm_backward",
    "The gradient of the cell is not carried from step to step. This path is what an LSTM is for.",
)
def cell_gradient_not_carried(*args):
    dX, dh0, _, *grads = _walk_back(args, keep_c=0.0)
    return dX, dh0, _last_given_back(args, keep_c=0.0)[2], *grads


@misconception(
    "lstm_backward",
    "You compute the gates of each step anew from the state and cell *after* it; the step started from those before.",
)
def gates_from_after_the_step(*args):
    return _walk_back(args, before=lambda states, t: states[t + 1])


@misconception(
    "lstm_backward", "The gradient of the state is not carried from step to step; h goes into the next gates."
)
def state_gradient_not_carried(*args):
    dX, _, dc0, *grads = _walk_back(args, keep_h=0.0)
    return dX, _last_given_back(args, keep_h=0.0)[1], dc0, *grads


@misconception("lstm_backward", "Nothing is carried from step to step: each state is used by the next step, too.")
def no_gradient_carried(*args):
    *_, dWx, dWh, db = given = _walk_back(args, keep_h=0.0, keep_c=0.0)
    first = _last_given_back(args, keep_h=0.0, keep_c=0.0)
    return given[0], first[1], first[2], dWx, dWh, db


def _last_given_back(args, *, keep_h=1.0, keep_c=1.0):
    """What the first step gives back, where less is carried down to it."""
    dH, dcT, X, h0, c0, *weights = (_floats(a) for a in args)
    carried_h, carried_c = np.zeros(h0.shape), dcT
    if X.shape[1] > 1:
        h, c = right.lstm_step(X[:, 0], h0, c0, *weights)
        later = _walk_back((dH[:, 1:], dcT, X[:, 1:], h, c, *weights), keep_h=keep_h, keep_c=keep_c)
        carried_h, carried_c = later[1], later[2]
    return right.lstm_step_backward(dH[:, 0] + carried_h, carried_c, X[:, 0], h0, c0, *weights)


@misconception("lstm_backward", "You never use dcT, what the loss wants of the last cell.")
def last_cell_ignored(dH, dcT, *args):
    return right.lstm_backward(dH, _zeros(dcT), *args)


@misconception("lstm_backward", "You add dcT at every step; it is the gradient at the *last* cell only.")
def last_cell_at_every_step(*args):
    return _walk_back(args, every_cell=1.0)


@misconception(
    "lstm_backward",
    "Below the last step you use only what the next step gives back; dH is to be added at every step.",
)
def only_the_last_states_loss(*args):
    last = np.shape(args[0])[1] - 1
    return _walk_back(args, direct=lambda dH, t: dH[:, t] * (t == last))


@misconception("lstm_backward", "You walk from the first step to the last; gradients come from later steps.")
def lstm_walked_forwards(*args):
    return _walk_back(args, steps=iter)


@misconception(
    "lstm_backward",
    "Each of your steps starts from h0 and c0 where the gates are computed anew; it started from the step before.",
)
def gates_always_from_the_start(*args):
    return _walk_back(args, before=lambda states, t: states[0])


@misconception("lstm_backward", "Each of your steps starts from the cell c0 where the gates are computed anew.")
def cells_always_from_the_start(*args):
    return _walk_back(args, before=lambda states, t: (states[t][0], states[0][1]))


@misconception("lstm_backward", "The states start from 0 in your computation; h0 and c0 are given.")
def lstm_gradients_from_zeros(dH, dcT, X, h0, c0, *weights):
    return right.lstm_backward(dH, dcT, X, _zeros(h0), _zeros(c0), *weights)


@misconception(
    "lstm_backward",
    "The gradients of the weights are those of the first step alone: each step adds its share, it does not replace.",
)
def lstm_gradients_overwritten(*args):
    dX, dh0, dc0, *_ = right.lstm_backward(*args)
    return dX, dh0, dc0, *_last_given_back(args)[3:]


@misconception("lstm_backward", "You divide by the number of examples; whatever is a mean is in dH and dcT already.")
def lstm_averaged_over_examples(*args):
    *data, dWx, dWh, db = right.lstm_backward(*args)
    N = len(data[0])
    return *data, dWx / N, dWh / N, db / N


@misconception("lstm_backward", "You divide by the number of steps; gradients of shared weights add up over time.")
def lstm_averaged_over_time(*args):
    *data, dWx, dWh, db = right.lstm_backward(*args)
    T = data[0].shape[1]
    return *data, dWx / T, dWh / T, db / T


@misconception("lstm_backward", "dh0 and dc0 are 0 in your result; the first step used h0 and c0 like any others.")
def no_gradients_at_start(*args):
    dX, dh0, dc0, *grads = right.lstm_backward(*args)
    return dX, _zeros(dh0), _zeros(dc0), *grads


@misconception("lstm_backward", "You return dc0 before dh0; the order asked for is (dX, dh0, dc0, dWx, dWh, db).")
def start_gradients_exchanged(*args):
    dX, dh0, dc0, *grads = right.lstm_backward(*args)
    return dX, dc0, dh0, *grads


@misconception("lstm_backward", "The gradient that reaches each cell by way of its own state is missing.")
def lstm_state_path_missing(*args):
    return _walk_back(args, step=state_path_missing)


@misconception("lstm_backward", "The derivatives of the sigmoids are missing: s (1 − s) for the gates i, f and o.")
def lstm_gates_not_differentiated(*args):
    return _walk_back(args, step=gates_not_differentiated)


@misconception("lstm_backward", "From each state to its cell you go without the derivative of tanh, 1 − tanh²(c).")
def lstm_cell_tanh_not_differentiated(*args):
    return _walk_back(args, step=cell_tanh_not_differentiated)


@misconception("lstm_backward", "The forget gate multiplied the *old* cell; you use the new one for its gradient.")
def lstm_forget_gate_of_new_cell(*args):
    return _walk_back(args, step=forget_gate_of_new_cell)


@misconception("lstm_backward", "Your gradient of the cell goes back without the forget gate.")
def lstm_cell_given_back_ungated(*args):
    return _walk_back(args, step=cell_given_back_ungated)


@misconception("lstm_backward", "You add 1 to the bias of the forget gate; b is given as it is to be used.")
def lstm_gradients_with_forget_bias(*args):
    return right.lstm_backward(*args[:7], _with_bias_of_forget_gate(args[7], 1.0))


@misconception("lstm_backward", "Your dX takes over the dtype of X: with whole numbers the fractions are cut off.")
def lstm_gradient_in_input_dtype(dH, dcT, X, *args):
    dX, *grads = right.lstm_backward(dH, dcT, X, *args)
    return _in_dtype_of(X, dX), *grads


@misconception("lstm_backward", "You write into an argument (what is carried into dH?); they belong to the caller.")
def lstm_upstream_overwritten(dH, *args):
    return _written_into(dH, right.lstm_backward(dH, *args))
