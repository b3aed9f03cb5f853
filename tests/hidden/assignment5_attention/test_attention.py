"""Hidden tests of assignment 5: additive and dot-product attention, and the way back.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails; it draws three inputs or more, so that a mistake that shows under that property alone can be told from others.
Where scores are large, they are made of whole numbers: then every order of summation gives the same.
"""

import functools

import numpy as np
import pytest

from reference import attention as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}

# Leading axes, Tq, Tk, dk, dv: no two sizes of a case alike, but for leading axes of length 1.
SIZES = [((2,), 3, 5, 4, 6), ((3,), 5, 2, 6, 4), ((1,), 4, 6, 3, 2), ((4,), 2, 3, 5, 1)]
LEADING = [((), 3, 4, 2, 5), ((2, 3), 4, 5, 6, 1), ((3, 2), 1, 4, 5, 6), ((1, 2, 1), 3, 5, 4, 2)]
SMALLEST = [((1,), 1, 1, 1, 1), ((2,), 1, 3, 1, 2), ((1,), 3, 1, 2, 1), ((), 1, 1, 2, 3), ((3,), 2, 2, 1, 1)]
# As many keys as queries, or as numbers in a key: what is transposed by mistake fits all the same.
ALIKE = [((2,), 4, 4, 4, 4), ((3,), 3, 3, 5, 2), ((2,), 5, 3, 3, 3), ((), 3, 3, 3, 2), ((1,), 2, 4, 4, 5)]


def normal(rng, *shape):
    return rng.standard_normal(shape)


def whole(rng, *shape, low=-3, high=4):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def some(rng, *shape):
    """A random mask that keeps something in every row, and, if rows are longer than 1, not everything."""
    mask = rng.random(shape) < 0.6
    mask[..., 0] |= ~mask.any(axis=-1)
    if shape[-1] > 1:
        mask[..., -1] &= ~mask.all(axis=-1)
    return mask


def by_hand(oracle, *gives):
    """The oracle, which must give the results that were computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        for result, literal in zip(want, gives, strict=True):
            np.testing.assert_allclose(result, literal, rtol=1e-9, atol=1e-12)
        return want

    return checked


def additive(rng, sizes):
    """The arguments s (n, a), H (n, t, b), Ws (a, k), Wh (b, k) and v (k,) of additive attention."""
    n, t, a, b, k = sizes
    return normal(rng, n, a), normal(rng, n, t, b), normal(rng, a, k), normal(rng, b, k), 2 * normal(rng, k)


def far_below(rng, n, t, scale):
    """Arguments of additive attention and a mask; kept scores are about −3·scale, and masked ones about 3·scale.

    The hidden units are so far out that tanh is −1 or 1, and so scores are sums of whole numbers.
    """
    mask = some(rng, n, t)
    H = np.stack([np.where(mask, -1.0, 1.0), rng.choice([-1.0, 1.0], (n, t))], axis=2)
    return (normal(rng, n, 3), H, np.zeros((3, 2)), 40 * np.eye(2), floats(3 * scale, 1)), mask


@pytest.mark.exercise("bahdanau_attention")
class TestBahdanauAttention:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.bahdanau_attention, reference.bahdanau_attention)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The scores are 0 and ln 3, so that the second vector counts three times as much as the first."""
        H, v = floats([0], [np.log(3) / 2])[None], floats(2 * np.log(3))
        oracle = by_hand(reference.bahdanau_attention, [[0.375 * np.log(3)]], [[0.25, 0.75]])
        agree(student.bahdanau_attention, oracle, floats([5]), H, floats([0]), floats([1]), v)

    def test_sizes_all_different(self, check, rng):
        """Each position of each example gets a score from the state and its own vector."""
        for sizes in ((2, 4, 3, 5, 6), (5, 3, 2, 4, 1), (3, 6, 5, 2, 4), (4, 2, 6, 3, 5)):
            check(*additive(rng, sizes))

    def test_sizes_alike(self, check, rng):
        """Each matrix has its own argument, also where states, vectors and hidden units are equally long."""
        for sizes in ((2, 4, 3, 3, 3), (3, 3, 4, 4, 2), (2, 5, 4, 4, 4), (4, 4, 2, 2, 3)):
            check(*additive(rng, sizes))

    def test_masks(self, check, rng):
        """Masked positions get the weight 0, and the others share it."""
        for n, t in ((2, 4), (3, 5), (4, 4), (2, 6)):
            check(*additive(rng, (n, t, 3, 2, 5)), some(rng, n, t))

    def test_nothing_kept(self, check, rng):
        """Where no position is kept, weights and context are 0; other examples are as ever."""
        for n, t in ((3, 4), (2, 5), (4, 3)):
            mask = some(rng, n, t)
            mask[size(rng, 0, n - 1)] = False
            check(*additive(rng, (n, t, 2, 3, 4)), mask)

    def test_masked_whatever_the_scores(self, check, rng):
        """However low the kept scores and however high the masked ones are, masked positions get nothing."""
        for n, t, scale in ((3, 5, 3e2), (2, 4, 2e4), (2, 6, 2e5), (3, 4, 2e6), (2, 5, 2e8), (3, 6, 2e9), (2, 4, 1e11)):
            arguments, mask = far_below(rng, n, t, scale)
            check(*arguments, mask)

    def test_far_out(self, check, rng):
        """Large states and vectors, where tanh is almost ±1, and large v cause no overflow."""
        for scale in (30.0, 1e3, 5.0):
            s, H, Ws, Wh, v = additive(rng, (2, 4, 3, 2, 3))
            check(scale * s, scale * H, Ws, Wh, v)
            check(s, H, Ws, Wh, scale * v)

    def test_no_preference(self, check, rng):
        """Where all scores are equal, the context is the mean; and zeros are nothing special."""
        for n, t in ((2, 3), (3, 4), (1, 5)):
            s, H, Ws, Wh, v = additive(rng, (n, t, 3, 2, 4))
            check(s, H, Ws, Wh, np.zeros(4))
            check(s, np.zeros_like(H), Ws, Wh, v)
            check(np.zeros_like(s), H, Ws, Wh, v)

    def test_smallest_sizes(self, check, rng):
        """One example, one position, numbers instead of vectors: each works."""
        for sizes in ((1, 1, 1, 1, 1), (1, 4, 1, 2, 1), (3, 1, 2, 1, 2), (2, 3, 1, 1, 4)):
            check(*additive(rng, sizes))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for n, t in ((2, 3), (3, 4), (1, 5)):
            s, H, Ws, Wh, v = additive(rng, (n, t, 3, 2, 4))
            check(whole(rng, n, 3), whole(rng, n, t, 2), whole(rng, 3, 4), whole(rng, 2, 4), whole(rng, 4))
            check(s, whole(rng, n, t, 2).astype(np.int8), Ws, Wh, v, some(rng, n, t))
            check(*(whole(rng, *a.shape).astype(np.int8) for a in (s, H, Ws, Wh, v)))
            check(s.tolist(), H.tolist(), Ws.tolist(), Wh.tolist(), v.tolist())

    def test_float32(self, student, agree, rng):
        """States and vectors in float32 are as good as others."""
        for sizes in ((2, 4, 3, 5, 6), (3, 3, 2, 4, 1), (1, 5, 4, 2, 3)):
            arguments = [a.astype(np.float32) for a in additive(rng, sizes)]
            agree.within(**FLOAT32)(student.bahdanau_attention, reference.bahdanau_attention, *arguments)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        for n, t in ((2, 4), (3, 3), (1, 5)):
            arguments, mask = additive(rng, (n, t, 3, 2, 4)), some(rng, n, t)
            agree.pure(student.bahdanau_attention, reference.bahdanau_attention, *arguments, mask)

    def test_random_sizes(self, check, rng):
        """Any sizes work, with any mask."""
        for _ in range(5):
            n, t = size(rng, 1, 3), size(rng, 1, 4)
            arguments = additive(rng, (n, t, size(rng, 1, 3), size(rng, 1, 3), size(rng, 1, 3)))
            check(*arguments, rng.random((n, t)) < 0.7)


def attention(rng, sizes):
    """The arguments Q (…, Tq, dk), K (…, Tk, dk) and V (…, Tk, dv)."""
    lead, Tq, Tk, dk, dv = sizes
    return normal(rng, *lead, Tq, dk), normal(rng, *lead, Tk, dk), normal(rng, *lead, Tk, dv)


def masked(rng, sizes):
    lead, Tq, Tk, _, _ = sizes
    return some(rng, *lead, Tq, Tk)


def masks_that_broadcast(rng):
    """Sizes, and a mask with fewer axes than the scores, or with axes of length 1: for padding, or causal."""
    for shape in ((5,), (4, 5), (3, 1, 5), (1, 4, 5)):
        yield ((3,), 4, 5, 2, 6), some(rng, *shape)
    for shape in ((4,), (2, 1, 1, 4), (3, 4), (2, 1, 3, 4)):
        yield ((2, 3), 3, 4, 2, 5), some(rng, *shape)


def pulled(rng, Tq, Tk, scale):
    """Q, K and V and a mask for (2, Tq, Tk); kept scores are about −scale, and masked ones about scale.

    dk is 4, and so the scores are whole numbers. Neither Q nor K is larger than it must be: gradients are multiples of
    them, and of what rounding leaves of a 0.
    """
    root = np.round(np.sqrt(scale))
    mask = np.broadcast_to(some(rng, 2, 1, Tk), (2, Tq, Tk))
    Q = np.broadcast_to(floats(root, 1, 0, 0), (2, Tq, 4)) + 0.0
    K = np.zeros((2, Tk, 4))
    K[..., 0] = np.where(mask[:, 0], -2.0, 2.0) * root
    K[..., 1] = 2.0 * whole(rng, 2, Tk)
    return (Q, K, normal(rng, 2, Tk, 3)), mask.copy()


SCALES = (1e3, 5e4, 5e5, 5e6, 5e8, 5e9, 5e10, 1e12)


@pytest.mark.exercise("scaled_dot_product_attention")
class TestScaledDotProductAttention:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.scaled_dot_product_attention, reference.scaled_dot_product_attention)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The scores are ln 3 and 0, so that three quarters of the first value are fetched, and one of the second."""
        third = np.log(3)
        Q, K, V = floats([1, 1, 0, 0]), floats([third, third, 7, 0], [0, 0, 7, 7]), floats([4, 0], [0, 8])
        oracle = by_hand(reference.scaled_dot_product_attention, [[3, 2]], [[0.75, 0.25]])
        agree(student.scaled_dot_product_attention, oracle, Q, K, V)

    def test_sizes_all_different(self, check, rng):
        """Every query asks all keys, and fetches from all values."""
        for sizes in SIZES:
            check(*attention(rng, sizes))

    def test_leading_axes(self, check, rng):
        """There may be no axis before the last two, one, or several; nothing is mixed across them."""
        for sizes in LEADING:
            check(*attention(rng, sizes))

    def test_sizes_alike(self, check, rng):
        """Queries, keys and values keep their places, also where some of their sizes are equal."""
        for sizes in ALIKE:
            check(*attention(rng, sizes))

    def test_size_of_keys(self, check, rng):
        """Scores are divided by the root of the number of components of a key, however many there are."""
        for dk in (1, 2, 9, 16):
            check(*attention(rng, ((2,), 3, 4, dk, 2)))

    def test_masks(self, check, rng):
        """Masked keys get the weight 0, and the others share it."""
        for sizes in (*SIZES[:3], ALIKE[0], LEADING[0]):
            check(*attention(rng, sizes), masked(rng, sizes))

    def test_masks_that_broadcast(self, check, rng):
        """A mask of fewer axes, or of axes of length 1, holds for all queries, heads or examples."""
        for sizes, mask in masks_that_broadcast(rng):
            check(*attention(rng, sizes), mask)

    def test_nothing_kept(self, check, rng):
        """A query that may look nowhere gets weights and output 0; the others are as ever."""
        for sizes in SIZES:
            mask = masked(rng, sizes)
            mask[..., size(rng, 0, sizes[1] - 1), :] = False
            check(*attention(rng, sizes), mask)
        check(*attention(rng, SIZES[0]), np.zeros(5, dtype=bool))

    def test_masked_whatever_the_scores(self, check, rng):
        """However low the kept scores and however high the masked ones are, or vice versa, masked keys get nothing."""
        for scale in SCALES:
            (Q, K, V), mask = pulled(rng, 2, 5, scale)
            check(Q, K, V, mask)
            check(-Q, K, V, mask)

    def test_large_scores(self, check, rng):
        """Scores of ±1000 cause no overflow."""
        for sizes in SIZES[:3]:
            Q, K, V = attention(rng, sizes)
            check(400 * Q, K, V)
            check(400 * Q, K, V, masked(rng, sizes))

    def test_no_preference(self, check, rng):
        """Queries of 0 fetch the mean of all values, and zeros elsewhere are nothing special either."""
        for sizes in SIZES[:3]:
            Q, K, V = attention(rng, sizes)
            check(np.zeros_like(Q), K, V)
            check(Q, np.zeros_like(K), V, masked(rng, sizes))
            check(Q, K, np.zeros_like(V))

    def test_smallest_sizes(self, check, rng):
        """One query, one key, vectors of one number: each works."""
        for sizes in SMALLEST:
            check(*attention(rng, sizes))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for sizes in SIZES[:3]:
            lead, Tq, Tk, dk, dv = sizes
            check(whole(rng, *lead, Tq, dk), whole(rng, *lead, Tk, dk), whole(rng, *lead, Tk, dv))
            narrow = [
                whole(rng, *lead, t, d, low=-20, high=21).astype(np.int8) for t, d in ((Tq, dk), (Tk, dk), (Tk, dv))
            ]
            check(*narrow, masked(rng, sizes))
            check(*(a.tolist() for a in attention(rng, sizes)))

    def test_float32(self, student, agree, rng):
        """Queries, keys and values in float32 are as good as others."""
        for sizes in SIZES[:3]:
            arguments = [a.astype(np.float32) for a in attention(rng, sizes)]
            within = agree.within(**FLOAT32)
            within(student.scaled_dot_product_attention, reference.scaled_dot_product_attention, *arguments)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        function, oracle = student.scaled_dot_product_attention, reference.scaled_dot_product_attention
        for sizes in SIZES[:3]:
            agree.pure(function, oracle, *attention(rng, sizes), masked(rng, sizes))

    def test_random_sizes(self, check, rng):
        """Any sizes work, with any mask."""
        for _ in range(5):
            sizes = (size(rng, 1, 3),), size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 3)
            check(*attention(rng, sizes), rng.random((*sizes[0], *sizes[1:3])) < 0.7)


@pytest.mark.exercise("sdpa_backward")
class TestSdpaBackward:
    @pytest.fixture
    def check(self, student, agree, rng):
        def check(Q, K, V, mask=None):
            dout = normal(rng, *Q.shape[:-1], V.shape[-1])
            agree(student.sdpa_backward, reference.sdpa_backward, dout, Q, K, V, mask)

        return check

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Both keys have half of the weight; the first value is larger, so its key should come closer."""
        queries, keys = (floats([0]), floats([1], [-1])), (floats([1]), floats([0], [0]))
        for (Q, K), *want in ((queries, [[2]], [[0], [0]]), (keys, [[0]], [[1], [-1]])):
            oracle = by_hand(reference.sdpa_backward, *want, [[1], [1]])
            agree(student.sdpa_backward, oracle, floats([2]), Q, K, floats([3], [1]))

    def test_sizes_all_different(self, student, agree, rng):
        """Gradients have the shapes of queries, keys and values, and come from every query and every key."""
        for sizes in SIZES:
            Q, K, V = attention(rng, sizes)
            dout = normal(rng, *Q.shape[:-1], V.shape[-1])
            agree(student.sdpa_backward, reference.sdpa_backward, dout, Q, K, V)

    def test_leading_axes(self, check, rng):
        """There may be no axis before the last two, one, or several; nothing is mixed across them."""
        for sizes in LEADING:
            check(*attention(rng, sizes))

    def test_sizes_alike(self, check, rng):
        """Each gradient belongs to its own argument, also where sizes are equal."""
        for sizes in ALIKE:
            check(*attention(rng, sizes))

    def test_size_of_keys(self, check, rng):
        """The division by the root of dk is there on the way back too, once."""
        for dk in (1, 2, 9, 16):
            check(*attention(rng, ((2,), 3, 4, dk, 2)))

    def test_masks(self, check, rng):
        """Nothing goes back to masked keys and values by the queries that did not see them."""
        for sizes in (*SIZES[:3], ALIKE[0], LEADING[0]):
            check(*attention(rng, sizes), masked(rng, sizes))

    def test_masks_that_broadcast(self, check, rng):
        """A mask of fewer axes, or of axes of length 1, holds for all queries, heads or examples."""
        for sizes, mask in masks_that_broadcast(rng):
            check(*attention(rng, sizes), mask)

    def test_nothing_kept(self, check, rng):
        """A query that may look nowhere has the gradient 0, and passes nothing on; so has a key that nobody sees."""
        for sizes in SIZES:
            mask = masked(rng, sizes)
            mask[..., size(rng, 0, sizes[1] - 1), :] = False
            check(*attention(rng, sizes), mask)
            unseen = masked(rng, sizes)
            unseen[..., size(rng, 0, sizes[2] - 1)] = False
            check(*attention(rng, sizes), unseen)

    def test_masked_whatever_the_scores(self, check, rng):
        """However low the kept scores and however high the masked ones are, masked keys take no part."""
        for scale in SCALES[:-2]:
            arguments, mask = pulled(rng, 2, 5, scale)
            check(*arguments, mask)

    def test_sharp_weights(self, check, rng):
        """Where one key has all the weight, only its value still gets a gradient."""
        for sizes in SIZES[:3]:
            Q, K, V = attention(rng, sizes)
            check(1e4 * Q, K, V)

    def test_no_preference(self, check, rng):
        """Queries, keys or values of 0 are nothing special."""
        for sizes in SIZES[:3]:
            Q, K, V = attention(rng, sizes)
            check(np.zeros_like(Q), K, V)
            check(Q, np.zeros_like(K), V)
            check(Q, K, np.zeros_like(V))

    def test_gradient_at_one_place(self, student, agree, rng):
        """A gradient at a single query and component comes from there alone."""
        for place in ((0, 1, 3), (1, 2, 0), (1, 0, 5)):
            Q, K, V = attention(rng, SIZES[0])
            dout = np.zeros((2, 3, 6))
            dout[place] = 1.5
            agree(student.sdpa_backward, reference.sdpa_backward, dout, Q, K, V)

    def test_smallest_sizes(self, check, rng):
        """One query, one key, vectors of one number: each works."""
        for sizes in SMALLEST:
            check(*attention(rng, sizes))

    def test_integers_and_lists(self, student, agree, rng):
        """Whole numbers and lists come in, floats come out."""
        for lead, Tq, Tk, dk, dv in SIZES[:3]:
            shapes = (*lead, Tq, dv), (*lead, Tq, dk), (*lead, Tk, dk), (*lead, Tk, dv)
            numbers, narrow = ([whole(rng, *shape, low=-k, high=k) for shape in shapes] for k in (4, 21))
            agree(student.sdpa_backward, reference.sdpa_backward, *numbers)
            agree(student.sdpa_backward, reference.sdpa_backward, *(a.astype(np.int8) for a in narrow))
            agree(student.sdpa_backward, reference.sdpa_backward, *(normal(rng, *shape).tolist() for shape in shapes))

    def test_float32(self, student, agree, rng):
        """Gradients in float32 are as good as others."""
        for sizes in SIZES[:3]:
            Q, K, V = (a.astype(np.float32) for a in attention(rng, sizes))
            dout = normal(rng, *Q.shape[:-1], V.shape[-1]).astype(np.float32)
            agree.within(**FLOAT32)(student.sdpa_backward, reference.sdpa_backward, dout, Q, K, V)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        for sizes in SIZES[:3]:
            Q, K, V = attention(rng, sizes)
            dout = normal(rng, *Q.shape[:-1], V.shape[-1])
            agree.pure(student.sdpa_backward, reference.sdpa_backward, dout, Q, K, V, masked(rng, sizes))

    def test_random_sizes(self, check, rng):
        """Any sizes work, with any mask."""
        for _ in range(5):
            sizes = (size(rng, 1, 3),), size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 3)
            check(*attention(rng, sizes), rng.random((*sizes[0], *sizes[1:3])) < 0.7)
