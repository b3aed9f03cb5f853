"""Hidden tests of assignment 5: heads, and positions.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails; it draws three inputs or more, so that a mistake that shows under that property alone can be told from others.
"""

import functools

import numpy as np
import pytest

from reference import attention as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}

# N, T, heads, columns of a head.
HEADS = [(2, 3, 4, 5), (3, 5, 2, 4), (4, 2, 3, 6), (1, 4, 5, 2)]
# As many positions as heads or as columns of a head: what is transposed by mistake fits all the same.
ALIKE = [(2, 3, 3, 3), (3, 4, 4, 2), (2, 5, 3, 5), (4, 2, 4, 4)]
SMALLEST = [(1, 1, 1, 1), (2, 3, 1, 1), (1, 1, 4, 2), (3, 1, 2, 1)]


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


def changes(remote, *args):
    """Whether a call changes one of its arguments."""
    return remote.session.call(remote.path, args, {}, read_only=True).changed


def by_hand(oracle, gives):
    """The oracle, which must give the result that was computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        np.testing.assert_allclose(want, gives, rtol=1e-12, atol=1e-12, strict=True)
        return want

    return checked


@pytest.mark.exercise("split_heads")
class TestSplitHeads:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.split_heads, reference.split_heads)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Of four columns the first two go to the first head, and the others to the second, in every position."""
        X, heads = floats([1, 2, 3, 4], [5, 6, 7, 8])[None], floats([[1, 2], [5, 6]], [[3, 4], [7, 8]])[None]
        agree(student.split_heads, by_hand(reference.split_heads, heads), X, 2)

    def test_sizes_all_different(self, check, rng):
        """Each head gets a block of neighbouring columns, of all positions."""
        for n, t, h, d in HEADS:
            check(normal(rng, n, t, h * d), h)

    def test_sizes_alike(self, check, rng):
        """Positions, heads and columns keep their places, also where there are equally many."""
        for n, t, h, d in ALIKE:
            check(normal(rng, n, t, h * d), h)

    def test_one_head(self, check, rng):
        """A single head gets all columns."""
        for n, t, d in ((2, 3, 4), (3, 5, 2), (1, 4, 3)):
            check(normal(rng, n, t, d), 1)

    def test_one_column_per_head(self, check, rng):
        """There may be as many heads as columns."""
        for n, t, h in ((2, 3, 4), (3, 5, 2), (1, 4, 3)):
            check(normal(rng, n, t, h), h)

    def test_smallest_sizes(self, check, rng):
        """One example, one position, one column: each works."""
        for n, t, h, d in SMALLEST:
            check(normal(rng, n, t, h * d), h)

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for n, t, h, d in HEADS[:3]:
            check(whole(rng, n, t, h * d), h)
            check(whole(rng, n, t, h * d, low=0).astype(np.uint8), h)
            check(normal(rng, n, t, h * d).tolist(), h)

    def test_float32(self, student, agree, rng):
        """Numbers in float32 are as good as others."""
        for n, t, h, d in HEADS[:3]:
            X = normal(rng, n, t, h * d).astype(np.float32)
            agree.within(**FLOAT32)(student.split_heads, reference.split_heads, X, h)

    def test_argument_unchanged(self, student, check, rng):
        """X keeps its numbers and its shape."""
        for n, t, h, d in HEADS[:3]:
            X = normal(rng, n, t, h * d)
            check(X, h)

            assert not changes(student.split_heads, X, h), "X is not the same after the call: work on a copy."

    def test_random_sizes(self, check, rng):
        """Any number of heads and columns works."""
        for _ in range(5):
            n, t, h, d = size(rng, 1, 3), size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 3)
            check(normal(rng, n, t, h * d), h)


@pytest.mark.exercise("merge_heads")
class TestMergeHeads:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.merge_heads, reference.merge_heads)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The columns of two heads stand side by side again, in every position."""
        X, heads = floats([1, 2, 3, 4], [5, 6, 7, 8])[None], floats([[1, 2], [5, 6]], [[3, 4], [7, 8]])[None]
        agree(student.merge_heads, by_hand(reference.merge_heads, X), heads)

    def test_sizes_all_different(self, check, rng):
        """In every position the heads stand side by side, the first one on the left."""
        for n, t, h, d in HEADS:
            check(normal(rng, n, h, t, d))

    def test_sizes_alike(self, check, rng):
        """Positions, heads and columns keep their places, also where there are equally many."""
        for n, t, h, d in ALIKE:
            check(normal(rng, n, h, t, d))

    def test_one_head(self, check, rng):
        """A single head stays as it is, without its axis."""
        for n, t, d in ((2, 3, 4), (3, 5, 2), (1, 4, 3)):
            check(normal(rng, n, 1, t, d))

    def test_one_column_per_head(self, check, rng):
        """A head may have a single column."""
        for n, t, h in ((2, 3, 4), (3, 5, 2), (1, 4, 3)):
            check(normal(rng, n, h, t, 1))

    def test_back_again(self, check, rng):
        """What was split is put together again."""
        for n, t, h, d in HEADS:
            check(reference.split_heads(normal(rng, n, t, h * d), h))

    def test_smallest_sizes(self, check, rng):
        """One example, one position, one column: each works."""
        for n, t, h, d in SMALLEST:
            check(normal(rng, n, h, t, d))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for n, t, h, d in HEADS[:3]:
            check(whole(rng, n, h, t, d))
            check(whole(rng, n, h, t, d, low=0).astype(np.uint8))
            check(normal(rng, n, h, t, d).tolist())

    def test_float32(self, student, agree, rng):
        """Numbers in float32 are as good as others."""
        for n, t, h, d in HEADS[:3]:
            X = normal(rng, n, h, t, d).astype(np.float32)
            agree.within(**FLOAT32)(student.merge_heads, reference.merge_heads, X)

    def test_argument_unchanged(self, student, check, rng):
        """X keeps its numbers and its shape."""
        for n, t, h, d in HEADS[:3]:
            X = normal(rng, n, h, t, d)
            check(X)

            assert not changes(student.merge_heads, X), "X is not the same after the call: work on a copy."

    def test_random_sizes(self, check, rng):
        """Any number of heads and columns works."""
        for _ in range(5):
            check(normal(rng, size(rng, 1, 3), size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 3)))


# N, Tq, Tk, D, heads.
CROSS = [(2, 3, 5, 8, 4), (3, 5, 2, 6, 2), (1, 4, 6, 9, 3), (4, 2, 3, 6, 3)]
SELF = [(2, 4, 4, 6, 2), (3, 3, 3, 8, 4), (1, 5, 5, 6, 3), (2, 4, 4, 4, 2)]


def layer(rng, sizes):
    """The arguments Xq, Xkv, Wq, Wk, Wv, Wo and n_heads of a layer."""
    N, Tq, Tk, D, heads = sizes
    weights = (normal(rng, D, D) / np.sqrt(D) for _ in range(4))
    return normal(rng, N, Tq, D), normal(rng, N, Tk, D), *weights, heads


def per_head(rng, sizes):
    N, Tq, Tk, _, heads = sizes
    return some(rng, N, heads, Tq, Tk)


def pulled(rng, scale):
    """A layer with two heads, and a mask: kept scores are about −scale, and masked ones about scale.

    A head has four columns, so that the scores are whole numbers.
    """
    mask, sign = some(rng, 2, 1, 1, 5), np.tile(np.eye(4), (2, 2))
    Xq, Xkv = np.zeros((2, 3, 8)), np.zeros((2, 5, 8))
    Xq[..., :2] = scale, 1
    Xkv[..., 0] = np.where(mask[:, 0, 0], -2.0, 2.0)
    Xkv[..., 1] = 2.0 * whole(rng, 2, 5)
    return (Xq, Xkv, sign, sign, normal(rng, 8, 8), normal(rng, 8, 8), 2), mask


@pytest.mark.exercise("multi_head_attention")
class TestMultiHeadAttention:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.multi_head_attention, reference.multi_head_attention)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Each of two heads fetches its own column from the only position there is; then the columns are swapped."""
        Xq, Xkv, one = floats([3, 4])[None], floats([1, 2])[None], np.eye(2)
        tenfold, swap = floats([1, 0], [0, 10]), floats([0, 1], [1, 0])
        oracle = by_hand(reference.multi_head_attention, floats([20, 1])[None])
        agree(student.multi_head_attention, oracle, Xq, Xkv, one, one, tenfold, swap, 2)

    def test_to_another_sequence(self, check, rng):
        """Queries come from the one sequence, keys and values from the other, whatever their lengths."""
        for sizes in CROSS:
            check(*layer(rng, sizes))

    def test_as_many_queries_as_keys(self, check, rng):
        """Queries come from the one sequence, keys and values from the other, also where both are equally long."""
        for sizes in SELF:
            check(*layer(rng, sizes))

    def test_to_itself(self, check, rng):
        """A sequence may attend to itself."""
        for sizes in SELF:
            Xq, _, *rest = layer(rng, sizes)
            check(Xq, Xq, *rest)

    def test_one_head(self, check, rng):
        """A single head has all columns."""
        for sizes in ((2, 3, 5, 4, 1), (3, 4, 2, 6, 1), (1, 2, 4, 3, 1)):
            check(*layer(rng, sizes))

    def test_one_column_per_head(self, check, rng):
        """There may be as many heads as columns."""
        for sizes in ((2, 3, 5, 4, 4), (3, 4, 2, 6, 6), (1, 2, 4, 3, 3)):
            check(*layer(rng, sizes))

    def test_masks(self, check, rng):
        """Each head and each query may have a mask of its own."""
        for sizes in (*CROSS, SELF[0]):
            check(*layer(rng, sizes), per_head(rng, sizes))

    def test_masks_that_broadcast(self, check, rng):
        """A mask with an axis of length 1, or fewer axes, holds for all heads, queries or examples."""
        for shape in ((1, 4, 4), (1, 1, 4), (2, 1, 4)):
            check(*layer(rng, (3, 4, 4, 6, 2)), some(rng, 3, *shape))
        for shape in ((4, 5), (5,), (2, 4, 5)):
            check(*layer(rng, (3, 4, 5, 6, 2)), some(rng, *shape))

    def test_padded_and_causal(self, check, rng):
        """The mask that `combine` makes is understood."""
        for N, T, D, heads in ((2, 4, 6, 3), (3, 5, 4, 2), (1, 3, 8, 4)):
            pad = reference.padding_mask(rng.integers(1, T + 1, N), T)
            check(*layer(rng, (N, T, T, D, heads)), reference.combine(pad, reference.causal_mask(T)))

    def test_nothing_kept(self, check, rng):
        """A query that may look nowhere gets 0; the others are as ever."""
        for sizes in (*CROSS[:2], SELF[0]):
            mask = per_head(rng, sizes)
            mask[:, :, size(rng, 0, sizes[1] - 1)] = False
            check(*layer(rng, sizes), mask)
            mask = per_head(rng, sizes)
            mask[0, 0] = False
            check(*layer(rng, sizes), mask)

    def test_masked_whatever_the_scores(self, check, rng):
        """However low the kept scores and however high the masked ones are, masked keys get nothing."""
        for scale in (1e3, 5e4, 5e5, 5e6, 5e8, 5e9, 1e12):
            arguments, mask = pulled(rng, scale)
            check(*arguments, mask)

    def test_smallest_sizes(self, check, rng):
        """One example, one query, one key, one column: each works."""
        for sizes in ((1, 1, 1, 1, 1), (2, 1, 3, 2, 2), (1, 3, 1, 4, 2), (1, 1, 2, 1, 1)):
            check(*layer(rng, sizes))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for sizes in CROSS[:3]:
            Xq, Xkv, *weights, heads = layer(rng, sizes)
            check(whole(rng, *Xq.shape), whole(rng, *Xkv.shape), *weights, heads)
            narrow = (whole(rng, *a.shape, low=-12, high=13).astype(np.int8) for a in (Xq, Xkv, *weights))
            check(*narrow, heads)
            check(*(a.tolist() for a in (Xq, Xkv, *weights)), heads)

    def test_float32(self, student, agree, rng):
        """Sequences and matrices in float32 are as good as others."""
        for sizes in CROSS[:3]:
            *arrays, heads = layer(rng, sizes)
            arrays = [a.astype(np.float32) for a in arrays]
            agree.within(**FLOAT32)(student.multi_head_attention, reference.multi_head_attention, *arrays, heads)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        for sizes in CROSS[:3]:
            mask = per_head(rng, sizes)
            agree.pure(student.multi_head_attention, reference.multi_head_attention, *layer(rng, sizes), mask)

    def test_random_sizes(self, check, rng):
        """Any sizes work, with any mask."""
        for _ in range(4):
            heads, d = size(rng, 1, 3), size(rng, 1, 3)
            sizes = size(rng, 1, 3), size(rng, 1, 4), size(rng, 1, 4), heads * d, heads
            check(*layer(rng, sizes), rng.random((sizes[0], heads, *sizes[1:3])) < 0.7)


@pytest.mark.exercise("sinusoidal_positions")
class TestSinusoidalPositions:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.sinusoidal_positions, reference.sinusoidal_positions)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The first pair of columns turns by 1 at every position, the second one by a hundredth."""
        want = floats([0, 1, 0, 1], [np.sin(1), np.cos(1), np.sin(0.01), np.cos(0.01)])
        agree(student.sinusoidal_positions, by_hand(reference.sinusoidal_positions, want), 2, 4)

    def test_sizes_all_different(self, check):
        """There is a row for each position, and a pair of columns for each frequency."""
        for T, d in ((5, 4), (3, 8), (7, 6), (4, 10)):
            check(T, d)

    def test_as_many_positions_as_columns(self, check):
        """Rows are positions, also where there are as many columns."""
        for n in (4, 6, 8):
            check(n, n)

    def test_odd_numbers_of_columns(self, check):
        """With an odd number of columns the last sine stands alone."""
        for T, d in ((4, 3), (5, 7), (2, 5), (6, 9)):
            check(T, d)

    def test_few_columns(self, check):
        """One or two columns have the frequency 1."""
        for T, d in ((5, 2), (4, 1), (7, 2), (1, 1)):
            check(T, d)

    def test_one_position(self, check):
        """The first position has all sines 0 and all cosines 1."""
        for d in (4, 5, 2, 12):
            check(1, d)

    def test_many_columns(self, check):
        """Frequencies fall from 1 to almost 1/10000."""
        for T, d in ((3, 64), (2, 128), (4, 51)):
            check(T, d)

    def test_many_positions(self, check):
        """Far away positions are as exact as near ones."""
        for T, d in ((200, 6), (500, 4), (120, 3)):
            check(T, d)

    def test_random_sizes(self, check, rng):
        """Any number of positions and columns works."""
        for _ in range(5):
            check(size(rng, 1, 9), size(rng, 1, 9))
