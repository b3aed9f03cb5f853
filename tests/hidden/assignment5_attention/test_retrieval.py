"""Hidden tests of assignment 5: attention that learns what to look for.

Each test is one property, named by the first line of its docstring, which a student reads when it fails; it draws three
inputs or more, so that a mistake that shows under that property alone can be told from others.
"""

import functools

import numpy as np
import pytest

from reference import attention as reference
from reference import datasets


def normal(rng, *shape):
    return rng.standard_normal(shape)


def whole(rng, *shape, low=-3, high=4):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


@functools.cache
def searches():
    return datasets.retrieval_split()


def matrices(rng, D, dk):
    """Initial parameters."""
    return {name: normal(rng, D, dk) / np.sqrt(D) for name in ("Wq", "Wk")}


def task(rng, N, T, D):
    """The arguments Q (N, 1, D), K (N, T, D) and y (N,)."""
    return normal(rng, N, 1, D), normal(rng, N, T, D), rng.integers(0, T, N)


def batches_of(rng, examples, *sizes):
    return [rng.choice(examples, n, replace=False) for n in sizes]


@pytest.mark.exercise("train_retrieval")
class TestTrainRetrieval:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.train_retrieval, reference.train_retrieval)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With Wq = 0 both keys get half of the weight; a step of rate 1 makes the scores 3 and 1."""
        params = {"Wq": floats([0]), "Wk": floats([1])}

        @functools.wraps(reference.train_retrieval)
        def oracle(*arguments):
            theta, losses = reference.train_retrieval(*arguments)
            np.testing.assert_allclose(losses, [np.log(2), np.log1p(np.exp(-2))])
            return theta, losses

        batches = [np.array([0]), np.array([0])]
        agree(student.train_retrieval, oracle, floats([[1]]), floats([[3], [1]]), np.array([0]), params, 1.0, batches)

    @pytest.mark.weight(2)
    def test_first_step(self, check, rng):
        """The loss of a batch, and both matrices after one step on it, are right."""
        for N, T, D, dk in ((5, 3, 4, 2), (4, 6, 3, 5), (6, 2, 5, 3)):
            check(*task(rng, N, T, D), matrices(rng, D, dk), 0.3, batches_of(rng, N, N - 2))

    @pytest.mark.weight(2)
    def test_first_steps_on_digits(self, check, rng):
        """The losses of the first steps on digits, and the matrices after them, are right."""
        data = searches()
        for dk, lr, sizes in ((4, 0.5, (4, 4, 4)), (3, 0.2, (3, 5, 2)), (8, 1.0, (2, 2, 2, 2))):
            some = rng.choice(len(data.y_train), 9, replace=False)
            arguments = data.Q_train[some], data.K_train[some], data.y_train[some]
            check(*arguments, matrices(rng, 64, dk), lr, batches_of(rng, 9, *sizes))

    def test_several_steps(self, check, rng):
        """Each step starts from where the step before has led, and each loss is taken before its step."""
        for N, T, D, dk, lr in ((6, 3, 4, 2, 0.5), (5, 4, 3, 4, 0.2), (7, 5, 2, 3, 1.0)):
            check(*task(rng, N, T, D), matrices(rng, D, dk), lr, batches_of(rng, N, 3, 2, 4, 3))

    def test_batches_of_any_size(self, check, rng):
        """Each batch counts by its own size, also if it holds one example, or one example twice."""
        for batches in ([[2], [0, 4]], [[5, 1, 1], [3]], [[4], [4], [4, 0, 2]]):
            check(*task(rng, 6, 3, 4), matrices(rng, 4, 2), 0.25, [np.array(batch) for batch in batches])

    def test_sizes_alike(self, check, rng):
        """Examples, keys and numbers keep their places, also where there are equally many."""
        for n in (2, 3, 4):
            check(*task(rng, n, n, n), matrices(rng, n, n), 0.5, [np.arange(n), np.arange(n)[::-1]])

    def test_smallest_sizes(self, check, rng):
        """One key, or vectors of one number, are enough."""
        for T, D, dk in ((1, 3, 2), (3, 1, 1), (2, 1, 3), (1, 1, 1)):
            check(*task(rng, 3, T, D), matrices(rng, D, dk), 0.5, [[0, 2], [1]])

    def test_no_preference(self, check, rng):
        """From a matrix of zeros all keys have the same weight, and the other matrix learns nothing at first."""
        for name in ("Wq", "Wk", "Wq"):
            params = matrices(rng, 3, 2)
            params[name] = np.zeros((3, 2))
            check(*task(rng, 4, 5, 3), params, 0.5, batches_of(rng, 4, 2, 3))

    def test_rates(self, check, rng):
        """Any learning rate may be given; with a rate of 0 nothing changes."""
        for lr in (0.01, 2.0, 0.0, 1):
            check(*task(rng, 4, 3, 3), matrices(rng, 3, 2), lr, batches_of(rng, 4, 2, 3))

    def test_integers_and_float32(self, check, rng):
        """Queries and keys of integers or float32, and lists, are trained on in float64."""
        for N, T, D in ((4, 3, 2), (3, 2, 4), (5, 4, 3)):
            params, (Q, K, y) = matrices(rng, D, 2), task(rng, N, T, D)
            check(whole(rng, N, 1, D), whole(rng, N, T, D), y, params, 0.2, [[0, 2], [1]])
            check(Q.astype(np.float32), K.astype(np.float32), y, params, 0.2, [[0, 2], [1]])
            check(Q.tolist(), K.tolist(), y.tolist(), params, 0.2, [[0, 2], [1]])

    def test_arguments_unchanged(self, student, agree, rng):
        """The matrices that were handed in are not written into: new ones are returned."""
        for N, T, D in ((4, 3, 2), (3, 2, 4), (5, 4, 3)):
            arguments = *task(rng, N, T, D), matrices(rng, D, 3), 0.3, batches_of(rng, N, 2, 1)
            agree.pure(student.train_retrieval, reference.train_retrieval, *arguments)

    def test_random_sizes(self, check, rng):
        """Any sizes, any rate and any number of steps work."""
        for _ in range(4):
            N, T, D, dk = size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 3), size(rng, 1, 3)
            batches = [np.array([size(rng, 0, N - 1) for _ in range(2)]) for _ in range(size(rng, 1, 3))]
            check(*task(rng, N, T, D), matrices(rng, D, dk), size(rng, 1, 9) / 10, batches)

    @pytest.mark.weight(4)
    def test_finds_digits(self, student):
        """Trained on most of the digits, it finds the one that is asked for among six that it has not seen."""
        # One start and one order for everybody. Of 10 random ones the worst found 96.2 % of the digits.
        data, dk, rng = searches(), 16, np.random.default_rng(2017)
        bound = np.sqrt(6 / (64 + dk))
        params = {name: rng.uniform(-bound, bound, (64, dk)) for name in ("Wq", "Wk")}
        # 1347 = 44·30 + 27 examples: a last batch of a few examples only would make the training unsteady.
        orders = (rng.permutation(len(data.y_train)) for _ in range(6))
        batches = [batch for order in orders for batch in np.split(order, range(30, len(order), 30))]
        given = data.Q_train, data.K_train, data.y_train, params, 1.0
        result = student.train_retrieval(*given, batches)
        assert isinstance(result, (tuple, list)), "The result should be the tuple (params, losses)."
        assert len(result) == 2, "The result should be the tuple (params, losses)."
        trained, losses = result
        assert isinstance(trained, dict), "The trained parameters should be a dict with the keys Wq and Wk."
        assert {name: np.shape(value) for name, value in trained.items()} == {n: v.shape for n, v in params.items()}, (
            "The trained parameters do not have the names and shapes of those that were handed in."
        )
        assert np.shape(losses) == (len(batches),), "There is not one loss per batch."
        _, first = reference.train_retrieval(*given, batches[:3])
        assert np.allclose(losses[:3], first, rtol=1e-6, atol=0), "The losses of the first three batches are not right."
        accuracy = reference.retrieval_accuracy(trained, data.Q_test, data.K_test, data.y_test)

        assert accuracy >= 0.93, f"It finds {accuracy:.1%} of the digits that were held back; 93 % are asked for."
