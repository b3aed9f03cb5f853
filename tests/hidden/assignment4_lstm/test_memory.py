"""Hidden tests of assignment 4: what becomes of a memory, leaky units, and clipping.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails.
"""

import functools

import numpy as np
import pytest

from reference import lstm as reference

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}


def normal(rng, *shape):
    return rng.standard_normal(shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def floats(*rows):
    return np.array(rows, dtype=np.float64)


def by_hand(oracle, gives):
    """The oracle, which must give the result that was computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        if isinstance(gives, str):
            assert want == gives
        else:
            np.testing.assert_allclose(want, gives, rtol=1e-12, atol=1e-12)
        return want

    return checked


def symmetric(rng, H, radius=1.5):
    """A random symmetric matrix; `radius` is about its spectral radius."""
    A = normal(rng, H, H)
    return radius * (A + A.T) / np.sqrt(8 * H)


def of_eigenvalues(rng, values):
    """A random symmetric matrix with these eigenvalues, up to rounding."""
    Q, _ = np.linalg.qr(normal(rng, len(values), len(values)))
    W = (Q * np.array(values)) @ Q.T
    return (W + W.T) / 2


class Recurrence:
    """What holds for both ways to a recurrence without input; `matrix` makes a matrix of H × H."""

    function = ""

    @staticmethod
    def matrix(rng, H):
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

    def test_few_steps(self, check, rng):
        """After one, two, three steps the vector is where it should be."""
        for H, t in ((3, 1), (4, 2), (2, 3), (5, 2)):
            check(self.matrix(rng, H), normal(rng, H), t)

    def test_many_steps(self, check, rng):
        """After many steps too."""
        for H, t in ((3, 9), (2, 20), (4, 12), (5, 31)):
            check(self.matrix(rng, H), normal(rng, H), t)

    def test_no_step(self, check, rng):
        """With t = 0 nothing has happened yet."""
        for H in (1, 3, 4):
            check(self.matrix(rng, H), normal(rng, H), 0)
            check(np.zeros((H, H)), normal(rng, H), 0)

    def test_one_unit(self, check, rng):
        """With a single unit it is a number to the power t; it may be negative."""
        for w, t in ((-2.0, 3), (0.5, 4), (-0.9, 7), (1.0, 5)):
            check(floats([w]), normal(rng, 1), t)

    def test_zeros(self, check, rng):
        """A matrix or a vector of zeros, and entries that are 0, are nothing special."""
        for H, t in ((3, 2), (2, 1), (4, 5)):
            check(np.zeros((H, H)), normal(rng, H), t)
            check(self.matrix(rng, H), np.zeros(H), t)
            check(np.diag(normal(rng, H)), normal(rng, H), t)
            check(self.matrix(rng, H), np.eye(H)[1], t)

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for H, t in ((3, 2), (2, 5), (4, 3)):
            A = rng.integers(-2, 3, (H, H))
            W = A + A.T if self.function == "eig_recurrence" else A
            check(W, rng.integers(-3, 4, H), t)
            check((9 * W).astype(np.int8), rng.integers(1, 4, H).astype(np.uint8), t)
            check(W, rng.integers(-3, 4, H), 0)
            check(self.matrix(rng, H).tolist(), normal(rng, H).tolist(), t)

    def test_float32(self, remote, oracle, agree, rng):
        """Arrays in float32 are as good as others."""
        for H, t in ((3, 2), (2, 4), (5, 3)):
            W, h0 = self.matrix(rng, H).astype(np.float32), normal(rng, H).astype(np.float32)
            agree.within(**FLOAT32)(remote, oracle, W, h0, t)

    def test_arguments_unchanged(self, remote, oracle, agree, rng):
        """No argument is written into or returned, also if nothing happens."""
        for H, t in ((3, 2), (2, 0), (4, 1), (5, 3)):
            agree.pure(remote, oracle, self.matrix(rng, H), normal(rng, H), t)

    def test_random_sizes(self, check, rng):
        """Any number of units and of steps works."""
        for _ in range(6):
            H, t = size(rng, 1, 5), size(rng, 0, 6)
            check(self.matrix(rng, H), normal(rng, H), t)


@pytest.mark.exercise("power_recurrence")
class TestPowerRecurrence(Recurrence):
    function = "power_recurrence"

    @staticmethod
    def matrix(rng, H):
        return normal(rng, H, H) / np.sqrt(H)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The transpose of [[1, 1], [0, 1]] adds the first number to the second."""
        agree(
            student.power_recurrence,
            by_hand(reference.power_recurrence, [1, 5]),
            floats([1, 1], [0, 1]),
            floats(1, 2),
            3,
        )


@pytest.mark.exercise("eig_recurrence")
class TestEigRecurrence(Recurrence):
    function = "eig_recurrence"
    matrix = staticmethod(symmetric)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The eigenvalues of [[1, 2], [2, 1]] are 3 and −1; two steps make 9 and 1 of them."""
        agree(
            student.eig_recurrence, by_hand(reference.eig_recurrence, [5, 4]), floats([1, 2], [2, 1]), floats(1, 0), 2
        )

    def test_negative_eigenvalues(self, check, rng):
        """Negative eigenvalues change their sign from step to step; the largest may be one of them."""
        for values, t in (((-1.2, 0.5, 0.3), 3), ((-2.0, -1.0), 2), ((-0.7, 0.6, -0.2, 0.1), 5)):
            check(of_eigenvalues(rng, values), normal(rng, len(values)), t)

    def test_equal_eigenvalues(self, check, rng):
        """Eigenvalues may be equal, or be 0."""
        for values, t in (((0.8, 0.8, -0.5), 3), ((1.0, 0.0, 0.0, 1.0), 4), ((-1.5, -1.5), 3), ((0.0, 1.3), 1)):
            check(of_eigenvalues(rng, values), normal(rng, len(values)), t)


@pytest.mark.exercise("fate")
class TestFate:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.fate, reference.fate)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """−2 explodes, a large entry beside eigenvalues of a half does not, and a quarter turn does neither."""
        for W, says in (([[-2]], "explodes"), ([[0.5, 9], [0, 0.5]], "vanishes"), ([[0, -1], [1, 0]], "neither")):
            agree(student.fate, by_hand(reference.fate, says), np.array(W, dtype=float))

    def test_scalars(self, check):
        """For a single weight w it is |w| that counts."""
        for w in (0.5, -0.5, 1.5, -1.5, 1.0, -1.0, 0.0, 30.0, -30.0):
            check(floats([w]))

    def test_symmetric(self, check, rng):
        """Of all eigenvalues the one that is largest by absolute value decides, be it negative."""
        for values in (
            (-1.2, 0.5, 0.3),
            (0.9, -0.8),
            (-1.0, 0.2, 0.4),
            (1.3, -0.1, 0.0, 0.2),
            (-0.7, -0.6),
            (1.6, -0.9),
        ):
            check(of_eigenvalues(rng, values))

    def test_complex_eigenvalues(self, check, rng):
        """Of complex eigenvalues the absolute value counts, not the real part."""
        for radius in (0.6, 1.0, 1.4, 1.2, 0.9, 1.0):
            angle = rng.uniform(0.8, 2.4)
            turn = radius * floats([np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)])
            check(turn)
            W = np.zeros((3, 3))
            W[:2, :2], W[2, 2] = turn, rng.uniform(-0.5, 0.5)
            A = normal(rng, 3, 3) + 3 * np.eye(3)
            check(A @ W @ np.linalg.inv(A))

    def test_large_entries(self, check, rng):
        """Entries, norms and singular values say little: a triangular matrix has its eigenvalues on the diagonal."""
        for H, radius in ((2, 0.5), (3, 0.9), (4, 0.3), (3, 1.0)):
            W = np.triu(5 * np.abs(normal(rng, H, H)) + 1, 1) + np.diag(rng.uniform(-0.3, 0.3, H))
            W[1, 1] = -radius
            check(W)
            check(W.T)

    def test_small_entries(self, check, rng):
        """Many small entries can add up to an eigenvalue above 1, and signs can make them cancel."""
        for H in (3, 4, 6):
            check(np.full((H, H), 1.5 / H))
            check(np.full((H, H), 0.8 / H))
            check(-np.full((H, H), 1.5 / H))
            check(np.full((H, H), 0.9) * np.where(np.arange(H) % 2, 1, -1))

    def test_neither(self, check, rng):
        """Matrices that keep lengths do neither."""
        for H in (2, 3, 5):
            check(np.eye(H))
            check(np.eye(H)[rng.permutation(H)])
            check(np.linalg.qr(normal(rng, H, H))[0])

    def test_tolerance(self, check):
        """What is not further from 1 than `tol` counts as 1."""
        for w in (1 + 1e-9, 1 - 1e-9, -1 + 1e-9, 1 + 1e-3, 1 - 1e-3, 1 + 1e-5, 1 - 1e-5):
            check(floats([w]))
            check(np.diag([w, 0.2]))
        for w, tol in (
            (1.05, 0.1),
            (0.95, 0.1),
            (1.2, 0.1),
            (0.8, 0.1),
            (-1.05, 0.1),
            (1.5, 0.5),
            (0.5, 0.5),
            (1.5, 0.4),
        ):
            check(floats([w]), tol)
            check(np.diag([0.1, w]), tol=tol)

    def test_integers_and_lists(self, check, rng):
        """Whole numbers, lists and float32 come in."""
        for W in ([[0, 1], [1, 0]], [[1, 1], [1, 1]], [[0, 2], [0, 0]], [[2, 0], [0, -3]]):
            check(W)
            check(np.array(W))
            check(np.array(W, dtype=np.int8).T)
        for radius in (0.5, 1.7, 0.8):
            check(of_eigenvalues(rng, (radius, 0.1, -0.2)).astype(np.float32))

    def test_argument_unchanged(self, student, agree, rng):
        """The matrix is not written into, and a second call says the same."""
        for radius in (0.5, 1.0, 1.7):
            agree.pure(student.fate, reference.fate, of_eigenvalues(rng, (radius, -0.3, 0.2)))

    def test_random_sizes(self, check, rng):
        """Any number of units works."""
        for _ in range(8):
            H, percent = size(rng, 1, 5), (50, 80, 100, 120, 200)[size(rng, 0, 4)]
            W = normal(rng, H, H)
            check(W * percent / 100 / np.abs(np.linalg.eigvals(W)).max())


@pytest.mark.exercise("leaky_unit")
class TestLeakyUnit:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.leaky_unit, reference.leaky_unit)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """With α = ¾ a quarter of each new value goes in."""
        agree(student.leaky_unit, by_hand(reference.leaky_unit, [1, 2.75]), floats(4, 8), 0.75)

    def test_any_shape(self, check, rng):
        """Time is the first axis, whatever follows."""
        for shape, alpha in (((5,), 0.9), ((4, 3), 0.7), ((6, 2, 3), 0.2), ((3, 3), 0.6), ((2, 4, 1), 0.35)):
            check(normal(rng, *shape), alpha)

    def test_given_start(self, check, rng):
        """The average starts at mu0, a number or an array."""
        for shape, alpha in (((4,), 0.8), ((3, 2), 0.3), ((5, 3), 0.9), ((2, 2, 3), 0.55)):
            check(normal(rng, *shape), alpha, 1.5)
            check(normal(rng, *shape), alpha, mu0=normal(rng, *shape[1:]))

    def test_extreme_alphas(self, check, rng):
        """With α = 0 nothing is remembered, with α = 1 nothing comes in."""
        for shape in ((4,), (3, 2), (2, 3, 2)):
            for alpha in (0.0, 1.0, 0, 1):
                check(normal(rng, *shape), alpha, normal(rng, *shape[1:]))

    def test_long_memory(self, check, rng):
        """What went in long ago still counts, negative values as such."""
        for T, alpha in ((30, 0.99), (25, 0.9), (40, 0.95)):
            v = np.zeros(T)
            v[0] = 100.0
            check(v, alpha)
            check(-np.abs(normal(rng, T, 2)), alpha, -2.0)

    def test_one_step(self, check, rng):
        """A single step is right."""
        for shape in ((1,), (1, 3), (1, 2, 2)):
            check(normal(rng, *shape), 0.6)
            check(normal(rng, *shape), 0.6, normal(rng, *shape[1:]))

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for shape in ((5,), (4, 2), (3, 2, 2)):
            v = rng.integers(-4, 5, shape)
            check(v, 0.75)
            check(v.tolist(), 0.75, rng.integers(-4, 5, shape[1:]).tolist())
            check(rng.integers(0, 256, shape).astype(np.uint8), 0.5, rng.integers(-4, 5, shape[1:]))

    def test_float32(self, student, agree, rng):
        """Values in float32 are as good as others."""
        for shape in ((5,), (4, 2), (3, 2, 2)):
            v, mu0 = normal(rng, *shape).astype(np.float32), normal(rng, *shape[1:]).astype(np.float32)
            agree.within(**FLOAT32)(student.leaky_unit, reference.leaky_unit, v, 0.8)
            agree.within(**FLOAT32)(student.leaky_unit, reference.leaky_unit, v, 0.8, mu0)

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither the values nor the start are written into."""
        for shape in ((5, 2), (4, 3), (1, 2, 2)):
            agree.pure(student.leaky_unit, reference.leaky_unit, normal(rng, *shape), 0.7, normal(rng, *shape[1:]))

    def test_random_sizes(self, check, rng):
        """Any shape, any α and any start work."""
        for _ in range(6):
            T, units, tenths = size(rng, 1, 5), size(rng, 1, 4), size(rng, 0, 10)
            check(normal(rng, T, units), tenths / 10, normal(rng, units))


def gradients(rng, *shapes):
    return [normal(rng, *shape) for shape in shapes]


# Lists of arrays of unlike shapes.
SHAPES = [((3, 2), (4,), (2, 2, 2)), ((5,), (1,)), ((2, 3), (3, 3), (3,), (3, 4), (4,))]


@pytest.mark.exercise("clip_global_norm")
class TestClipGlobalNorm:
    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, student.clip_global_norm, reference.clip_global_norm)

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """A common norm of 5 is halved where 2.5 is allowed."""
        grads = [floats(3, 0), floats([4])]

        def oracle(grads, max_norm):
            clipped = reference.clip_global_norm(grads, max_norm)
            for got, want in zip(clipped, ([1.5, 0], [[2]]), strict=True):
                np.testing.assert_allclose(got, want, strict=False)
            return clipped

        agree(student.clip_global_norm, oracle, grads, 2.5)

    def test_too_large(self, check, rng):
        """Gradients that are too large together come down to the norm that is allowed, in the same direction."""
        for shapes, max_norm in zip(SHAPES, (1.0, 0.5, 2.0), strict=True):
            check(gradients(rng, *shapes), max_norm)

    def test_small_enough(self, check, rng):
        """Gradients that are small enough stay as they are."""
        for shapes, max_norm in zip(SHAPES, (50.0, 20.0, 1000.0), strict=True):
            check(gradients(rng, *shapes), max_norm)

    def test_together(self, check, rng):
        """It is the norm of all of them together: each alone may be small enough."""
        for shapes, share in zip(SHAPES, (0.99, 0.95, 0.9), strict=True):
            grads = gradients(rng, *shapes)
            check(grads, share * float(np.sqrt(sum(np.sum(g**2) for g in grads))))
            equal = [g / np.linalg.norm(g) for g in grads]
            check(equal, 1.1)

    def test_one_large_among_small(self, check, rng):
        """If one array is too large, all are scaled down."""
        for shapes in SHAPES:
            first, *rest = gradients(rng, *shapes)
            check([100 * first, *rest], 3.0)
            check([*rest, 100 * first], 3.0)

    def test_one_array(self, check, rng):
        """A list of one array stays one."""
        for shape in ((4,), (2, 3), (1, 1)):
            check(gradients(rng, shape), 0.5)
            check(gradients(rng, shape), 50.0)

    def test_zeros(self, check, rng):
        """Gradients of 0 stay 0, and are no reason to divide by 0."""
        for shapes in SHAPES:
            check([np.zeros(shape) for shape in shapes], 1.0)
            first, *rest = gradients(rng, *shapes)
            check([np.zeros_like(first), *rest], 0.1)

    def test_huge(self, check, rng):
        """Gradients that have exploded are clipped like others."""
        for shapes, scale in zip(SHAPES, (1e6, 1e9, 1e4), strict=True):
            check([scale * g for g in gradients(rng, *shapes)], 5.0)

    def test_integers_and_lists(self, check, rng):
        """Whole numbers and lists come in, floats come out."""
        for shapes in SHAPES:
            whole = [rng.integers(-5, 6, shape) for shape in shapes]
            check(whole, 2.5)
            check(whole, 1e3)
            check([g.tolist() for g in whole], 1)
        check([np.array([200, 250], dtype=np.uint8), np.array([[100]], dtype=np.int8)], 30)

    def test_float32(self, student, agree, rng):
        """Gradients in float32 are as good as others."""
        for shapes, max_norm in zip(SHAPES, (1.0, 50.0, 2.0), strict=True):
            grads = [g.astype(np.float32) for g in gradients(rng, *shapes)]
            agree.within(**FLOAT32)(student.clip_global_norm, reference.clip_global_norm, grads, max_norm)

    def test_arguments_unchanged(self, student, agree, rng):
        """No gradient is written into or returned, also where nothing changes."""
        for shapes, max_norm in zip(SHAPES, (1.0, 0.2, 2.0), strict=True):
            agree.pure(student.clip_global_norm, reference.clip_global_norm, gradients(rng, *shapes), max_norm)
            agree.pure(student.clip_global_norm, reference.clip_global_norm, gradients(rng, *shapes), 100.0)

    def test_random_sizes(self, check, rng):
        """Any number of arrays of any size, and any norm, work."""
        for _ in range(5):
            m, n, tenths = size(rng, 1, 4), size(rng, 1, 4), size(rng, 1, 40)
            check(gradients(rng, (m,), (m, n)), tenths / 10)
