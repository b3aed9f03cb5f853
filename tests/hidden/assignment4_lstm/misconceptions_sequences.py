# ruff: noqa: PLR0917 - the exercises take as many arguments as they need
"""What goes wrong with two directions, encoder and decoder, and training: wrong functions, and a sentence for each.

Mostly they are the oracle with other inputs, or with its result spoilt. Where that will not do, `_both`, `_decoded` and
`_train` are right functions whose steps are arguments.
"""

import numpy as np

from grader.diagnose import misconception
from reference import lstm as right


def _floats(a):
    return np.array(a, dtype=float)


def _in_dtype_of(a, result):
    """The result as it comes out of a buffer with the dtype of `a`."""
    return result.astype(np.asarray(a).dtype)


def _written_into(a, result):
    """The result of a function that works in the array that it was given."""
    if isinstance(a, np.ndarray) and not a.flags.writeable:
        raise ValueError("assignment destination is read-only")
    return result


# birnn_forward -------------------------------------------------------------------------------------------------------


def _steps(X):
    return np.arange(np.shape(X)[1])


def _real(X, lengths):
    """Which steps are no padding, (N, T, 1)."""
    return (_steps(X) < np.asarray(lengths)[:, None])[:, :, None]


def _turned(X, lengths):
    """The real steps of each row in reverse order; padding stays where it is."""
    X = _floats(X)
    return np.array([np.concatenate([x[:n][::-1], x[n:]]) for x, n in zip(X, lengths, strict=True)])


def _read(X, weights, start=None):
    h0 = np.zeros((len(X), len(weights[1]))) if start is None else start
    return right.rnn_forward(X, h0, *weights)


def _both(X, lengths, fw, bw, backward):
    """The forward half as it should be, beside another backward half; padding is 0."""
    return np.concatenate([_read(X, fw), backward], axis=2) * _real(X, lengths)


def _halves(X, lengths, fw, bw):
    return np.split(right.birnn_forward(X, lengths, fw, bw), 2, axis=2)


@misconception(
    "birnn_forward",
    "Your second network begins at the end of the *padding*; it is to begin at the last real step of each row.",
)
def padding_turned_too(X, lengths, fw, bw):
    return _both(X, lengths, fw, bw, _read(_floats(X)[:, ::-1], bw)[:, ::-1])


@misconception(
    "birnn_forward",
    "The states of your second network stand in the order in which it read; each belongs to the step it has just read.",
)
def not_turned_back(X, lengths, fw, bw):
    return _both(X, lengths, fw, bw, _read(_turned(X, lengths), bw))


@misconception(
    "birnn_forward",
    "Your second network begins at the end of the padding, and its states are not put back in the order of the steps.",
)
def padding_turned_and_not_back(X, lengths, fw, bw):
    return _both(X, lengths, fw, bw, _read(_floats(X)[:, ::-1], bw))


@misconception(
    "birnn_forward", "Both networks of yours read from the first step to the last; the second goes backwards."
)
def both_forwards(X, lengths, fw, bw):
    return _both(X, lengths, fw, bw, _read(X, bw))


@misconception("birnn_forward", "You add the states of both networks; they stand side by side, (N, T, 2H).")
def directions_added(X, lengths, fw, bw):
    return sum(_halves(X, lengths, fw, bw))


@misconception("birnn_forward", "You average the states of both networks; they stand side by side, (N, T, 2H).")
def directions_averaged(X, lengths, fw, bw):
    return sum(_halves(X, lengths, fw, bw)) / 2


@misconception("birnn_forward", "You use the weights of `fw` in both directions; the second network has its own, `bw`.")
def same_weights_both_ways(X, lengths, fw, bw):
    return right.birnn_forward(X, lengths, fw, fw)


@misconception("birnn_forward", "The states of `bw` stand first in your result; those of `fw` come first.")
def backward_half_first(X, lengths, fw, bw):
    return np.concatenate(_halves(X, lengths, fw, bw)[::-1], axis=2)


@misconception("birnn_forward", "You have `fw` and `bw` the wrong way round.")
def directions_exchanged(X, lengths, fw, bw):
    return right.birnn_forward(X, lengths, bw, fw)


@misconception(
    "birnn_forward", "The two halves are interleaved in your result; first come all H of `fw`, then those of `bw`."
)
def halves_interleaved(X, lengths, fw, bw):
    forward, backward = _halves(X, lengths, fw, bw)
    return np.stack([forward, backward], axis=3).reshape(*forward.shape[:2], -1)


@misconception("birnn_forward", "The two halves follow each other in time; they stand side by side, (N, T, 2H).")
def halves_after_each_other(X, lengths, fw, bw):
    return np.concatenate(_halves(X, lengths, fw, bw), axis=1)


@misconception("birnn_forward", "Your padded steps are not 0: the first network goes on reading.")
def forward_half_not_masked(X, lengths, fw, bw):
    _, backward = _halves(X, lengths, fw, bw)
    return np.concatenate([_read(X, fw), backward], axis=2)


@misconception("birnn_forward", "You never use `lengths`: padding is read like words, and its steps are not 0.")
def lengths_ignored(X, lengths, fw, bw):
    return np.concatenate([_read(X, fw), _read(_floats(X)[:, ::-1], bw)[:, ::-1]], axis=2)


@misconception("birnn_forward", "Your second network begins one step too late, with the first step of padding.")
def one_step_of_padding_read(X, lengths, fw, bw):
    longer = np.minimum(np.asarray(lengths) + 1, np.shape(X)[1])
    return right.birnn_forward(X, longer, fw, bw) * _real(X, lengths)


@misconception("birnn_forward", "Your second network leaves out the last real step: it is t = lengths[n] − 1.")
def last_step_left_out(X, lengths, fw, bw):
    shorter = np.maximum(np.asarray(lengths) - 1, 0)
    forward, _ = _halves(X, lengths, fw, bw)
    _, backward = _halves(X, shorter, fw, bw)
    return np.concatenate([forward, backward], axis=2)


@misconception("birnn_forward", "Your rows are treated as if all were as long as the longest one.")
def longest_for_all(X, lengths, fw, bw):
    longest = np.full(len(lengths), np.max(lengths))
    return right.birnn_forward(X, longest, fw, bw)


@misconception(
    "birnn_forward", "Your second network starts from the state in which the first one ended; both start from 0."
)
def goes_on_from_forward_state(X, lengths, fw, bw):
    forward, _ = _halves(X, lengths, fw, bw)
    ends = np.array(
        [states[n - 1] if n else np.zeros(states.shape[1]) for states, n in zip(forward, lengths, strict=True)]
    )
    return _both(X, lengths, fw, bw, _turned(_read(_turned(X, lengths), bw, ends), lengths))


@misconception("birnn_forward", "Only the first network is in your result; the second one's states belong beside it.")
def one_direction_only(X, lengths, fw, bw):
    return _halves(X, lengths, fw, bw)[0]


@misconception("birnn_forward", "Your states take over the dtype of X: with whole numbers the fractions are cut off.")
def directions_in_input_dtype(X, lengths, fw, bw):
    return _in_dtype_of(X, right.birnn_forward(X, lengths, fw, bw))


@misconception("birnn_forward", "You write into an argument (into X?); work on a copy.")
def rows_turned_in_place(X, lengths, fw, bw):
    return _written_into(X, right.birnn_forward(X, lengths, fw, bw))


# encoder_decoder_forward ---------------------------------------------------------------------------------------------


def _encoded(src, enc, lengths=None):
    """State and cell (N, H) of the encoder after lengths[n] steps."""
    src = _floats(src)
    start = np.zeros((1, len(enc[1])))
    rows = [src[n : n + 1, : None if lengths is None else lengths[n]] for n in range(len(src))]
    ends = [right.lstm_forward(row, start, start, *enc) for row in rows]
    return np.array([H[0, -1] if H.size else start[0] for H, _ in ends]), np.array([c[0] for _, c in ends])


def _decoded(tgt_in, h, c, dec, Wout, bout):
    states, _ = right.lstm_forward(tgt_in, h, c, *dec)
    return states @ _floats(Wout) + _floats(bout)


@misconception("encoder_decoder_forward", "Your decoder starts from zeros: what the encoder has read never reaches it.")
def decoder_from_zeros(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    zeros = np.zeros((len(src), len(Wout)))
    return _decoded(tgt_in, zeros, zeros, dec, Wout, bout)


@misconception("encoder_decoder_forward", "Your decoder's cell starts from 0; it gets the encoder's state *and* cell.")
def cell_not_handed_over(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    h, c = _encoded(src, enc, lengths)
    return _decoded(tgt_in, h, 0 * c, dec, Wout, bout)


@misconception("encoder_decoder_forward", "Your decoder's state starts from 0; it gets the encoder's state *and* cell.")
def state_not_handed_over(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    h, c = _encoded(src, enc, lengths)
    return _decoded(tgt_in, 0 * h, c, dec, Wout, bout)


@misconception("encoder_decoder_forward", "You hand over state and cell the wrong way round.")
def handed_over_exchanged(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    h, c = _encoded(src, enc, lengths)
    return _decoded(tgt_in, c, h, dec, Wout, bout)


@misconception("encoder_decoder_forward", "You hand over the state twice; the decoder's cell starts from the cell.")
def state_handed_over_twice(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    h, _ = _encoded(src, enc, lengths)
    return _decoded(tgt_in, h, h, dec, Wout, bout)


@misconception(
    "encoder_decoder_forward",
    "You never use `lengths`: of shorter rows the encoder reads the padding, and hands over what came of that.",
)
def source_padding_read(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    return right.encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout)


@misconception(
    "encoder_decoder_forward",
    "Of shorter rows you take the state after the last real step, but the cell after all steps, padding included.",
)
def cell_from_the_padding(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    return _decoded(tgt_in, _encoded(src, enc, lengths)[0], _encoded(src, enc)[1], dec, Wout, bout)


@misconception("encoder_decoder_forward", "You hand over what came after one step too many, lengths[n] + 1.")
def one_source_step_too_many(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    longer = None if lengths is None else np.minimum(np.asarray(lengths) + 1, np.shape(src)[1])
    return right.encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, longer)


@misconception("encoder_decoder_forward", "You hand over what came after one step too few, lengths[n] − 1.")
def one_source_step_too_few(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    shorter = (np.full(len(src), np.shape(src)[1]) if lengths is None else np.asarray(lengths)) - 1
    return _decoded(tgt_in, *_encoded(src, enc, shorter), dec, Wout, bout)


@misconception(
    "encoder_decoder_forward",
    "You set padding to 0 and read on. An LSTM moves on a 0 too: what counts is state and cell *before* the padding.",
)
def source_padding_zeroed(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    zeroed = _floats(src) if lengths is None else _floats(src) * _real(src, lengths)
    return right.encoder_decoder_forward(zeroed, tgt_in, enc, dec, Wout, bout)


@misconception(
    "encoder_decoder_forward",
    "You set state and cell to 0 at padded steps, so that shorter rows hand over nothing; keep what they were after "
    "the last real step.",
)
def states_zeroed_in_padding(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    h, c = _encoded(src, enc, lengths)
    whole = True if lengths is None else (np.asarray(lengths) == np.shape(src)[1])[:, None]
    return _decoded(tgt_in, h * whole, c * whole, dec, Wout, bout)


@misconception("encoder_decoder_forward", "You read all rows up to the length of the longest one.")
def longest_source_for_all(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    longest = None if lengths is None else np.full(len(lengths), np.max(lengths))
    return right.encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, longest)


@misconception("encoder_decoder_forward", "You take the softmax; logits are asked for.")
def softmax_of_logits(*args, **lengths):
    logits = right.encoder_decoder_forward(*args, **lengths)
    exps = np.exp(logits - logits.max(axis=2, keepdims=True))
    return exps / exps.sum(axis=2, keepdims=True)


@misconception("encoder_decoder_forward", "You take the logarithm of the softmax; logits are asked for.")
def log_softmax_of_logits(*args, **lengths):
    return np.log(softmax_of_logits(*args, **lengths))


@misconception("encoder_decoder_forward", "The bias of the output, bout, is missing.")
def output_bias_forgotten(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    return right.encoder_decoder_forward(src, tgt_in, enc, dec, Wout, np.zeros(len(bout)), lengths)


@misconception("encoder_decoder_forward", "You return the decoder's states; they are still to become logits.")
def states_for_logits(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    H = len(Wout)
    return right.encoder_decoder_forward(src, tgt_in, enc, dec, np.eye(H), np.zeros(H), lengths)


@misconception(
    "encoder_decoder_forward", "You return the logits of the last step only; those of all steps are asked for."
)
def last_logits_only(*args, **lengths):
    return right.encoder_decoder_forward(*args, **lengths)[:, -1]


@misconception("encoder_decoder_forward", "You return the most likely words; logits are asked for.")
def words_for_logits(*args, **lengths):
    return right.encoder_decoder_forward(*args, **lengths).argmax(axis=2)


@misconception("encoder_decoder_forward", "Every step of your decoder starts from the encoder's state and cell again.")
def decoder_always_from_encoder(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    h, c = _encoded(src, enc, lengths)
    tgt_in = _floats(tgt_in)
    steps = [_decoded(tgt_in[:, t : t + 1], h, c, dec, Wout, bout) for t in range(tgt_in.shape[1])]
    return np.concatenate(steps, axis=1)


@misconception("encoder_decoder_forward", "Time comes first in your logits; they are asked for as (N, Tt, V).")
def logits_time_first(*args, **lengths):
    return right.encoder_decoder_forward(*args, **lengths).swapaxes(0, 1)


@misconception("encoder_decoder_forward", "You have `enc` and `dec` the wrong way round.")
def lstms_exchanged(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    if np.shape(enc[0])[0] != np.shape(dec[0])[0]:
        raise ValueError("matmul: Input operand 1 has a mismatch in its core dimension 0")
    return right.encoder_decoder_forward(src, tgt_in, dec, enc, Wout, bout, lengths)


@misconception("encoder_decoder_forward", "You write into an argument (zeros into src?); work on a copy.")
def source_overwritten(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    return _written_into(src, right.encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths))


# teacher_inputs ------------------------------------------------------------------------------------------------------


@misconception(
    "teacher_inputs", "Nothing is shifted: the decoder would see the very word that it is to write, and learn to copy."
)
def not_shifted(tgt, bos):
    return np.array(tgt, dtype=int)


@misconception("teacher_inputs", "You put bos over the first word; it goes before it, and all words move one step.")
def first_word_replaced(tgt, bos):
    inputs = np.array(tgt, dtype=int)
    inputs[:, 0] = bos
    return inputs


@misconception(
    "teacher_inputs", "You keep the last word, so that rows are one step too long: nothing follows after it."
)
def last_word_kept(tgt, bos):
    tgt = np.asarray(tgt)
    return np.concatenate([np.full((len(tgt), 1), bos), tgt], axis=1)


@misconception("teacher_inputs", "bos is missing, and your rows are one step too short.")
def no_bos(tgt, bos):
    return np.array(tgt, dtype=int)[:, :-1]


@misconception(
    "teacher_inputs", "You shift to the left: the decoder would see the word *after* the one it is to write."
)
def shifted_left(tgt, bos):
    tgt = np.asarray(tgt)
    return np.concatenate([tgt[:, 1:], np.full((len(tgt), 1), bos)], axis=1)


@misconception("teacher_inputs", "You return the words from the second on; that is the target, one step later.")
def first_word_dropped(tgt, bos):
    return np.array(tgt, dtype=int)[:, 1:]


@misconception("teacher_inputs", "The last word comes round to the front, as np.roll does; bos belongs there.")
def rolled(tgt, bos):
    return np.roll(np.asarray(tgt), 1, axis=1)


@misconception("teacher_inputs", "You shift from sentence to sentence; words move along time, the second axis.")
def sentences_shifted(tgt, bos):
    tgt = np.asarray(tgt)
    return np.concatenate([np.full((1, tgt.shape[1]), bos), tgt[:-1]])


@misconception("teacher_inputs", "Your rows begin with 0; the word for the beginning is given as bos.")
def zero_for_bos(tgt, bos):
    return right.teacher_inputs(tgt, 0)


@misconception("teacher_inputs", "Your rows begin with 1; the word for the beginning is given as bos.")
def one_for_bos(tgt, bos):
    return right.teacher_inputs(tgt, 1)


@misconception("teacher_inputs", "You shift by two steps: only one bos comes before the words.")
def shifted_twice(tgt, bos):
    return right.teacher_inputs(right.teacher_inputs(tgt, bos), bos)


@misconception("teacher_inputs", "Your words are floats; ints are asked for.")
def words_as_floats(tgt, bos):
    return right.teacher_inputs(tgt, bos).astype(float)


@misconception("teacher_inputs", "You shift in tgt itself; it must stay as it is.")
def target_overwritten(tgt, bos):
    return _written_into(tgt, right.teacher_inputs(tgt, bos))


# train_lstm ----------------------------------------------------------------------------------------------------------


def _clipped(grads, max_norm):
    return dict(zip(grads, right.clip_global_norm(list(grads.values()), max_norm), strict=True))


def _adam(theta, grads, memory, lr):
    """Adam's step, and what it remembers: running averages and the number of steps."""
    m, v, n = memory or (dict.fromkeys(theta, 0.0), dict.fromkeys(theta, 0.0), 0)
    n += 1
    m = {k: 0.9 * m[k] + 0.1 * grads[k] for k in theta}
    v = {k: 0.999 * v[k] + 0.001 * grads[k] ** 2 for k in theta}
    step = {k: m[k] / (1 - 0.9**n) / (np.sqrt(v[k] / (1 - 0.999**n)) + 1e-8) for k in theta}
    return {k: theta[k] - lr * step[k] for k in theta}, (m, v, n)


def _readout(logits, y):
    """The mean loss, and its gradient at the logits."""
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = exps / exps.sum(axis=1, keepdims=True)
    rows = np.arange(len(y)), y
    return float(-np.log(p[rows]).mean()), (p - np.eye(p.shape[1])[y]) / len(y)


def _sigmoid(a):
    return 0.5 + 0.5 * np.tanh(0.5 * a)


def _states(X, h, c, theta):
    """What each step of an LSTM over the whole batch makes: the gates and the candidate, the states around it."""
    steps = []
    for t in range(X.shape[1]):
        a = np.split(X[:, t] @ theta["Wx"] + h @ theta["Wh"] + theta["b"], 4, axis=1)
        i, f, g, o = _sigmoid(a[0]), _sigmoid(a[1]), np.tanh(a[2]), _sigmoid(a[3])
        before, c = c, f * c + i * g
        steps.append((X[:, t], h, before, i, f, g, o, np.tanh(c)))
        h = o * np.tanh(c)
    return steps, h, c


def _weights_gradients(steps, dH, theta):
    """The gradients of Wx, Wh and b, given that at each state."""
    grads, dh, dc = {"Wx": 0.0, "Wh": 0.0, "b": 0.0}, 0.0, 0.0
    for (x, h, before, i, f, g, o, shown), direct in reversed(list(zip(steps, dH, strict=True))):
        dh = direct + dh
        dc = dc + dh * o * (1 - shown**2)
        at_gates = (dc * g * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - g**2), dh * shown * o * (1 - o))
        da = np.concatenate(at_gates, axis=1)
        grads = {"Wx": grads["Wx"] + x.T @ da, "Wh": grads["Wh"] + h.T @ da, "b": grads["b"] + da.sum(axis=0)}
        dh, dc = da @ theta["Wh"].T, dc * f
    return grads


def _network(read, everywhere=False, carried=None):
    """Loss and gradients where the logits come of read(T), a share of each state; `carried` is the state to start from.

    With `everywhere`, the gradient of the last state is put at all states. Faster than the oracle, for long training.
    """

    def gradients(theta, X, y):
        T, zeros = X.shape[1], np.zeros((len(X), len(theta["Wh"])))
        start = [np.broadcast_to(s, zeros.shape) for s in carried] if carried else [zeros, zeros]
        steps, *ends = _states(X, *start, theta)
        H = np.array([o * shown for *_, o, shown in steps])  # (T, N, H)
        seen = np.einsum("tnh,t->nh", H, read(T))
        loss, dlogits = _readout(seen @ theta["Wout"] + theta["bout"], y)
        dH = np.einsum("nh,t->tnh", dlogits @ theta["Wout"].T, np.ones(T) if everywhere else read(T))
        if carried is not None:
            carried[:] = ends
        lstm = _weights_gradients(steps, dH, theta)
        return loss, {**lstm, "Wout": seen.T @ dlogits, "bout": dlogits.sum(axis=0)}

    return gradients


def _last(T):
    return np.eye(T)[-1]


_LAST_STATE = _network(_last)


def _train(
    X,
    y,
    params,
    lr,
    batches,
    max_norm,
    *,
    gradients=_LAST_STATE,
    change=lambda grads, _: grads,
    clip=_clipped,
    step=_adam,
):
    """Training with other gradients, other clipping or another step; `change` gets the size of the batch too."""
    X, y = _floats(X), np.asarray(y)
    theta, memory, losses = {name: _floats(value) for name, value in params.items()}, None, []
    for batch in batches:
        loss, grads = gradients(theta, X[np.asarray(batch)], y[np.asarray(batch)])
        theta, memory = step(theta, clip(change(grads, len(batch)), max_norm), memory, lr)
        losses.append(loss)
    return theta, losses


def _times(grads, factor):
    return {name: grad * factor for name, grad in grads.items()}


def _without(grads, *names):
    return {name: grad * (name not in names) for name, grad in grads.items()}


def _lstm_alone_clipped(grads, max_norm):
    """Clipping that leaves the output layer out."""
    lstm = {name: grad for name, grad in grads.items() if name in ("Wx", "Wh", "b")}
    return {**grads, **_clipped(lstm, max_norm)}


def _sgd(theta, grads, memory, lr):
    return {name: theta[name] - lr * grads[name] for name in theta}, None


@misconception("train_lstm", "The output layer sees the mean of all states; it is to see the last one.")
def mean_state_read(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, gradients=_network(lambda T: np.ones(T) / T))


@misconception("train_lstm", "The output layer sees the sum of all states; it is to see the last one.")
def all_states_added(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, gradients=_network(np.ones))


@misconception(
    "train_lstm",
    "The output layer sees the first state; after the last step the network has seen everything.",
)
def first_state_read(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, gradients=_network(lambda T: np.eye(T)[0]))


@misconception(
    "train_lstm",
    "You put the gradient of the last state at every state; the loss has seen the last one only.",
)
def loss_at_every_state(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, gradients=_network(_last, everywhere=True))


@misconception("train_lstm", "Your batches start from the state in which the batch before ended; each starts from 0.")
def state_carried_between_batches(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, gradients=_network(_last, carried=[np.zeros(1), np.zeros(1)]))


@misconception("train_lstm", "You never clip the gradients.")
def not_clipped(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, clip=lambda grads, _: grads)


@misconception("train_lstm", "You clip each gradient by its own norm; all five are clipped together.")
def clipped_array_by_array(X, y, params, lr, batches, max_norm=5.0):
    return _train(
        X,
        y,
        params,
        lr,
        batches,
        max_norm,
        clip=lambda grads, norm: {k: right.clip_global_norm([g], norm)[0] for k, g in grads.items()},
    )


@misconception("train_lstm", "You cut off each entry at ±max_norm; all gradients are scaled by one factor.")
def entries_clipped(X, y, params, lr, batches, max_norm=5.0):
    return _train(
        X,
        y,
        params,
        lr,
        batches,
        max_norm,
        clip=lambda grads, norm: {k: np.clip(g, -norm, norm) for k, g in grads.items()},
    )


@misconception("train_lstm", "You clip to 5, whatever max_norm is.")
def always_clipped_to_five(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, 5.0)


@misconception(
    "train_lstm",
    "You leave the output layer out of the clipping; the norm is that of all five gradients.",
)
def only_lstm_clipped(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, clip=_lstm_alone_clipped)


@misconception("train_lstm", "You scale small gradients up to max_norm; what is small enough stays as it is.")
def scaled_to_max_norm(X, y, params, lr, batches, max_norm=5.0):
    return _train(
        X,
        y,
        params,
        lr,
        batches,
        max_norm,
        clip=lambda grads, norm: _times(grads, norm / (np.sqrt(sum(np.sum(g**2) for g in grads.values())) or 1.0)),
    )


@misconception("train_lstm", "Your step is plain gradient descent; the one asked for is Adam's.")
def plain_gradient_descent(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, step=_sgd)


@misconception(
    "train_lstm",
    "Adam starts anew at each of your steps; hand the state that it returns to its next step.",
)
def adam_forgets(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, step=lambda theta, grads, _, lr: _adam(theta, grads, None, lr))


@misconception("train_lstm", "You go up the gradient: a step that lowers the loss goes against it.")
def trained_uphill(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, change=lambda grads, _: _times(grads, -1.0))


@misconception("train_lstm", "Your gradients are those of the sum over the batch, while the loss is its mean.")
def not_averaged(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, change=_times)


@misconception(
    "train_lstm",
    "You divide the gradients by the number of examples once more: the mean is already in that of the loss.",
)
def averaged_twice(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, change=lambda grads, n: _times(grads, 1 / n))


@misconception("train_lstm", "The LSTM never changes: only the output layer is trained.")
def only_last_layer_trained(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, change=lambda grads, _: _without(grads, "Wx", "Wh", "b"))


@misconception("train_lstm", "The output layer never changes: Wout and bout are parameters like the others.")
def output_layer_not_trained(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, change=lambda grads, _: _without(grads, "Wout", "bout"))


@misconception("train_lstm", "The biases never change: they are parameters, and are trained like the others.")
def biases_not_trained(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, change=lambda grads, _: _without(grads, "b", "bout"))


@misconception("train_lstm", "Wh never changes: it is a parameter like the others.")
def recurrent_weights_not_trained(X, y, params, lr, batches, max_norm=5.0):
    return _train(X, y, params, lr, batches, max_norm, change=lambda grads, _: _without(grads, "Wh"))


@misconception("train_lstm", "You read the sequences from the last step to the first.")
def rows_read_backwards(X, y, params, lr, batches, max_norm=5.0):
    return right.train_lstm(_floats(X)[:, ::-1], y, params, lr, batches, max_norm)


@misconception("train_lstm", "You record the loss after the step; each batch's loss is the one before its own step.")
def loss_after_the_step(X, y, params, lr, batches, max_norm=5.0):
    theta, _ = _train(X, y, params, lr, batches, max_norm)
    X, y = _floats(X), np.asarray(y)
    thetas = [_train(X, y, params, lr, batches[: k + 1], max_norm)[0] for k in range(len(batches))]
    return theta, [right.lstm_loss_and_grads(w, X[b], y[b])[0] for w, b in zip(thetas, batches, strict=True)]


@misconception("train_lstm", "You record the summed loss of a batch; its mean is asked for.")
def losses_summed(X, y, params, lr, batches, max_norm=5.0):
    theta, losses = right.train_lstm(X, y, params, lr, batches, max_norm)
    return theta, [loss * len(batch) for loss, batch in zip(losses, batches, strict=True)]


@misconception("train_lstm", "You take every step on the first batch; each batch names the examples of its own step.")
def first_batch_only(X, y, params, lr, batches, max_norm=5.0):
    return right.train_lstm(X, y, params, lr, [batches[0]] * len(batches), max_norm)


@misconception("train_lstm", "You train on all examples in each step; each batch names the examples of its own step.")
def batches_ignored(X, y, params, lr, batches, max_norm=5.0):
    return right.train_lstm(X, y, params, lr, [np.arange(len(X))] * len(batches), max_norm)


@misconception("train_lstm", "You return the losses before the parameters; the order asked for is (params, losses).")
def losses_first(X, y, params, lr, batches, max_norm=5.0):
    return right.train_lstm(X, y, params, lr, batches, max_norm)[::-1]


@misconception("train_lstm", "You return the last loss only; one for each batch is asked for.")
def last_loss_only(X, y, params, lr, batches, max_norm=5.0):
    theta, losses = right.train_lstm(X, y, params, lr, batches, max_norm)
    return theta, losses[-1]


@misconception("train_lstm", "You write into the parameters that were handed in; train a copy of them.")
def parameters_overwritten(X, y, params, lr, batches, max_norm=5.0):
    if any(isinstance(value, np.ndarray) and not value.flags.writeable for value in params.values()):
        raise ValueError("output array is read-only")
    return _train(X, y, params, lr, batches, max_norm)
