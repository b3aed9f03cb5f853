"""What trains and goes wrong names the piece that spoils it, even if that passes its own tests."""

import json

import pytest

MANIFEST = """
title = "Training"
module = "training"

[[exercise]]
name = "gradient"
points = 3
concept = "Slopes"
slide = "Basic notions"

[[exercise]]
name = "step"
points = 3
concept = "Steps"
slide = "Basic notions"

[[exercise]]
name = "train"
points = 4
concept = "Descent"
slide = "Basic notions"
seconds_per_call = 5.0
builds_on = ["gradient", "step"]
"""

REFERENCE = '''
"""The oracle: a descent on x²."""


def gradient(x):
    return 2.0 * x


def step(x, g, rate):
    return x - rate * g


def train(x, rate, steps):
    path = [x]
    for _ in range(steps):
        path.append(step(path[-1], gradient(path[-1]), rate))
    return path
'''

HIDDEN = '''
"""Hidden tests, which try the pieces near 1 only."""
import pytest
from reference import training as reference


@pytest.mark.exercise("gradient")
class TestGradient:
    def test_near_one(self, student, agree, rng):
        """The slope is right."""
        for _ in range(3):
            agree(student.gradient, reference.gradient, rng.uniform(0.9, 1.1))


@pytest.mark.exercise("step")
class TestStep:
    def test_near_one(self, student, agree, rng):
        """The step goes downhill."""
        for _ in range(3):
            agree(student.step, reference.step, rng.uniform(0.9, 1.1), 2.0, 0.1)


@pytest.mark.exercise("train")
class TestTrain:
    def test_path(self, student, agree, rng):
        """The whole path is right."""
        agree(student.train, reference.train, rng.uniform(4, 5), 0.1, 5)
'''

GRADIENT = "def gradient(x):\n    return 2.0 * x\n"
STEP = "def step(x, g, rate):\n    return x - rate * g\n"
TRAIN = """
def train(x, rate, steps):
    path = [x]
    for _ in range(steps):
        path.append(step(path[-1], gradient(path[-1]), rate))
    return path
"""
# Right near 1, as far as their own tests look.
FLAT = "def gradient(x):\n    return 2.0 * min(x, 2.0)\n"
SHORT = "def step(x, g, rate):\n    return x - rate * min(g, 3.0)\n"


def training(course, manifest):
    """The function that grades pieces of a submission, in a course with an assignment that trains, as JSON."""
    for name, text in {
        "assignments/assignment2_training/assignment.toml": manifest,
        "reference/training.py": REFERENCE,
        "tests/hidden/assignment2_training/test_training.py": HIDDEN,
        "solutions/assignment2_training/training.py": GRADIENT + STEP + TRAIN,
    }.items():
        course.submit(text.lstrip(), name)

    def grade(pieces):
        result = course.grade("2", course.submit("\n".join(pieces), "mine/training.py"), "--json")
        return json.loads(result.stdout)

    return grade


@pytest.fixture
def hint(course):
    """The hint of the exercise that trains, for a submission of these pieces."""
    grade = training(course, MANIFEST)

    def graded(*pieces):
        outcomes = grade(pieces)["report"]["outcomes"]
        return next(o["hint"] for o in outcomes if o["exercise"] == "train")

    return graded


def test_one_guilty_piece(hint):
    """The piece whose replacement alone mends the training is named, and no other."""
    assert hint(FLAT, STEP, TRAIN).startswith("What spoils it is your gradient: with a right one in its place, ")


def test_two_guilty_pieces(hint):
    """Pieces that each spoil it are all named."""
    assert hint(FLAT, SHORT, TRAIN).startswith(
        "What spoils it is your gradient and your step: with a right one in each"
    )


def test_mistake_of_its_own(hint):
    """Where right pieces do not help, the mistake is above them."""
    assert hint(GRADIENT, STEP, TRAIN.replace("[x]", "[-x]")).startswith("The mistake is in train itself")


def test_right_training_has_no_hint(hint):
    """What is right blames nobody."""
    assert not hint(GRADIENT, STEP, TRAIN)


def test_wrong_piece_costs_the_training_nothing(hint):
    """A piece that fails its own tests is no matter of blame: the training is carried."""
    assert not hint("def gradient(x):\n    return 3.0 * x\n", STEP, TRAIN)


@pytest.fixture
def exercises(course):
    """The points of the exercises of a course in which nothing is said to build on anything."""
    grade = training(course, MANIFEST.replace('builds_on = ["gradient", "step"]', ""))

    def graded(*pieces):
        found = grade(pieces)["grade"]["exercises"]
        return {e["name"]: (e["points"], e["carried"]) for e in found}

    return graded


@pytest.mark.parametrize(
    "train",
    [
        TRAIN,
        TRAIN.replace("gradient(", "slope(") + "\ndef slope(x):\n    return gradient(x)\n",
        TRAIN.replace("gradient(", "PIECES['slope'](") + "\nPIECES = {}\nPIECES['slope'] = gradient\n",
        TRAIN.replace("gradient(", "Slope().at(")
        + "\nclass Slope:\n    def at(self, x):\n        return gradient(x)\n",
    ],
    ids=["directly", "helper", "dict", "class"],
)
def test_what_a_submission_uses_is_carried(exercises, train):
    """An earlier exercise that is wrong costs a later one nothing that uses it, whatever the manifest says."""
    found = exercises("def gradient(x):\n    return 3.0 * x\n", STEP, train)

    assert found["gradient"][0] == 0
    assert found["train"] == (4, ["gradient"])


def test_two_that_only_call_each_other_earn_nothing_twice(exercises):
    """An earlier exercise is not carried by a later one."""
    found = exercises(
        "def gradient(x):\n    return x - step(x, 2.0 * x, 1.0)\n", "def step(x, g, rate):\n    return None\n"
    )

    assert found["gradient"][0] == 0
    assert found["step"][0] == 0


def test_unwritten_pieces_are_no_oracles(exercises):
    """What is used but not written is not lent to an exercise that the manifest does not build on it."""
    found = exercises("def gradient(x):\n    raise NotImplementedError\n", STEP, TRAIN)

    assert found["train"] == (0, [])


ENDLESS = "def gradient(x):\n    while True: pass\n"


@pytest.fixture
def trained(course):
    """The outcomes of the exercise that trains, and the seconds that all took, for a submission of these pieces.

    Its calls may take half of the submission's seconds.
    """
    manifest = MANIFEST.replace("[[exercise]]", "[limits]\nseconds_per_call = 0.5\n\n[[exercise]]", 1)
    grade = training(course, manifest.replace("= 5.0", "= 20.0"))

    def graded(*pieces):
        report = grade(pieces)["report"]
        return [o for o in report["outcomes"] if o["exercise"] == "train"], report["seconds"]

    return graded


@pytest.mark.parametrize(
    ("train", "status", "carried"),
    [
        (TRAIN, "passed", ["gradient"]),
        (TRAIN.replace("[x]", "[-x]"), "failed", ["gradient"]),
        (
            "def train(x, rate, steps):\n    if x is gradient: pass\n    raise NotImplementedError\n",
            "missing",
            [],
        ),
        ("def train(x, rate, steps):\n    return [x * 0.8**k for k in range(steps + 1)]\n", "passed", []),
    ],
    ids=["right", "wrong", "unwritten", "does_not_use_it"],
)
def test_training_does_not_wait_for_an_endless_piece(trained, train, status, carried):
    """What trains is judged on a right piece at once, where its own would take all the seconds of training."""
    (outcome,), seconds = trained(ENDLESS, STEP, train)

    assert (outcome["status"], outcome["carried"]) == (status, carried)
    assert seconds < 20


def test_what_a_right_piece_cannot_stand_in_for(trained):
    """Where the right piece does not fit, training counts as it goes on the submission's own, if that earns more."""
    own = "def gradient(x, factor):\n    while x < 1.2: pass\n    return factor * x\n"

    (outcome,), _ = trained(own, STEP, TRAIN.replace("gradient(path[-1])", "gradient(path[-1], 2.0)"))

    assert (outcome["status"], outcome["carried"]) == ("passed", [])


def test_blame_does_not_wait_for_an_endless_piece(trained):
    """Right pieces stand in for it while the guilty one is looked for."""
    flat = "def step(x, g, rate):\n    return x - rate * g if 0.8 < x < 1.2 else x + 1.0\n"

    (outcome,), seconds = trained(ENDLESS, flat, TRAIN)

    assert (outcome["status"], outcome["carried"]) == ("failed", ["gradient"])
    assert outcome["hint"].startswith("What spoils it is your step: with a right one in its place, ")
    assert seconds < 20


def test_nothing_else_to_train_on(trained, course):
    """Without a solution there is no right piece: then training has its seconds on the submission's own."""
    (course.root / "solutions/assignment2_training/training.py").unlink()
    manifest = course.root / "assignments/assignment2_training/assignment.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("= 20.0", "= 2.0"), "utf-8")

    (outcome,), _ = trained(ENDLESS, STEP, TRAIN)

    assert (outcome["status"], outcome["carried"]) == ("timeout", [])
    assert outcome["says"] == "train gave no answer within 2 seconds."
