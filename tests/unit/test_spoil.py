"""Wrong answers by which a question that depends on answers is found out."""

from collections import namedtuple

import numpy as np
import pytest

from grader.grading.spoil import KINDS, spoiling

Pair = namedtuple("Pair", ["scores", "best"])
SCORES = np.array([[0.5, 2.0, -1.0], [3.0, 0.25, 1.0]])
MADE_OF_ANSWERS = {
    "shift": (SCORES, lambda s: s - s.mean()),
    "softmax": (SCORES, lambda s: np.exp(s - s.max()) / np.exp(s - s.max()).sum()),
    "scale": (SCORES, lambda s: s / np.linalg.norm(s)),
    "sign": (SCORES, lambda s: s.sum() > 0),
    "which is larger": (SCORES, lambda s: s[0, 0] > s[0, 1]),
    "best": (SCORES, lambda s: s.argmax()),
    "order": (SCORES, lambda s: np.sort(s, axis=None)),
    "named": (Pair(SCORES, 1), lambda pair: pair.best),
    "nested": ({"W": [SCORES]}, lambda grads: grads["W"][0][0]),
    "all of the flags": (np.array([True, True, True]), np.all),
    "some of the flags": (np.array([True, False, False]), lambda flags: flags[0] != flags[2]),
    "flag": (True, lambda flag: flag),
    "count": (3, lambda n: n % 2),
    "small": (np.uint8(0), lambda n: n == 0),
    "text": ("yes", lambda text: text[:1]),
    "float32": (SCORES.astype(np.float32), lambda s: s - s.min()),
}


def form(value):
    if isinstance(value, (tuple, list)):
        return type(value), [form(v) for v in value]
    if isinstance(value, dict):
        return {k: form(v) for k, v in value.items()}
    return type(value), getattr(value, "dtype", None), np.shape(value)


@pytest.mark.parametrize("name", MADE_OF_ANSWERS)
def test_whatever_is_made_of_an_answer_changes(name):
    """Of the two kinds of wrong answers at least one shows it; both have the form of the right one."""
    answer, made = MADE_OF_ANSWERS[name]
    wrong = [spoiling({"f": lambda: answer}, kind)["f"]() for kind in KINDS]

    assert [form(w) for w in wrong] == [form(answer)] * 2
    assert any(not np.allclose(made(w), made(answer)) if name != "text" else made(w) != made(answer) for w in wrong)


def test_answers_without_content_stay():
    """None and empty arrays hold nothing that could be wrong."""
    assert spoiling({"f": lambda: (None, np.ones(0))}, 1)["f"]()[0] is None
