# ruff: noqa: PLR0917 - the exercises take as many arguments as they need
"""The gates of an LSTM packed in another order than i, f, g, o: each of the 23 wrong orders, for every LSTM function.

Each is the oracle with its weights' columns put into the oracle's order, and gradients put back into the wrong one.
"""

import itertools

import numpy as np

from grader.diagnose import misconception
from reference import lstm as right

RIGHT = "ifgo"
WRONG = ["".join(order) for order in itertools.permutations(RIGHT) if "".join(order) != RIGHT]


def _moved(packed, come, go):
    """The four blocks of columns, which come in one order, in another order."""
    blocks = dict(zip(come, np.split(np.asarray(packed, dtype=float), 4, axis=-1), strict=True))
    return np.concatenate([blocks[gate] for gate in go], axis=-1)


def _taken_for(weights, order):
    """What the oracle must be given, so that it takes the columns for gates in this order."""
    return [_moved(packed, order, RIGHT) for packed in weights]


def _step(order):
    return lambda *args: right.lstm_step(*args[:3], *_taken_for(args[3:], order))


def _forward(order):
    return lambda *args: right.lstm_forward(*args[:3], *_taken_for(args[3:], order))


def _gradients(backward, order):
    def wrong(*args):
        *grads, dWx, dWh, db = backward(*args[:5], *_taken_for(args[5:], order))
        return (*grads, *(_moved(packed, RIGHT, order) for packed in (dWx, dWh, db)))

    return wrong


def _step_backward(order):
    return _gradients(right.lstm_step_backward, order)


def _backward(order):
    return _gradients(right.lstm_backward, order)


def _encoder_decoder(order):
    def wrong(src, tgt_in, enc, dec, Wout, bout, lengths=None):
        enc, dec = _taken_for(enc, order), _taken_for(dec, order)
        return right.encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths)

    return wrong


def _train(order):
    def wrong(X, y, params, lr, batches, max_norm=5.0):
        lstm = ("Wx", "Wh", "b")
        moved = {name: _moved(value, order, RIGHT) if name in lstm else value for name, value in params.items()}
        theta, losses = right.train_lstm(X, y, moved, lr, batches, max_norm)
        return {n: _moved(value, RIGHT, order) if n in lstm else value for n, value in theta.items()}, losses

    return wrong


# The exercise, the start of the misconceptions' names, the wrong function for an order.
_EXERCISES = [
    ("lstm_step", "gates_in_order", _step),
    ("lstm_step_backward", "step_gradients_in_order", _step_backward),
    ("lstm_forward", "states_in_order", _forward),
    ("lstm_backward", "gradients_in_order", _backward),
    ("encoder_decoder_forward", "both_lstms_in_order", _encoder_decoder),
    ("train_lstm", "trained_in_order", _train),
]


def _declared(exercise, start, make, order):
    """The wrong function under its own name, declared as a misconception."""
    wrong = make(order)
    wrong.__name__ = f"{start}_{order}"
    says = f"""You take the columns of Wx, Wh and b for the gates in the order {", ".join(order)}; they come packed as
        i, f, g, o."""
    return misconception(exercise, says)(wrong)


# A module's misconceptions are the functions that its namespace holds.
globals().update(
    {wrong.__name__: wrong for each in _EXERCISES for wrong in (_declared(*each, order) for order in WRONG)}
)
