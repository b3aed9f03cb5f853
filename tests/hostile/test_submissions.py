"""Each hostile submission comes to an end that is its own, and the next honest one does not notice: at every level."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.student import Session
from tests.hostile.cage import LEVELS, PATIENT, SUBMISSIONS, Cage, expected, read
from tests.hostile.cases import CASES, HELD, NOT_AT_D

FEWEST = 120
DECLARED = {name for names in NOT_AT_D.values() for name in names}
TRIED = [(launcher, name) for launcher in LEVELS for name in CASES if launcher != "process" or name not in DECLARED]


@pytest.mark.parametrize(("launcher", "name"), TRIED)
def test_hostile_submission(launcher: str, name: str, cages: Callable[[str], Cage]) -> None:
    """A hostile submission harms nobody but itself, and the next one is served as if nothing had been."""
    cage = cages(launcher)

    assert cage.end_of(name) in expected(name, launcher)
    # A plain process shares nothing with the next, and takes long to start: one honest submission at the end will do.
    assert launcher == "process" or is_served(cage)


def test_honest_at_last(cages: Callable[[str], Cage]) -> None:
    """After all of them, an honest submission is served by a plain process too."""
    assert is_served(cages("process"))


def is_served(cage: Cage) -> bool:
    with Session(read("honest"), cage.launcher, PATIENT) as session:
        return bool(session.call("good", (np.array([3.0, 1.0]),), {}).value.tolist() == [2.0, 6.0])


@pytest.mark.parametrize("launcher", LEVELS)
def test_level(launcher: str, cages: Callable[[str], Cage]) -> None:
    """The battery runs at the level that the README's table claims for the launcher."""
    assert cages(launcher).launcher.isolation.level == LEVELS[launcher]


def test_every_submission_is_tried() -> None:
    """Each file in `submissions` stands in the table, and the other way round."""
    assert set(CASES) == {path.stem for path in SUBMISSIONS.glob("*.py")} - {"honest"}
    assert len(CASES) >= FEWEST


def test_what_is_not_held_is_declared() -> None:
    """The README names every submission that a plain process does not hold."""
    table = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

    assert set(CASES) >= DECLARED
    assert f"{len(CASES)} hostile submissions" in table
    assert [name for name in sorted(DECLARED) if f"`{name}`" not in table] == []


def test_nothing_is_left_behind(cages: Callable[[str], Cage]) -> None:
    """What one submission writes into its folder, the next one does not find."""
    assert [cages("bwrap").end_of("leave_file") for _ in range(2)] == [HELD, HELD]


def test_no_pickle_was_opened() -> None:
    """The pickle that a submission sent has not run."""
    assert not Path("/tmp/pickled").exists()
