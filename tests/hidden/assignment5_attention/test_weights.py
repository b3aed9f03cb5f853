"""Hidden tests of assignment 5: weighted averages, and a softmax that obeys masks.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails; it draws three inputs or more, so that a mistake that shows under that property alone can be told from others.
"""

import functools

import numpy as np
import pytest

from reference import attention as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}


def normal(rng, *shape):
    return rng.standard_normal(shape)


def whole(rng, *shape, low=-4, high=5):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def bools(*rows):
    return np.array(rows, dtype=bool)


def some(rng, *shape):
    """A random mask that keeps something in every row, and, if rows are longer than 1, not everything."""
    mask = rng.random(shape) < 0.6
    mask[..., 0] |= ~mask.any(axis=-1)
    if shape[-1] > 1:
        mask[..., -1] &= ~mask.all(axis=-1)
    return mask


def shares(rng, n, t):
    """Weights (n, t) of which each row adds up to 1."""
    return rng.dirichlet(np.ones(t), n)


def warnings_of(remote, *args):
    """How many RuntimeWarnings a call caused."""
    return remote.session.call(remote.path, args, {}).warned


def by_hand(oracle, *gives):
    """The oracle, which must give the result that was computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        np.testing.assert_allclose(want, *gives, rtol=1e-12, atol=1e-12)
        return want

    return checked


@pytest.mark.exercise("context")
class TestContext:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.context, reference.context)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Half of the first vector, a quarter of the second and a quarter of the third."""
        want = by_hand(reference.context, floats([2, 2]))
        agree(student.context, want, floats([0.5, 0.25, 0.25]), floats([2, 0], [0, 4], [4, 4])[None])

    def test_sizes_all_different(self, check, rng):
        """Each example has weights of its own, one for each of its vectors."""
        for n, t, d in ((2, 4, 3), (5, 2, 6), (3, 7, 2), (4, 3, 5)):
            check(shares(rng, n, t), normal(rng, n, t, d))

    def test_sizes_all_alike(self, check, rng):
        """A weight belongs to a vector, also where examples, vectors and their components are equally many."""
        for n in (2, 3, 4):
            check(shares(rng, n, n), normal(rng, n, n, n))

    def test_weights_as_they_are(self, check, rng):
        """Weights that do not add up to 1, or are all 0, are used as they are."""
        for n, t, d in ((2, 3, 4), (3, 5, 2), (4, 2, 3)):
            alpha = np.abs(normal(rng, n, t))
            alpha[0] = 0.0
            check(alpha, normal(rng, n, t, d))

    def test_one_vector_counts(self, check, rng):
        """With all the weight in one place, the context is the vector there."""
        for n, t, d in ((3, 4, 2), (2, 5, 3), (4, 3, 1)):
            check(np.eye(t)[rng.integers(0, t, n)], normal(rng, n, t, d))

    def test_smallest_sizes(self, check, rng):
        """One example, one vector, one component: each works."""
        for n, t, d in ((1, 1, 1), (1, 3, 1), (3, 1, 2), (2, 4, 1), (1, 1, 4)):
            check(shares(rng, n, t) / 2, normal(rng, n, t, d))

    def test_integers_and_lists(self, check, rng):
        """Vectors of whole numbers, and lists, give floats."""
        for kind in (np.int64, np.int8, np.uint8):
            check(shares(rng, 2, 4), whole(rng, 2, 4, 3, low=0, high=100).astype(kind))
        check(whole(rng, 3, 2, low=0), whole(rng, 3, 2, 4))
        check(whole(rng, 3, 2, low=0, high=100).astype(np.uint8), whole(rng, 3, 2, 4, low=0, high=100).astype(np.uint8))
        check(shares(rng, 2, 3).tolist(), normal(rng, 2, 3, 2).tolist())

    def test_float32(self, student, agree, rng):
        """Weights and vectors in float32 are as good as others."""
        for n, t, d in ((2, 4, 3), (3, 5, 2), (4, 2, 3)):
            alpha, H = shares(rng, n, t).astype(np.float32), normal(rng, n, t, d).astype(np.float32)
            agree.within(**FLOAT32)(student.context, reference.context, alpha, H)

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither weights nor vectors are written into, and a second call gives the same."""
        for n, t, d in ((2, 4, 3), (3, 2, 5), (1, 3, 2)):
            agree.pure(student.context, reference.context, shares(rng, n, t), normal(rng, n, t, d))

    def test_random_sizes(self, check, rng):
        """Any number of vectors of any size works."""
        for _ in range(5):
            n, t, d = size(rng, 1, 4), size(rng, 1, 5), size(rng, 1, 4)
            check(shares(rng, n, t), normal(rng, n, t, d))


@pytest.mark.exercise("masked_softmax")
class TestMaskedSoftmax:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.masked_softmax, reference.masked_softmax)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Of the scores 0, ln 3 and 5000 the last is masked: a quarter and three quarters remain."""
        scores, mask = floats([0, np.log(3), 5000], [1, 2, 3]), bools([1, 1, 0], [0, 0, 0])
        want = by_hand(reference.masked_softmax, floats([0.25, 0.75, 0], [0, 0, 0]))
        agree(student.masked_softmax, want, scores, mask)

    def test_without_a_mask(self, check, rng):
        """Without a mask it is the softmax along the last axis, whatever the shape."""
        for shape in ((7,), (3, 5), (2, 3, 4), (4, 2, 6), (2, 3, 2, 5)):
            check(2 * normal(rng, *shape))

    def test_masks(self, student, check, agree, rng):
        """What is masked gets 0, and the others share all the weight."""
        for shape in ((6,), (3, 5), (5, 4), (2, 3, 4), (4, 4)):
            check(2 * normal(rng, *shape), some(rng, *shape))
        # A little more in the sum that all is divided by would be felt where gradients cancel out.
        exactly = agree.within(rtol=1e-11, atol=1e-12)
        for shape in ((5, 3), (2, 4, 3), (6,), (4, 2)):
            exactly(student.masked_softmax, reference.masked_softmax, normal(rng, *shape), some(rng, *shape))

    def test_masks_that_broadcast(self, check, rng):
        """A mask of fewer axes, or of axes of length 1, holds for all."""
        for shape in ((4,), (1, 4), (3, 4), (2, 1, 4), (1, 3, 4)):
            check(2 * normal(rng, 2, 3, 4), some(rng, *shape))

    def test_other_axes(self, check, rng):
        """The softmax runs along the axis that is asked for."""
        for shape, axis in (((3, 5), 0), ((2, 3, 4), 1), ((4, 2, 3), 0), ((3, 4, 2), -2), ((5, 2), 1)):
            check(2 * normal(rng, *shape), axis=axis)
            mask = np.moveaxis(some(rng, *np.delete(shape, axis), shape[axis]), -1, axis)
            check(2 * normal(rng, *shape), mask, axis)

    def test_large_scores(self, check, rng):
        """Scores of ±1000 do not overflow, and rows far apart do not disturb each other."""
        for n, t in ((2, 3), (3, 5), (4, 2)):
            check(rng.uniform(-1000, 1000, (n, t)))
            check(normal(rng, n, t) + rng.permutation(np.linspace(-1000, 1000, n))[:, None])
            check(normal(rng, n, t) + rng.permutation(np.linspace(-1000, 1000, n))[:, None], some(rng, n, t))

    def test_large_masked_scores(self, check, rng):
        """However large a masked score is, or however low, it has no influence."""
        for n, t, high in ((2, 4, 1e3), (3, 5, 5e4), (2, 3, 5e6), (4, 6, 5e9), (3, 4, 1e12)):
            mask = some(rng, n, t)
            check(np.where(mask, normal(rng, n, t), high + whole(rng, n, t)), mask)
            check(np.where(mask, normal(rng, n, t), -high + whole(rng, n, t)), mask)

    def test_kept_scores_far_below(self, check, rng):
        """However low the kept scores are, masked entries get nothing."""
        for n, t, low in ((2, 4, -1e3), (3, 5, -5e4), (2, 6, -5e5), (3, 4, -5e6), (2, 5, -5e8), (4, 6, -5e9)):
            mask = some(rng, n, t)
            check(np.where(mask, low + whole(rng, n, t), normal(rng, n, t)), mask)
        for n, t, low in ((3, 5, -1e12), (2, 4, -1e11), (2, 6, -3e10)):
            mask = some(rng, n, t)
            check(np.where(mask, low + whole(rng, n, t), normal(rng, n, t)), mask)

    def test_nothing_kept(self, check, rng):
        """A row of which nothing is kept becomes 0, and the other rows are as ever."""
        for n, t in ((3, 4), (2, 5), (4, 3)):
            mask = some(rng, n, t)
            mask[size(rng, 0, n - 1)] = False
            check(2 * normal(rng, n, t), mask)
        check(normal(rng, 3), bools(0, 0, 0))
        check(normal(rng, 2, 2, 3), bools([[1, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 1, 1]]))
        check(normal(rng, 2, 3), bools([1, 0, 1], [0, 0, 1]), 0)

    def test_no_warning(self, student, rng):
        """Nothing warns, not even where nothing is kept."""
        for n, t in ((3, 4), (1, 2), (2, 5)):
            mask = some(rng, n, t)
            mask[0] = False

            assert not warnings_of(student.masked_softmax, 1000 * normal(rng, n, t), mask), (
                "NumPy warns of an invalid value, a division by 0 or an overflow. A row of which nothing is kept has "
                "−inf as its largest score, and −inf − (−inf) is no number: see to such rows before you subtract."
            )

    def test_ties_and_zeros(self, check, rng):
        """Equal scores get equal weights, whether they are 0 or not, and negative scores are nothing special."""
        for n, t in ((2, 4), (3, 3), (1, 6)):
            check(np.zeros((n, t)), some(rng, n, t))
            check(whole(rng, n, t, low=-1, high=2).astype(float), some(rng, n, t))
            check(-np.abs(normal(rng, n, t)) - 1.0, some(rng, n, t))

    def test_smallest_sizes(self, check, rng):
        """A row of one entry has the weight 1, if it is kept."""
        for shape in ((1,), (3, 1), (1, 1), (2, 1, 1)):
            check(normal(rng, *shape))
            check(normal(rng, *shape), rng.random(shape) < 0.5)
        check(normal(rng, 1, 4), some(rng, 1, 4))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for kind in (np.int64, np.int32, np.uint8):
            check(whole(rng, 3, 4, low=0).astype(kind), some(rng, 3, 4))
        check(whole(rng, 2, 5))
        check(whole(rng, 3, low=0, high=256).astype(np.uint8))
        check(normal(rng, 2, 3).tolist())
        check(whole(rng, 2, 3).tolist(), some(rng, 2, 3))

    def test_float32(self, student, agree, rng):
        """Scores in float32 are as good as others."""
        for shape in ((3, 4), (5,), (2, 3, 2)):
            scores = normal(rng, *shape).astype(np.float32)
            agree.within(**FLOAT32)(student.masked_softmax, reference.masked_softmax, scores)

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither scores nor mask are written into, and a second call gives the same."""
        for shape in ((3, 4), (2, 5), (2, 3, 3)):
            agree.pure(student.masked_softmax, reference.masked_softmax, normal(rng, *shape), some(rng, *shape))

    def test_random_sizes(self, check, rng):
        """Scores of any shape, with any mask, work."""
        for _ in range(5):
            n, t, scale = size(rng, 1, 4), size(rng, 1, 5), size(rng, 1, 9)
            check(scale * normal(rng, n, t), rng.random((n, t)) < 0.6)
