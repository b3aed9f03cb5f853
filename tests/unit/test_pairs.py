"""Two misconceptions at once, on tiny functions."""

import sys
import types

import numpy as np
import pytest

from grader.compare import compare
from grader.diagnose import Misconception, diagnose
from grader.model import Case, Observation, Tolerance


@pytest.fixture
def right(monkeypatch):
    """A reference with one exercise: x·w + b, the rows of x in their order."""
    module = types.ModuleType("reference.tiny")
    module.f = lambda x, w, b: x @ w + b
    monkeypatch.setitem(sys.modules, "reference.tiny", module)
    return module


def declared(right, **sources: str) -> list[Misconception]:
    """Misconceptions written as in a file that imports the reference as `right`."""
    found = []
    for name, body in sources.items():
        names = {"right": right, "np": np}
        exec(f"def {name}(x, w, b):\n    return {body}", names)
        found.append(Misconception(name, "f", f"You did {name}.", names[name]))
    return found


@pytest.fixture
def misconceptions(right):
    return declared(
        right,
        reversed_rows="right.f(x[::-1], w, b)",
        no_bias="right.f(x, w, np.zeros_like(b))",
        negated="-right.f(x, w, b)",
        doubled="2 * right.f(x, w, b)",
        alone="x.sum(axis=1) + b",
    )


def observe(right, student, count=6):
    rng = np.random.default_rng(1)
    seen = []
    for n in range(count):
        args = rng.standard_normal((n + 2, 3)), rng.standard_normal(3), rng.standard_normal(n + 2)
        want, got = right.f(*args), student(*args)
        case = Case("f", "f", args, {}, dict(zip("xwb", args, strict=True)), Tolerance())
        seen.append(Observation(case, want, got, agrees=compare(got, want, Tolerance()) is None))
    return seen


def test_one_on_top_of_the_other(right, misconceptions):
    """Two mistakes are named together, in the order of their declaration, each with its sentence."""
    found = diagnose(observe(right, lambda x, w, b: x[::-1] @ w), misconceptions)

    assert (found.kind, found.name) == ("pair", "reversed_rows + no_bias")
    assert found.says == "Two things at once. You did reversed_rows. And: You did no_bias."


def test_errors_that_add_up(right, misconceptions):
    """A misconception that does not ask the oracle goes together with one whose error is added."""
    found = diagnose(observe(right, lambda x, w, b: x.sum(axis=1)), misconceptions)

    assert found.name == "no_bias + alone"


def test_a_single_one_comes_first(right, misconceptions):
    """What one misconception explains is no pair."""
    found = diagnose(observe(right, lambda x, w, b: x @ w), misconceptions)

    assert (found.kind, found.name) == ("misconception", "no_bias")


def test_one_of_two_gives_nan(right, misconceptions):
    """A pair explains NaN where its own answer is NaN."""
    lost = declared(right, lost="np.where(x[:, 0] > 0, right.f(x, w, b), np.nan)")

    def student(x, w, b):
        return np.where(x[:, 0] > 0, x @ w, np.nan)

    found = diagnose(observe(right, student), [*misconceptions, *lost])

    assert found.name == "no_bias + lost"


def test_pairs_that_cannot_be_told_apart(right, misconceptions):
    """If two pairs explain everything, neither is named."""
    twin = declared(right, no_bias_either="right.f(x, w, 0 * b)")

    found = diagnose(observe(right, lambda x, w, b: x[::-1] @ w), [*misconceptions, *twin])

    assert found is None or found.kind != "pair"


def test_second_mistake_must_show(right, misconceptions):
    """A pair whose second mistake shows on fewer than three inputs is not named."""

    def student(x, w, b):
        return x[::-1] @ w if len(x) < 4 else x[::-1] @ w + b

    found = diagnose(observe(right, student), misconceptions)

    assert found is None or found.kind != "pair"


def test_nothing_fits(right, misconceptions):
    """Answers that no two explain are left without a name."""
    found = diagnose(observe(right, lambda x, w, b: (x @ w + b) ** 2), misconceptions)

    assert found is None or found.kind != "pair"


def test_oracle_is_as_before(right, misconceptions):
    """The reference means itself again, also after a misconception that raises."""
    original = right.f
    broken = declared(right, raising="right.f(x, w, b)[99]")

    diagnose(observe(right, lambda x, w, b: (x @ w + b) ** 2), [*misconceptions, *broken])

    assert right.f is original
