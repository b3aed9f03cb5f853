"""A cause is named only if it explains every wrong answer, and often enough."""

import numpy as np
import pytest

from grader.case import show
from grader.compare import compare
from grader.diagnose import Misconception, diagnose, load_misconceptions
from grader.errors import AssignmentError
from grader.model import Case, Observation, Raised, Tolerance


def observe(student, right, inputs, *, read_only=False):
    """What `student` answers where `right` is right, for each tuple of inputs."""
    found = []
    for args in inputs:
        got, want = student(*args), right(*args)
        case = Case("f", "f", args, {}, dict(zip("xyz", args, strict=False)), Tolerance(), read_only)
        same = isinstance(got, np.ndarray) and got.shape == want.shape and np.allclose(got, want)
        found.append(Observation(case, want, got, agrees=same and got.dtype == want.dtype))
    return found


def images(n=4):
    rng = np.random.default_rng(1)
    return [(rng.normal(size=(3 + k, 4, 5 + k)),) for k in range(n)]


def double(x):
    return 2.0 * x


FLIPPED = Misconception("flipped", "f", "You flipped it.", lambda x: 2.0 * x[..., ::-1])
TRIPLED = Misconception("tripled", "f", "You tripled it.", lambda x: 3.0 * x)


def test_misconception_is_named():
    """The one that explains all answers is named, the other is not."""
    seen = observe(lambda x: 3.0 * x, double, images())

    assert diagnose(seen, [FLIPPED, TRIPLED]).name == "tripled"


def test_two_inputs_are_not_enough():
    """Below three differing inputs nothing is claimed."""
    assert diagnose(observe(lambda x: 3.0 * x, double, images(2)), [TRIPLED]) is None


def test_one_unexplained_answer_refutes():
    """A misconception that explains all answers but one is not the cause."""
    seen = observe(lambda x: 3.0 * x if x.shape[0] != 4 else x + 1.0, double, images())

    assert diagnose(seen, [TRIPLED]) is None


def test_two_that_fit_are_none():
    """If two misconceptions explain the answers, neither is claimed."""
    twin = Misconception("twin", "f", "Or so.", lambda x: x + x + x)

    found = diagnose(observe(lambda x: 3.0 * x, double, images()), [TRIPLED, twin])

    assert found.kind == "structure"


def test_nan_in_the_same_places_counts():
    """A misconception that gives NaN explains answers that are NaN where its own are, and no others."""

    def no_number_below_zero(x):
        with np.errstate(invalid="ignore"):
            return 2.0 * np.sqrt(x) ** 2

    misconception = Misconception("root", "f", "Below 0 there is no root.", no_number_below_zero)
    elsewhere = observe(lambda x: no_number_below_zero(-x), double, images())

    assert diagnose(observe(no_number_below_zero, double, images()), [misconception, TRIPLED]).name == "root"
    assert diagnose(elsewhere, [misconception]) is None


def test_raising_alike_counts():
    """Code that raises where the misconception raises is explained by it."""

    def breaks(x):
        return np.stack([x, x.T]).sum(0)

    def student(x):
        return Raised("ValueError") if x.shape != x.T.shape else 2.0 * x

    misconception = Misconception("square_only", "f", "Only squares.", breaks)

    assert diagnose(observe(student, double, images()), [misconception]).name == "square_only"


def test_misconception_may_write_into_its_input():
    """A wrong implementation that spoils its argument does not spoil the observation."""

    def spoils(x):
        x *= 3.0
        return x

    seen = observe(lambda x: 3.0 * x, double, images())
    before = [o.case.args[0].copy() for o in seen]
    found = diagnose(seen, [Misconception("spoils", "f", "No.", spoils)])

    assert found.name == "spoils"
    assert all(np.array_equal(o.case.args[0], b) for o, b in zip(seen, before, strict=True))


@pytest.mark.parametrize(
    ("student", "name"),
    [
        (lambda x: -2.0 * x, "negated"),
        (lambda x: 2.0 * x / len(x), "batch_factor"),
        (lambda x: 2.0 * x * len(x), "batch_factor"),
        (lambda x: 5.0 * x, "constant_factor"),
        (lambda x: (2.0 * x).transpose(1, 0, 2), "transposed"),
        (lambda x: (2.0 * x)[:, ::-1], "flipped"),
        (lambda x: np.roll(2.0 * x, 1, axis=1), "shifted"),
        (lambda x: (2.0 * x).astype(np.float32), "single_precision"),
        (lambda x: (2.0 * x)[None], "extra_axis"),
        (lambda x: np.trunc(2.0 * x).astype(int), "integer_result"),
        (lambda x: np.pad((2.0 * x)[:, 1:-1, 1:-1], ((0, 0), (1, 1), (1, 1))), "border_only"),
        (lambda x: np.pad((2.0 * x)[:, :-1, :-1], ((0, 0), (0, 1), (0, 1))), "last_missing"),
        (lambda _: None, "returned_none"),
        (lambda x: (2.0 * x).tolist(), "not_a_tuple"),
        (lambda x: (x, x), "not_a_tuple"),
    ],
)
def test_structure_is_found(student, name):
    """What a wrong answer has to do with the right one is found without any misconception."""
    assert diagnose(observe(student, double, images()), []).name == name


@pytest.mark.parametrize("student", [lambda x: 2.0 * x + 1.0, np.zeros_like, np.abs, lambda x: np.full_like(x, np.nan)])
def test_no_structure_is_invented(student):
    """An answer that is wrong in no simple way gets no finding."""
    assert diagnose(observe(student, double, images()), []) is None


ODD = [
    None, True, ..., np.nan, 1j, 10**1000, "t", b"b", {1}, {"a": 1}, {"a": {1: None}}, [[1], [2, 3]], (1, 2),
    np.array(True), np.zeros((0, 5)), np.zeros(3, complex), np.array([2**63], dtype=np.uint64), np.float16(3),
    (None, np.ones(3)), [np.ones(2), True], [None] * 3, Raised("ValueError"), -5, np.array(-0.0),
]  # fmt: skip
WANTED = [np.ones(3), 1.0, 3, (np.ones(3), 2.0), {"a": np.ones(2)}, [1.0, 2.0], np.ones((2, 3, 4)), True, None, "x"]


@pytest.mark.parametrize("want", WANTED, ids=repr)
def test_odd_answers_break_nothing(want):
    """Whatever is answered where whatever is wanted, comparing, showing and diagnosing come to an end."""
    case = Case("f", "f", (np.ones(3),), {}, {"x": np.ones(3), "n": 3}, Tolerance())

    for got in ODD:
        mismatch = compare(got, want, Tolerance())
        diagnose([Observation(case, want, got, agrees=False)] * 3, [TRIPLED])

        assert mismatch is None or mismatch.text(visible=True)
        assert show(case, want, got)


def test_right_results_among_wrong_ones_are_told():
    """A factor on one result of three is no fault of the others."""

    def three(x):
        return x, 2.0 * x, x.sum(0)

    seen = []
    for (x,) in images():
        want, got = three(x), (x, 2.0 * x / len(x), x.sum(0))
        seen.append(Observation(Case("f", "f", (x,), {}, {"x": x}, Tolerance()), want, got, agrees=False))

    assert diagnose(seen, []).says.endswith("(Number 1 and number 3 of your results are right.)")


def test_factor_near_one_is_no_cause():
    """What rounding leaves of another mistake is not called a factor."""
    found = diagnose(observe(lambda x: 2.0 * x * 1.001, double, images()), [])

    assert found is None


def test_results_in_another_order():
    """Three right results in a wrong order are recognised."""
    inputs = images()
    seen = [
        Observation(Case("f", "f", a, {}, {}, Tolerance()), (a[0], a[0].sum(), -a[0]), (-a[0], a[0], a[0].sum()), False)
        for a in inputs
    ]

    assert diagnose(seen, []).name == "other_order"


def test_condition_that_separates_right_from_wrong():
    """Answers that are wrong exactly where an option is not zero say so."""
    x = np.ones((2, 3))
    seen = [
        Observation(Case("f", "f", (x,), {}, {"x": x, "pad": pad}, Tolerance()), x, x + pad * k, agrees=pad == 0)
        for k, pad in enumerate((0, 0, 0, 1, 2, 1), 1)
    ]

    assert diagnose(seen, []).says == "Your function is right except where pad is not 0."


def test_failing_on_lists_hides_no_other_cause():
    """A function that asks a list for its shape is told so, besides what is wrong with its values."""

    def student(x):
        return Raised("AttributeError") if isinstance(x, list) else 3.0 * x

    seen = observe(student, lambda x: 2.0 * np.asarray(x), [*images(), ([1.0, 2.0],)])

    assert diagnose(seen, [TRIPLED]).says.startswith("You tripled it. Your function fails where an argument is a list")


def test_failing_on_lists_alone():
    """One that is right but for lists is told just that."""

    def student(x):
        return Raised("AttributeError") if isinstance(x, list) else 2.0 * x

    seen = observe(student, lambda x: 2.0 * np.asarray(x), [*images(), ([1.0, 2.0],)])

    assert diagnose(seen, [TRIPLED]).name == "list_not_converted"


def test_broken_file_names_the_author(tmp_path):
    """A file of misconceptions that cannot be imported is the assignment's fault."""
    file = tmp_path / "misconceptions.py"
    file.write_text("import nothing_of_this_name\n")

    with pytest.raises(AssignmentError, match="nothing_of_this_name"):
        load_misconceptions(tmp_path)


def declared(says: str) -> str:
    return f"from grader.diagnose import misconception\n@misconception('f', '{says}')\ndef tripled(x): return 3 * x\n"


def test_several_files_are_read(tmp_path):
    """Misconceptions may stand in several files; two of one name are refused."""
    (tmp_path / "misconceptions_a.py").write_text(declared("You triple."))
    (tmp_path / "misconceptions_b.py").write_text(declared("You quadruple.").replace("tripled", "fourfold"))
    names = [m.name for m in load_misconceptions(tmp_path)]
    (tmp_path / "misconceptions_c.py").write_text(declared("You triple, again."))

    assert names == ["tripled", "fourfold"]
    with pytest.raises(AssignmentError, match="tripled"):
        load_misconceptions(tmp_path)
