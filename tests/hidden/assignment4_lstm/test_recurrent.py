"""Hidden tests of assignment 4: plain recurrent networks and the LSTM, forward and backward.

One class per exercise; what holds for all of them stands in `Recurrent`. Each test is one property, named by the first
line of its docstring, which a student reads when it fails.
"""

import functools

import numpy as np
import pytest

from reference import lstm as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}
# N, T, D, H: no two sizes of a case alike.
SIZES = [(3, 4, 2, 5), (2, 3, 5, 4), (4, 5, 3, 2)]
ROOTS = {"rtol": 1e-9, "atol": 1e-12}
LN2, LN3 = np.log(2), np.log(3)


def normal(rng, *shape):
    return rng.standard_normal(shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def weights(rng, D, H, gates=1):
    """Wx (D, gates·H), Wh (H, gates·H) and b (gates·H,)."""
    return normal(rng, D, gates * H), normal(rng, H, gates * H), normal(rng, gates * H)


def by_hand(oracle, *gives):
    """The oracle, which must give the results that were computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        for result, literal in zip(want if isinstance(want, tuple) else (want,), gives, strict=True):
            np.testing.assert_allclose(result, literal, **ROOTS)
        return want

    return checked


def mapped(change, args):
    """The arguments with their arrays changed."""
    return [change(a) if isinstance(a, np.ndarray) else a for a in args]


def but(args, place, value):
    """The arguments with another one at this place, counted from 0."""
    return [*args[:place], value, *args[place + 1 :]]


class Recurrent:
    """What holds for every recurrent function; `inputs` makes the arguments of one, for given sizes."""

    function = ""
    # Places of arguments that are often whole numbers while the others are not: the sequence, and the states.
    sequence, states = 0, (1,)

    @staticmethod
    def inputs(rng, N, T, D, H):
        raise NotImplementedError

    @pytest.fixture
    def remote(self, student):
        return getattr(student, self.function)

    @pytest.fixture
    def oracle(self):
        return getattr(reference, self.function)

    @pytest.fixture
    def check(self, remote, oracle, agree):
        return functools.partial(agree, remote, oracle)

    def test_sizes_all_different(self, check, rng):
        """No two sizes need be alike."""
        for sizes in SIZES:
            check(*self.inputs(rng, *sizes))

    def test_sizes_all_equal(self, check, rng):
        """Where all sizes are equal, each axis still means what it means."""
        for n in (2, 3, 4):
            check(*self.inputs(rng, n, n, n, n))

    def test_smallest_sizes(self, check, rng):
        """One example, one step, one number per step, one unit are enough."""
        for sizes in ((1, 1, 1, 1), (1, 4, 2, 3), (3, 3, 1, 2), (2, 4, 3, 1)):
            check(*self.inputs(rng, *sizes))

    def test_one_step(self, check, rng):
        """A single step is right."""
        for N, D, H in ((3, 2, 4), (2, 5, 3), (4, 3, 2)):
            check(*self.inputs(rng, N, 1, D, H))

    def test_zeros(self, check, rng):
        """Each argument in turn may be 0 everywhere."""
        args = self.inputs(rng, *SIZES[0])
        for k, value in enumerate(args):
            if isinstance(value, np.ndarray):
                check(*but(args, k, np.zeros_like(value)))

    def test_saturated(self, check, rng):
        """Inputs so large that units are fully on or off are right too."""
        for sizes in SIZES:
            args = self.inputs(rng, *sizes)
            check(*but(args, self.sequence, 1000 * args[self.sequence]))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for sizes in SIZES[:2]:
            args = self.inputs(rng, *sizes)
            check(*but(args, self.sequence, rng.integers(-2, 3, args[self.sequence].shape)))
            for k in self.states:
                args = but(args, k, rng.integers(-1, 2, args[k].shape))
            check(*args)
            check(*mapped(lambda a: rng.integers(-1, 2, a.shape), args))
            check(*mapped(np.ndarray.tolist, self.inputs(rng, *sizes)))

    def test_small_unsigned(self, check, rng):
        """Inputs of uint8, as pixels are, do not wrap around."""
        for sizes in SIZES:
            args = self.inputs(rng, *sizes)
            check(*but(args, self.sequence, rng.integers(0, 256, args[self.sequence].shape).astype(np.uint8)))

    def test_float32(self, remote, oracle, agree, rng):
        """Arrays in float32 are as good as others."""
        for sizes in SIZES:
            args = mapped(lambda a: a.astype(np.float32), self.inputs(rng, *sizes))
            agree.within(**FLOAT32)(remote, oracle, *args)

    def test_arguments_unchanged(self, remote, oracle, agree, rng):
        """No argument is written into, and a second call gives the same."""
        for sizes in SIZES:
            agree.pure(remote, oracle, *self.inputs(rng, *sizes))

    def test_random_sizes(self, check, rng):
        """Any sizes work."""
        for _ in range(4):
            N, T, D, H = size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 4)
            check(*self.inputs(rng, N, T, D, H))


@pytest.mark.exercise("rnn_step")
class TestRnnStep(Recurrent):
    function = "rnn_step"

    @staticmethod
    def inputs(rng, N, T, D, H):
        return [normal(rng, N, D), normal(rng, N, H), *weights(rng, D, H)]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """A unit whose sum is ln 2 goes to 0.6."""
        args = floats([2]), floats([1]), floats([LN2]), floats([3]), floats(-3 - LN2)
        agree(student.rnn_step, by_hand(reference.rnn_step, [[0.6]]), *args)


@pytest.mark.exercise("rnn_forward")
class TestRnnForward(Recurrent):
    function = "rnn_forward"

    @staticmethod
    def inputs(rng, N, T, D, H):
        return [normal(rng, N, T, D), normal(rng, N, H), *weights(rng, D, H)]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With all weights 1, the inputs ln 2 and ln 3 − 0.6 lead to the states 0.6 and 0.8."""
        args = floats([[LN2], [LN3 - 0.6]]), floats([0]), floats([1]), floats([1]), floats(0)
        agree(student.rnn_forward, by_hand(reference.rnn_forward, [[[0.6], [0.8]]]), *args)

    def test_long_sequences(self, check, rng):
        """Every step goes on from the state before, with the same weights, however many there are."""
        for N, T, D, H in ((2, 15, 1, 3), (1, 12, 3, 2), (3, 9, 2, 1)):
            check(*self.inputs(rng, N, T, D, H))


@pytest.mark.exercise("rnn_backward")
class TestRnnBackward(Recurrent):
    function = "rnn_backward"
    sequence, states = 1, (2,)

    @staticmethod
    def inputs(rng, N, T, D, H):
        return [normal(rng, N, T, H), normal(rng, N, T, D), normal(rng, N, H), *weights(rng, D, H)]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The first of two states has a gradient of its own, 0.64, and gets 0.36 from the second."""
        args = floats([[LN2], [LN3 - 0.6]]), floats([0]), floats([1]), floats([1]), floats(0)
        gives = [[[0.64], [0.36]]], [[0.64]], [[0.64 * LN2 + 0.36 * (LN3 - 0.6)]], [[0.216]], [1]
        agree(student.rnn_backward, by_hand(reference.rnn_backward, *gives), floats([[0.64], [1]]), *args)

    def test_loss_at_one_step(self, check, rng):
        """A loss at one state alone reaches all steps before it, and none after it."""
        for at, (N, T, D, H) in zip((-1, 0, 2), SIZES, strict=True):
            dH, *args = self.inputs(rng, N, T, D, H)
            dH[:, np.arange(T) != at % T] = 0.0
            check(dH, *args)

    def test_long_sequences(self, check, rng):
        """Gradients are carried over many steps."""
        for N, T, D, H in ((2, 9, 1, 3), (1, 11, 3, 2), (3, 8, 2, 1)):
            check(*self.inputs(rng, N, T, D, H))


@pytest.mark.exercise("skip_rnn_forward")
class TestSkipRnnForward(Recurrent):
    function = "skip_rnn_forward"

    @staticmethod
    def inputs(rng, N, T, D, H):
        delay = size(rng, 1, 5)
        Wx, Wh, b = weights(rng, D, H)
        return [normal(rng, N, T, D), normal(rng, N, H), Wx, Wh, normal(rng, H, H), b, delay]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With a delay of 2 the first state has no skip, the second one from h0, the third one from the first."""
        X, one = floats([[LN2], [0], [LN2 - 0.6]]), floats([1])
        oracle = by_hand(reference.skip_rnn_forward, [[[0.6], [0.8], [0.6]]])
        agree(student.skip_rnn_forward, oracle, X, floats([LN3]), one, floats([0]), one, floats(0), 2)

    @pytest.mark.parametrize("delay", [1, 2, 3])
    def test_delays(self, check, rng, delay):
        """The skip reaches as many steps back as `delay` says."""
        for N, T, D, H in ((2, 5, 3, 4), (3, 6, 1, 2), (1, 7, 2, 3)):
            check(*self.inputs(rng, N, T, D, H)[:-1], delay)

    def test_before_the_first_skip(self, check, rng):
        """For t < delay there is nothing to skip from; for t = delay it is h0."""
        for N, T, D, H in ((2, 4, 3, 5), (3, 3, 1, 2), (1, 5, 2, 3)):
            *args, _ = self.inputs(rng, N, T, D, H)
            for delay in (T, T + 1, T + 4):
                check(*args, delay)


@pytest.mark.exercise("lstm_step")
class TestLstmStep(Recurrent):
    function = "lstm_step"
    states = (1, 2)

    @staticmethod
    def inputs(rng, N, T, D, H):
        return [normal(rng, N, D), normal(rng, N, H), normal(rng, N, H), *weights(rng, D, H, 4)]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With gates ¾, ½, ¼ and a candidate of 0.6 the cell comes to ln 2, and the state to 0.15."""
        x, h, c = floats([1]), floats([0]), floats([2 * LN2 - 0.9])
        Wx, Wh, b = floats([LN3, 0, LN2, -LN3]), np.zeros((1, 4)), np.zeros(4)
        agree(student.lstm_step, by_hand(reference.lstm_step, [[0.15]], [[LN2]]), x, h, c, Wx, Wh, b)

    def test_gates_wide_open_or_shut(self, check, rng):
        """Gates of exactly 0 and 1 erase or keep the cell, and write or show nothing or all."""
        for N, D, H in ((3, 2, 4), (2, 5, 3), (4, 1, 2)):
            *args, b = self.inputs(rng, N, 1, D, H)
            for _ in range(2):
                check(*args, 1000 * np.sign(b) * rng.permutation(np.repeat([0, 1, 1, 1], H)))

    def test_large_cells(self, check, rng):
        """The cell itself has no bounds, only the state has."""
        for N, D, H in ((3, 2, 4), (2, 4, 3), (1, 3, 2)):
            x, h, c, *others = self.inputs(rng, N, 1, D, H)
            check(x, h, 20 * c, *others)


@pytest.mark.exercise("lstm_step_backward")
class TestLstmStepBackward(Recurrent):
    function = "lstm_step_backward"
    sequence, states = 2, (3, 4)

    @staticmethod
    def inputs(rng, N, T, D, H):
        return [normal(rng, N, H), normal(rng, N, H), *TestLstmStep.inputs(rng, N, T, D, H)]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """In the cell of `lstm_step`, the gradient at c' adds up to 1, and half of it goes on to c."""
        x, h, c = floats([1]), floats([0]), floats([2 * LN2 - 0.9])
        Wx, Wh, b = floats([LN3, 0, LN2, -LN3]), np.zeros((1, 4)), np.zeros(4)
        da = floats(0.1125, (2 * LN2 - 0.9) / 4, 0.48, 0.1125)
        oracle = by_hand(reference.lstm_step_backward, [[0.48 * LN2]], [[0]], [[0.5]], [da], np.zeros((1, 4)), da)
        agree(student.lstm_step_backward, oracle, floats([1]), floats([0.84]), x, h, c, Wx, Wh, b)

    def test_only_the_state_matters(self, check, rng):
        """With dc = 0 all gradients come by way of h'."""
        for N, D, H in ((3, 2, 4), (2, 5, 3), (4, 1, 2)):
            check(*but(self.inputs(rng, N, 1, D, H), 1, np.zeros((N, H))))

    def test_only_the_cell_matters(self, check, rng):
        """With dh = 0 all gradients come by way of c'."""
        for N, D, H in ((3, 2, 4), (2, 5, 3), (4, 1, 2)):
            check(*but(self.inputs(rng, N, 1, D, H), 0, np.zeros((N, H))))


@pytest.mark.exercise("lstm_forward")
class TestLstmForward(Recurrent):
    function = "lstm_forward"
    states = (1, 2)

    @staticmethod
    def inputs(rng, N, T, D, H):
        return [normal(rng, N, T, D), normal(rng, N, H), normal(rng, N, H), *weights(rng, D, H, 4)]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With all gates at a half and a candidate of 0.6 the cell goes from 0 to 0.3 and to 0.45."""
        zeros, zero, b = np.zeros((1, 4)), np.zeros((1, 1)), floats(0, 0, LN2, 0)
        gives = [[[np.tanh(0.3) / 2], [np.tanh(0.45) / 2]]], [[0.45]]
        args = np.ones((1, 2, 1)), zero, zero, zeros, zeros, b
        agree(student.lstm_forward, by_hand(reference.lstm_forward, *gives), *args)

    def test_long_sequences(self, check, rng):
        """Every step goes on from state and cell of the step before, however many there are."""
        for N, T, D, H in ((2, 12, 1, 3), (1, 10, 3, 2), (3, 9, 2, 1)):
            check(*self.inputs(rng, N, T, D, H))


@pytest.mark.exercise("lstm_backward")
class TestLstmBackward(Recurrent):
    function = "lstm_backward"
    sequence, states = 2, (3, 4)

    @staticmethod
    def inputs(rng, N, T, D, H):
        return [normal(rng, N, T, H), normal(rng, N, H), *TestLstmForward.inputs(rng, N, T, D, H)]

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With all gates at a half, the gradient of the cell is halved at each step."""
        zeros, zero, b, X = np.zeros((1, 4)), np.zeros((1, 1)), floats(0, 0, LN2, 0), np.ones((1, 2, 1))
        db = floats(0.225, 0.075, 0.48, 0)
        # The second step starts from the state tanh(0.3) / 2, the first from 0.
        dWh = np.tanh(0.3) / 2 * floats([0.15, 0.075, 0.32, 0])
        oracle = by_hand(reference.lstm_backward, np.zeros((1, 2, 1)), zero, [[0.25]], [db], dWh, db)
        agree(student.lstm_backward, oracle, np.zeros((1, 2, 1)), np.ones((1, 1)), X, zero, zero, zeros, zeros, b)

    def test_loss_at_one_state(self, check, rng):
        """A loss at one state alone, and none at the last cell, reaches all steps before it and none after it."""
        for at, (N, T, D, H) in zip((-1, 0, 2), SIZES, strict=True):
            dH, dcT, *args = self.inputs(rng, N, T, D, H)
            dH[:, np.arange(T) != at % T] = 0.0
            check(dH, np.zeros_like(dcT), *args)

    def test_loss_at_the_last_cell(self, check, rng):
        """A loss at the last cell alone reaches all steps."""
        for N, T, D, H in SIZES:
            dH, *args = self.inputs(rng, N, T, D, H)
            check(np.zeros_like(dH), *args)

    def test_no_loss_at_the_last_cell(self, check, rng):
        """With dcT = 0 all gradients come by way of the states."""
        for N, T, D, H in SIZES:
            dH, dcT, *args = self.inputs(rng, N, T, D, H)
            check(dH, np.zeros_like(dcT), *args)

    def test_long_sequences(self, check, rng):
        """Gradients are carried over many steps."""
        for N, T, D, H in ((2, 8, 1, 3), (1, 10, 3, 2), (3, 7, 2, 1)):
            check(*self.inputs(rng, N, T, D, H))
