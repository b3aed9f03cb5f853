"""Hidden tests of assignment 2: probabilities from logits, and losses with their gradients.

One class per exercise; what holds for both softmax functions, and for all losses of two arrays, stands in classes above
them. Each test is one property, named by the first line of its docstring, which a student reads when it fails.
"""

import functools

import numpy as np
import pytest

from reference import backprop as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}
EXACT = {"rtol": 1e-10, "atol": 1e-12}
ROWS = [(5, 3), (2, 7), (4, 6), (7, 2)]
SQUARE = [(3, 3), (4, 4), (2, 2)]
SHAPES = [(7,), (3, 4), (5, 2), (2, 3, 5), (4, 1, 2)]


def normal(rng, *shape):
    return 2.0 * rng.standard_normal(shape)


def whole(rng, *shape, low=-4, high=5):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def far(rng, *shape):
    """Logits of up to ±10 000, in steps of 500."""
    return 500.0 * rng.integers(-20, 21, shape)


def by_hand(oracle, *gives):
    """The oracle, which must give the results that were computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        for result, literal in zip(want if isinstance(want, tuple) else (want,), gives, strict=True):
            np.testing.assert_allclose(result, literal, rtol=1e-12, atol=1e-12)
        return want

    return checked


class OnLogits:
    """What holds for both functions from logits to probabilities; `check` compares the student's with the oracle's."""

    function = ""

    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, getattr(student, self.function), getattr(reference, self.function))

    def test_rows(self, check, rng):
        """Each row of a batch is on its own: the sum runs over the classes."""
        for shape in ROWS:
            check(normal(rng, *shape))

    def test_as_many_rows_as_classes(self, student, agree, rng):
        """The sum runs over the classes too where there are as many examples."""
        exactly = agree.within(**EXACT)
        for shape in SQUARE:
            exactly(getattr(student, self.function), getattr(reference, self.function), normal(rng, *shape))

    def test_any_axis(self, check, rng):
        """The sum runs over the axis that is asked for, counted from the front or from the back."""
        for shape, axis in (((4, 3), 0), ((2, 5), 1), ((2, 3, 4), 1), ((3, 4, 2), -2), ((3, 2, 4), 0), ((2, 2), 0)):
            check(normal(rng, *shape), axis)
            check(normal(rng, *shape), axis=axis)

    def test_any_rank(self, check, rng):
        """A single row, or more axes than two, are fine."""
        for shape in ((4,), (6,), (2, 3, 4), (2, 1, 3, 5), (3, 3, 3)):
            check(normal(rng, *shape))

    def test_large_logits(self, check, rng):
        """Logits of thousands, of both signs, give finite and right results."""
        check(floats([1000, 0], [0, -1000], [10000, 10000]))
        for n, c in ((3, 4), (4, 2), (2, 5)):
            check(far(rng, n, c))
            check(1000.0 + normal(rng, n, c))
            check(-1000.0 + normal(rng, n, c))

    def test_rows_far_apart(self, check, rng):
        """A row whose logits are far below, or far above, those of the other rows is no different."""
        for n, c in ((3, 4), (4, 2), (2, 5)):
            heights = floats(*rng.permutation(np.linspace(-9000, 9000, n)))
            check(normal(rng, n, c) + heights[:, None])

    def test_shifted(self, check, rng):
        """Adding the same number to all logits of a row changes nothing."""
        for n, c in ((3, 4), (2, 2), (5, 3)):
            z = whole(rng, n, c).astype(float)
            for shift in (0.0, 7.0, -12.0, 300.0):
                check(z + shift)

    def test_ties_and_zeros(self, check, rng):
        """Equal logits get equal shares."""
        for n, c in ((3, 4), (2, 6), (4, 1)):
            check(np.zeros((n, c)))
            check(whole(rng, n, c, low=-1, high=2).astype(float))

    def test_one_class(self, check, rng):
        """With a single class its probability is 1, whatever its logit."""
        for shape in ((1,), (1, 1), (4, 1), (1, 3)):
            check(normal(rng, *shape))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers (uint8, for example) and lists come in, floats come out."""
        for shape in ((5, 3), (2, 4), (3, 3)):
            check(whole(rng, *shape))
        check(whole(rng, 3, 4, low=0, high=256).astype(np.uint8))
        check(whole(rng, 2, 5).astype(np.int8) * 20)
        check(whole(rng, 3, 2).tolist())
        check(normal(rng, 2, 3).tolist(), 0)

    def test_float32(self, student, agree, rng):
        """Logits in float32 are as good as others."""
        for shape in ROWS[:3]:
            z = normal(rng, *shape).astype(np.float32)
            agree.within(**FLOAT32)(getattr(student, self.function), getattr(reference, self.function), z)

    def test_logits_unchanged(self, student, agree, rng):
        """The logits are not written into, and a second call gives the same."""
        for shape in ((4, 3), (2, 5), (6,), (3, 1)):
            agree.pure(getattr(student, self.function), getattr(reference, self.function), normal(rng, *shape))

    def test_random_sizes(self, check, rng):
        """Any number of rows and classes works."""
        for _ in range(5):
            n, c, scale = size(rng, 1, 5), size(rng, 1, 6), size(rng, 1, 1000)
            check(scale * normal(rng, n, c))


@pytest.mark.exercise("softmax")
class TestSoftmax(OnLogits):
    function = "softmax"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Logits of 0 and ln 3 mean a quarter and three quarters; equal logits, however large, a half each."""
        want = by_hand(reference.softmax, [[0.25, 0.75], [0.5, 0.5]])
        agree(student.softmax, want, floats([0, np.log(3)], [1000, 1000]))


@pytest.mark.exercise("log_softmax")
class TestLogSoftmax(OnLogits):
    function = "log_softmax"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Logits of 0 and ln 3 mean ln ¼ and ln ¾; a class that is behind by 1000 has a logarithm of −1000."""
        want = by_hand(reference.log_softmax, [[-np.log(4), np.log(0.75)], [0, -1000]])
        agree(student.log_softmax, want, floats([0, np.log(3)], [1000, 0]))


def distributions(rng, n, c):
    return rng.dirichlet(np.ones(c), n)


def one_hot(ids, c):
    return np.eye(c)[ids]


@pytest.mark.exercise("cross_entropy")
class TestCrossEntropy:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.cross_entropy, reference.cross_entropy)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Two examples with probabilities (¼, ¾) and (½, ½), of classes 1 and 0, and with distributions for targets."""
        logits, ln = floats([0, np.log(3)], [0, 0]), np.log
        of_ids = by_hand(reference.cross_entropy, (ln(2) - ln(0.75)) / 2, [[0.125, -0.125], [-0.25, 0.25]])
        agree(student.cross_entropy, of_ids, logits, np.array([1, 0]))
        of_shares = by_hand(
            reference.cross_entropy, (ln(2) - (ln(0.25) + ln(0.75)) / 2) / 2, [[-0.125, 0.125], [-0.25, 0.25]]
        )
        agree(student.cross_entropy, of_shares, logits, floats([0.5, 0.5], [1, 0]))

    def test_class_ids(self, check, rng):
        """With class ids, an example costs −ln of the probability of its class, and all is a mean over examples."""
        for n, c in ROWS:
            check(normal(rng, n, c), rng.integers(0, c, n))

    def test_distributions(self, check, rng):
        """With distributions, all classes count by their share."""
        for n, c in ROWS:
            check(normal(rng, n, c), distributions(rng, n, c))

    def test_as_many_examples_as_classes(self, student, agree, rng):
        """Ids and distributions are told apart by their axes where N = C, too."""
        exactly = agree.within(**EXACT)
        for n, c in SQUARE:
            for targets in (rng.integers(0, c, n), distributions(rng, n, c)):
                exactly(student.cross_entropy, reference.cross_entropy, normal(rng, n, c), targets)

    def test_one_example(self, check, rng):
        """A single example has ids (1,) or a distribution (1, C)."""
        for c in (2, 3, 5):
            check(normal(rng, 1, c), rng.integers(0, c, 1))
            check(normal(rng, 1, c), distributions(rng, 1, c))

    def test_one_class(self, check, rng):
        """With a single class nothing costs anything, whether ids or distributions are given."""
        for n in (1, 3, 4):
            check(normal(rng, n, 1), np.zeros(n, dtype=int))
            check(normal(rng, n, 1), np.ones((n, 1)))

    def test_one_hot(self, check, rng):
        """Distributions that are certain are as good as ids; they may be whole numbers."""
        for n, c in ((4, 3), (3, 5), (2, 2)):
            ids = rng.integers(0, c, n)
            check(normal(rng, n, c), one_hot(ids, c))
            check(normal(rng, n, c), one_hot(ids, c).astype(int))

    def test_hopeless_examples(self, check, rng):
        """An example that is wrong by a logit of 1000 costs 1000, no less."""
        check(floats([1000, 0]), np.array([1]))
        check(floats([0, 1000, -500], [0.5, 1, 2]), np.array([0, 2]))
        for n, c in ((3, 4), (4, 2), (2, 5)):
            z = far(rng, n, c) + np.arange(c)
            check(z, z.argmin(axis=1))
            check(z, distributions(rng, n, c))

    def test_certain_examples(self, check, rng):
        """An example that is right by a logit of 1000 costs nothing, and its gradient is 0."""
        for n, c in ((3, 4), (4, 2), (2, 5)):
            z = far(rng, n, c) + np.arange(c)
            check(z, z.argmax(axis=1))
            check(np.vstack([z, normal(rng, 1, c)]), np.append(z.argmax(axis=1), 0))

    def test_between(self, check, rng):
        """Logits of 10 to 60, where probabilities become tiny, are right too."""
        for n, c, scale in ((3, 4, 20.0), (4, 2, 40.0), (2, 5, 12.0), (5, 3, 60.0)):
            z = scale * rng.permuted(np.tile(np.linspace(-1, 1, c), (n, 1)), axis=1)
            check(z, rng.integers(0, c, n))
            check(z, z.argmin(axis=1))

    def test_equal_logits(self, check, rng):
        """Where all logits are equal, every class has the probability 1/C."""
        for n, c in ((4, 3), (3, 5), (6, 2)):
            check(np.zeros((n, c)), rng.integers(0, c, n))
            check(np.full((n, c), 800.0), distributions(rng, n, c))

    def test_integers_and_lists(self, check, rng):
        """Whole logits and lists come in, floats come out; ids may be of any width."""
        for n, c in ((4, 3), (3, 3), (5, 2)):
            check(whole(rng, n, c), rng.integers(0, c, n))
            check(whole(rng, n, c).tolist(), rng.integers(0, c, n).tolist())
        check(whole(rng, 4, 3, low=0, high=256).astype(np.uint8), np.array([0, 2, 1, 1], dtype=np.uint8))
        check(normal(rng, 2, 3).tolist(), [[0.5, 0.25, 0.25], [0, 1, 0]])

    def test_float32(self, student, agree, rng):
        """Logits and distributions in float32 are as good as others."""
        for n, c in ROWS[:3]:
            z = normal(rng, n, c).astype(np.float32)
            exactly = agree.within(**FLOAT32)
            exactly(student.cross_entropy, reference.cross_entropy, z, distributions(rng, n, c).astype(np.float32))
            exactly(student.cross_entropy, reference.cross_entropy, z, rng.integers(0, c, n).tolist())

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither logits nor targets are written into, and a second call gives the same."""
        for n, c in ((4, 3), (2, 5), (3, 3)):
            agree.pure(student.cross_entropy, reference.cross_entropy, normal(rng, n, c), rng.integers(0, c, n))
            agree.pure(student.cross_entropy, reference.cross_entropy, normal(rng, n, c), distributions(rng, n, c))

    def test_random_sizes(self, check, rng):
        """Any number of examples and classes works."""
        for _ in range(5):
            n, c, scale = size(rng, 1, 5), size(rng, 1, 5), size(rng, 1, 20)
            check(scale * normal(rng, n, c), rng.integers(0, c, n))


class OfTwoArrays:
    """What holds for every loss of two arrays of the same shape; `pair` makes two that suit it."""

    function = ""

    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, getattr(student, self.function), getattr(reference, self.function))

    def pair(self, rng, *shape):
        raise NotImplementedError

    def whole_pair(self, rng, *shape):
        """A pair of whole numbers."""
        answers, y = self.pair(rng, *shape)
        return np.rint(answers).astype(int), np.rint(y).astype(int)

    def test_single_axis(self, check, rng):
        """One number per example: the loss is the mean over them."""
        for n in (7, 4, 5, 9):
            check(*self.pair(rng, n))

    def test_more_axes(self, check, rng):
        """With more axes it is the mean over all entries, not only over the first axis."""
        for shape in ((3, 4), (5, 2), (2, 3, 5), (4, 1, 2)):
            check(*self.pair(rng, *shape))

    def test_square(self, student, agree, rng):
        """As many rows as columns make no difference."""
        exactly = agree.within(**EXACT)
        for n in (2, 3, 4):
            exactly(getattr(student, self.function), getattr(reference, self.function), *self.pair(rng, n, n))

    def test_columns_and_rows(self, check, rng):
        """A column (N, 1) or a row (1, M) keeps its shape."""
        for shape in ((4, 1), (1, 5), (3, 1), (1, 1)):
            check(*self.pair(rng, *shape))

    def test_one_number(self, check, rng):
        """A single entry is its own mean."""
        for shape in ((1,), (1, 1), (1, 1, 1), (1,)):
            check(*self.pair(rng, *shape))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for shape in ((6,), (3, 4), (2, 2)):
            answers, y = self.whole_pair(rng, *shape)
            check(answers, y)
            check(answers.astype(np.int8), y.astype(np.int8))
            check(answers.tolist(), y.tolist())
            check(answers / 2, y)

    def test_float32(self, student, agree, rng):
        """Arrays in float32 are as good as others."""
        for shape in ((7,), (3, 4), (2, 3, 2)):
            pair = [array.astype(np.float32) for array in self.pair(rng, *shape)]
            agree.within(**FLOAT32)(getattr(student, self.function), getattr(reference, self.function), *pair)

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither argument is written into, and a second call gives the same."""
        for shape in ((5,), (3, 4), (2, 6)):
            agree.pure(getattr(student, self.function), getattr(reference, self.function), *self.pair(rng, *shape))

    def test_random_sizes(self, check, rng):
        """Arrays of any shape work."""
        for _ in range(5):
            check(*self.pair(rng, size(rng, 1, 5), size(rng, 1, 4)))


@pytest.mark.exercise("bce_with_logits")
class TestBceWithLogits(OfTwoArrays):
    function = "bce_with_logits"

    def pair(self, rng, *shape):
        return normal(rng, *shape), rng.integers(0, 2, shape).astype(float)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Probabilities of ½ and ¾, for an example of class 1 and one of class 0."""
        want = by_hand(reference.bce_with_logits, 1.5 * np.log(2), [-0.25, 0.375])
        agree(student.bce_with_logits, want, floats(0, np.log(3)), np.array([1, 0]))

    def test_one_class(self, check, rng):
        """All examples may be of one class."""
        for y in (0, 1):
            for shape in ((5,), (3, 4), (1,)):
                check(normal(rng, *shape), np.full(shape, y))

    def test_hopeless_examples(self, check, rng):
        """An example that is wrong by a logit of 1000 costs 1000, no less."""
        check(floats(1000, -1000), np.array([0, 1]))
        check(floats([9000, 0.5], [-1.5, -10000]), np.array([[0, 1], [0, 1]]))
        for n in (2, 3, 4):
            z = 500.0 * rng.integers(1, 21, n) * rng.choice([-1.0, 1.0], n)
            check(z, (z < 0).astype(int))

    def test_certain_examples(self, check, rng):
        """An example that is right by a logit of 1000 costs nothing, and its gradient is 0."""
        check(floats(1000, -1000), np.array([1, 0]))
        for n in (2, 3, 4):
            z = 500.0 * rng.integers(1, 21, n) * rng.choice([-1.0, 1.0], n)
            check(z, (z > 0).astype(int))
            check(np.append(z, normal(rng, 2)), np.append((z > 0).astype(int), [1, 0]))

    def test_between(self, check, rng):
        """Logits of 10 to 60, where a probability is rounded to 0 or 1, are right too."""
        for logits in ([20.0, -18.0, 36.0], [40.0, -45.0], [-60.0, 12.0, 30.0]):
            z = rng.permutation(logits)
            check(z, (z > 0).astype(int))
            check(z, (z < 0).astype(int))

    def test_zeros(self, check, rng):
        """At a logit of 0 both classes cost ln 2."""
        for shape in ((4,), (2, 3), (1, 5)):
            check(np.zeros(shape), rng.integers(0, 2, shape))


@pytest.mark.exercise("mse")
class TestMse(OfTwoArrays):
    function = "mse"

    def pair(self, rng, *shape):
        return normal(rng, *shape), normal(rng, *shape)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Differences of 0, 2, 3 and 0 make 13/4."""
        want = by_hand(reference.mse, 3.25, [[0, 1], [1.5, 0]])
        agree(student.mse, want, floats([1, 2], [3, 4]), floats([1, 0], [0, 4]))

    def test_perfect(self, check, rng):
        """Where all is right, loss and gradient are 0."""
        for shape in ((4,), (2, 3), (1, 5)):
            pred = normal(rng, *shape)
            check(pred, pred.copy())
            check(pred, np.append(pred.ravel()[:-1], 0.5).reshape(shape))

    def test_large_and_small(self, check, rng):
        """Differences of thousands and of thousandths are squared alike."""
        for shape in ((4,), (2, 3), (5, 2)):
            check(1e4 * normal(rng, *shape), normal(rng, *shape))
            check(1e-2 * normal(rng, *shape), 1e-2 * normal(rng, *shape))

    def test_grey_values(self, check, rng):
        """Numbers of type uint8 do not wrap around below 0 or above 255."""
        for shape in ((4,), (2, 3), (5, 2)):
            pred, y = (rng.integers(0, 256, shape).astype(np.uint8) for _ in range(2))
            check(pred, y)
            check(np.minimum(pred, y), np.maximum(pred, y))


@pytest.mark.exercise("hinge")
class TestHinge(OfTwoArrays):
    function = "hinge"

    def pair(self, rng, *shape):
        return normal(rng, *shape), rng.choice([-1.0, 1.0], shape)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """One example is right by enough, one by too little, and two are wrong."""
        want = by_hand(reference.hinge, 1.125, [0, -0.25, -0.25, 0.25])
        agree(student.hinge, want, floats(2, 0.5, -1, 1), np.array([1, 1, 1, -1]))

    def test_one_class(self, check, rng):
        """All examples may be of one class."""
        for y in (-1, 1):
            for shape in ((5,), (3, 4), (1,)):
                check(normal(rng, *shape), np.full(shape, y))

    def test_at_the_kink(self, check, rng):
        """A margin of exactly 1 costs nothing, and its gradient is 0."""
        for shape in ((4,), (2, 3), (3, 1)):
            y = rng.choice([-1, 1], shape)
            check(y.astype(float), y)
            check(y * rng.choice([0.5, 1.0, 1.0, 1.5], shape), y)

    def test_on_the_right_side(self, check, rng):
        """On the right side an example still costs something while its margin is below 1."""
        for n in (3, 5, 4):
            y = rng.choice([-1, 1], n)
            check(y * rng.uniform(0.05, 0.95, n), y)
            check(y * rng.uniform(0.5, 1.5, n), y)

    def test_nothing_missing(self, check, rng):
        """Where all margins are above 1, loss and gradient are 0."""
        for n in (3, 5, 4):
            y = rng.choice([-1, 1], n)
            check(y * rng.uniform(1.05, 4, n), y)

    def test_zeros(self, check, rng):
        """A score of 0 costs 1, whatever the class."""
        for shape in ((4,), (2, 3), (1, 5)):
            check(np.zeros(shape), rng.choice([-1, 1], shape))

    def test_large_scores(self, check, rng):
        """The cost grows with the score on the wrong side, without an end."""
        for n in (3, 4, 6):
            check(1e4 * normal(rng, n), rng.choice([-1, 1], n))
