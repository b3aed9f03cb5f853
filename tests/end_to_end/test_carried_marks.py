"""One bug costs once: an exercise that is right on top of a wrong one keeps its points."""

import json

import pytest

RIGHT_DOUBLE = "def double(x):\n    return 2.0 * np.asarray(x, dtype=float)\n"
WRONG_DOUBLE = "def double(x):\n    return 3.0 * np.asarray(x, dtype=float)\n"
RIGHT_TOTAL = "def total(x):\n    return float(double(x).sum())\n"


@pytest.fixture
def graded(course):
    """Grade a submission of these pieces of source; returns points and report by exercise."""

    def grade(*pieces: str):
        file = course.submit("import numpy as np\n\n" + "\n".join(pieces))
        done = course.grade("1", file, "--json", "--staff")
        assert done.returncode in (0, 1), done.stderr
        document = json.loads(done.stdout)
        return {e["name"]: e for e in document["grade"]["exercises"]}, document

    return grade


@pytest.mark.parametrize(
    "double",
    [
        WRONG_DOUBLE,
        "def double(x):\n    raise NotImplementedError\n",
        "def double(x):\n    return None\n",
        "def double(x):\n    raise SystemExit\n",
        "def double(x):\n    while True: pass\n",
        "def double(x, y):\n    return 2.0 * x\n",
        "double = 7\n",
        "",
    ],
    ids=["wrong", "unwritten", "none", "exits", "endless", "signature", "no_function", "undefined"],
)
def test_right_on_a_wrong_piece(graded, double):
    """Whatever is wrong with the piece below, the exercise above is judged by its own work."""
    exercises, _ = graded(double, RIGHT_TOTAL)

    assert exercises["total"]["points"] == 4
    assert exercises["total"]["carried"] == ["double"]
    assert exercises["double"]["points"] < 6


def test_wrong_on_a_wrong_piece(graded):
    """A mistake of its own still costs an exercise its points."""
    exercises, _ = graded(WRONG_DOUBLE, "def total(x):\n    return float(double(x).mean())\n")

    assert exercises["total"]["points"] < 4


def test_two_mistakes_do_not_cancel_by_carrying(graded):
    """What is right on top of a wrong piece alone earns nothing on top of a right one: trials are not mixed."""
    half = "def total(x):\n    return float(double(x).sum()) * (2 / 3 if np.asarray(x).size < 3 else 1)\n"
    exercises, document = graded(WRONG_DOUBLE, half)
    statuses = {o["test"]: o["status"] for o in document["report"]["outcomes"] if o["exercise"] == "total"}

    assert exercises["total"]["points"] < 4
    assert "failed" in statuses.values()


def test_own_answers_that_are_right_need_no_carrying(graded):
    """A submission that does not use its wrong piece is judged by itself."""
    exercises, _ = graded(WRONG_DOUBLE, "def total(x):\n    return 2 * float(np.sum(x))\n")

    assert exercises["total"]["points"] == 4
    assert exercises["total"]["carried"] == []


def test_mistake_repeated_inline_costs_again(graded):
    """Work that does not build on the piece gains nothing from a right one."""
    exercises, _ = graded(WRONG_DOUBLE, "def total(x):\n    return 3 * float(np.sum(x)) - 1e9\n")

    assert exercises["total"]["points"] == 0


@pytest.mark.parametrize(
    "total",
    [
        "PIECES = {'double': double}\ndef total(x):\n    return float(PIECES['double'](x).sum())\n",
        "def total(x, twice=double):\n    return float(twice(x).sum())\n",
        "from functools import partial\ntwice = partial(double)\ndef total(x):\n    return float(twice(x=x).sum())\n",
    ],
    ids=["dict", "default", "partial"],
)
def test_pieces_reached_by_other_names(graded, total):
    """The piece is right wherever the submission kept it."""
    exercises, _ = graded(WRONG_DOUBLE, total)

    assert exercises["total"]["points"] == 4


@pytest.mark.parametrize(
    "argument",
    ["object()", "lambda: 0", "np.empty(2**24)", "float('nan')", "[x] * 10", "[[[[[[[[x]]]]]]]]", "x, x", "total"],
)
def test_strange_arguments_for_the_right_piece(graded, argument):
    """What a submission hands to a right piece is its own affair: never a failure of the grader."""
    exercises, document = graded(WRONG_DOUBLE, f"def total(x):\n    return float(double({argument}).sum())\n")

    assert exercises["total"]["points"] < 4
    assert not document["grade"]["ungraded"]


def test_hint_is_about_the_own_mistake(graded):
    """Below the exercise everything is right when its cause is looked for."""
    _, document = graded(WRONG_DOUBLE, "def total(x):\n    return -float(double(x).sum())\n")

    found = {d["exercise"]: d["name"] for d in document["report"]["diagnoses"]}

    assert found["total"] == "negated"


def test_report_says_so(course):
    """The line of the exercise names the piece that it is consistent with."""
    file = course.submit("import numpy as np\n\n" + WRONG_DOUBLE + RIGHT_TOTAL)

    done = course.grade("1", file)

    assert "consistent with your double" in done.stdout


def test_right_piece_stays_out_of_reach(graded):
    """The right piece is a call to somewhere else: its code and its oracle are not in the submission's process."""
    spy = (
        "def total(x):\n"
        "    import gc\n"
        "    texts = [repr(c.co_consts) for c in gc.get_objects() if hasattr(c, 'co_consts')]\n"
        "    code = getattr(double, '__code__', None)\n"
        "    return float(double(x).sum()) if code is None or 2.0 not in code.co_consts else 0.0\n"
    )
    exercises, _ = graded(WRONG_DOUBLE, spy)

    assert exercises["total"]["points"] == 4


def test_dying_of_a_right_piece(graded):
    """A submission that ends its process when it is to meet a right piece is graded by itself."""
    exercises, document = graded(
        WRONG_DOUBLE,
        RIGHT_TOTAL,
        "import os, sys\nsys.modules['grader.worker.requests']._put = lambda *_: os._exit(3)\n",
    )

    assert exercises["total"]["points"] < 4
    assert not document["grade"]["ungraded"]
