"""Hidden tests of assignment 5: masks.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails; it draws three inputs or more, so that a mistake that shows under that property alone can be told from others.
"""

import functools

import numpy as np
import pytest

from reference import attention as reference


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def bools(*rows):
    return np.array(rows, dtype=bool)


def by_hand(oracle, gives):
    """The oracle, which must give the result that was found by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        np.testing.assert_array_equal(want, gives, strict=True)
        return want

    return checked


def lengths_up_to(rng, n, t):
    """Random lengths (n,) from 0 to t; of two or more, one is neither 0 nor t if there is such a number."""
    lengths = rng.integers(0, t + 1, n)
    lengths[: n // 2] = rng.integers(min(1, t - 1), t, n // 2)
    return lengths


@pytest.mark.exercise("padding_mask")
class TestPaddingMask:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.padding_mask, reference.padding_mask)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Of two sentences, three words and one word long, all the words are kept."""
        want = by_hand(reference.padding_mask, bools([1, 1, 1, 0], [1, 0, 0, 0]))
        agree(student.padding_mask, want, np.array([3, 1]), 4)

    def test_sizes_all_different(self, check, rng):
        """There is a row for each sentence, and as many entries in it as there are positions."""
        for n, t in ((3, 5), (6, 4), (2, 7), (5, 3)):
            check(lengths_up_to(rng, n, t), t)

    def test_as_many_sentences_as_positions(self, check, rng):
        """Sentences are rows and positions columns, also where there are equally many."""
        for n in (3, 4, 6):
            check(lengths_up_to(rng, n, n), n)

    def test_empty_sentences(self, check):
        """A sentence without words keeps nothing."""
        for lengths, t in (([0, 2, 1], 4), ([3, 0], 3), ([0, 0, 0], 2), ([0], 5)):
            check(np.array(lengths), t)

    def test_full_sentences(self, check):
        """A sentence that fills all positions keeps all of them."""
        for lengths, t in (([4, 2, 1], 4), ([3, 0], 3), ([2, 2, 2], 2), ([5], 5)):
            check(np.array(lengths), t)

    def test_room_beyond_the_longest(self, check):
        """There may be more positions than the longest sentence has words."""
        for lengths, t in (([2, 1], 5), ([1, 3, 2], 7), ([4, 4], 6)):
            check(np.array(lengths), t)

    def test_smallest_sizes(self, check):
        """One sentence, and one position, are enough."""
        for lengths, t in (([1], 1), ([0], 1), ([1, 0], 1), ([2], 4)):
            check(np.array(lengths), t)

    def test_kinds_of_integers_and_lists(self, check):
        """Lengths may be a list, or whole numbers of any dtype."""
        check([2, 0, 3], 4)
        for kind in (np.uint8, np.int8, np.int32, np.uint64):
            check(np.array([1, 3, 0], dtype=kind), 3)

    def test_argument_unchanged(self, student, agree, rng):
        """The lengths are not written into, and a second call gives the same."""
        for n, t in ((3, 5), (2, 4), (4, 3)):
            agree.pure(student.padding_mask, reference.padding_mask, lengths_up_to(rng, n, t), t)

    def test_random_sizes(self, check, rng):
        """Any lengths work."""
        for _ in range(5):
            t, n = size(rng, 1, 6), size(rng, 1, 4)
            check(np.array([size(rng, 0, t) for _ in range(n)]), t)


@pytest.mark.exercise("causal_mask")
class TestCausalMask:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.causal_mask, reference.causal_mask)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Each of three positions sees itself and those before it."""
        want = by_hand(reference.causal_mask, bools([1, 0, 0], [1, 1, 0], [1, 1, 1]))
        agree(student.causal_mask, want, 3)

    def test_two_positions(self, check):
        """The first of two positions sees itself, the second sees both."""
        check(2)

    def test_one_position(self, check):
        """A single position sees itself."""
        check(1)

    def test_many_positions(self, check):
        """However many positions there are, none sees what comes after it."""
        for T in (4, 5, 8, 12):
            check(T)

    def test_random_sizes(self, check, rng):
        """Any number of positions works."""
        for _ in range(5):
            check(size(rng, 1, 9))


def causal(T):
    return np.tril(np.ones((T, T), dtype=bool))


@pytest.mark.exercise("combine")
class TestCombine:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.combine, reference.combine)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The third position is filling: nobody looks at it, and nobody looks ahead."""
        want = by_hand(reference.combine, bools([1, 0, 0], [1, 1, 0], [1, 1, 0])[None, None])
        agree(student.combine, want, bools([1, 1, 0]), causal(3))

    def test_padding_at_the_end(self, check, rng):
        """Padded keys are masked for every query, and the future is too."""
        for n, t in ((2, 4), (3, 5), (5, 3)):
            check(reference.padding_mask(lengths_up_to(rng, n, t), t), causal(t))

    def test_as_many_examples_as_positions(self, check, rng):
        """Examples, queries and keys keep their places, also where there are equally many."""
        for n in (3, 4, 5):
            check(reference.padding_mask(lengths_up_to(rng, n, n), n), causal(n))

    def test_padding_anywhere(self, check, rng):
        """Padding may be anywhere, not only at the end."""
        for n, t in ((2, 4), (3, 5), (4, 6)):
            check(rng.random((n, t)) < 0.5, causal(t))

    def test_other_masks(self, check, rng):
        """The second mask may be any: only entries that both masks keep are kept."""
        for n, t in ((2, 4), (3, 5), (4, 3)):
            check(rng.random((n, t)) < 0.6, rng.random((t, t)) < 0.6)

    def test_all_or_nothing(self, check):
        """Without any padding the causal mask is left; where all is padding, nothing is."""
        for n, t in ((2, 3), (3, 4), (1, 5)):
            check(np.ones((n, t), dtype=bool), causal(t))
            check(np.zeros((n, t), dtype=bool), causal(t))
            check(np.ones((n, t), dtype=bool), np.zeros((t, t), dtype=bool))

    def test_smallest_sizes(self, check, rng):
        """One example, and one position, are enough."""
        for n, t in ((1, 1), (3, 1), (1, 4), (2, 2)):
            check(rng.random((n, t)) < 0.5, causal(t))

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither mask is written into, and a second call gives the same."""
        for n, t in ((2, 4), (3, 3), (1, 5)):
            agree.pure(student.combine, reference.combine, rng.random((n, t)) < 0.6, causal(t))

    def test_random_sizes(self, check, rng):
        """Masks of any size work."""
        for _ in range(5):
            n, t = size(rng, 1, 4), size(rng, 1, 5)
            check(rng.random((n, t)) < 0.6, causal(t))
