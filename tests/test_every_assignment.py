"""The contract that every assignment keeps, whatever assignments there are."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.audit import try_misconceptions
from grader.catalog import find_assignments
from grader.grading import grade, grade_all
from grader.intake import find_submissions, read_submission
from grader.model import Assignment, Report, Status, Submission
from grader.release import stale_release_files
from grader.sandbox import Launcher, launcher, policy_of
from grader.scoring import grade as points_of

ROOT = Path(__file__).parents[1]
# `grade audit` tries the solution under 20 seeds.
SEEDS = range(5)
# Exercises with a time limit of their own train something: they are tried under one.
SEEDS_OF_LONG_ONES = (100,)


@pytest.fixture(params=find_assignments(ROOT), ids=lambda a: a.name, scope="module")
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return request.param


@pytest.fixture(scope="module")
def workers(assignment: Assignment) -> Iterator[Launcher]:
    with launcher(None, policy_of(assignment)) as opened:
        yield opened


def solution_of(assignment: Assignment) -> Submission:
    return read_submission(assignment.solution, assignment, "the solution")


def failures(report: Report) -> list[str]:
    return [f"{o.test}: {o.status} {o.says} {o.detail}" for o in report.outcomes if o.status is not Status.PASSED]


def test_solution_earns_every_point(assignment, workers):
    """The solution passes every hidden test, whatever the seed."""
    solution = solution_of(assignment)
    short = [e.name for e in assignment.exercises if e.seconds_per_call is None]

    failed = {seed: failures(grade(solution, assignment, workers, only=short, seed=seed)) for seed in SEEDS}
    failed |= {seed: failures(grade(solution, assignment, workers, seed=seed)) for seed in SEEDS_OF_LONG_ONES}

    assert not {seed: found for seed, found in failed.items() if found}


def test_stub_earns_nothing(assignment, workers):
    """Every test of the untouched stub ends as not written yet."""
    report = grade(read_submission(assignment.stub, assignment), assignment, workers)

    assert {o.status for o in report.outcomes} == {Status.MISSING}
    assert points_of(report, assignment).points == 0


def test_maximum_is_a_hundred(assignment):
    """Points are those of the manifest, and add up to 100."""
    assert assignment.max_points == 100


def test_every_exercise_has_its_place_in_the_lecture(assignment):
    """Concept and slide are named."""
    assert all(e.concept and e.slide for e in assignment.exercises)


def test_every_exercise_has_a_visible_test(assignment, workers):
    """The worked example of each docstring is a test that shows its values."""
    report = grade(read_submission(assignment.stub, assignment), assignment, workers)

    assert {e.name for e in assignment.exercises} == {o.exercise for o in report.outcomes if o.visible}


def test_reference_is_checked_against_torch(assignment):
    """There is a test module that holds the oracle against torch."""
    file = ROOT / "tests/reference" / f"test_{assignment.module}_reference.py"

    assert "import torch" in file.read_text(encoding="utf-8") or "importorskip" in file.read_text(encoding="utf-8")


def test_other_styles_of_right_answers_are_among_the_samples(assignment):
    """At least three sample submissions, each in a style of its own, are right and must get every point."""
    table = ROOT / "tests/submissions" / assignment.name / "expected.toml"
    rows = tomllib.loads(table.read_text(encoding="utf-8")).values()

    assert sum(row["points"] == assignment.max_points for row in rows) >= 3


def test_misconceptions_lose_points_and_are_named(assignment):
    """Each misconception fails a test of its own exercise, and diagnosis names it and no other."""
    trials = try_misconceptions(assignment)

    assert trials
    assert not [t.misconception for t in trials if not t.failed]
    assert not {t.misconception: t.named for t in trials if not t.right}


def test_stub_and_notebook_are_the_generated_ones(assignment):
    """What is checked in equals what `grade stub` makes of the solution."""
    assert not stale_release_files(assignment)


def test_two_runs_agree(assignment, workers):
    """The same submission and seed give the same outcomes."""

    def outcomes():
        report = grade(read_submission(samples(assignment)[0], assignment), assignment, workers)
        return [(o.test, o.status, o.says, o.hint) for o in report.outcomes]

    assert outcomes() == outcomes()


def samples(assignment: Assignment) -> list[Path]:
    return sorted((ROOT / "tests/submissions" / assignment.name).glob("*.py"))


def test_sample_submissions_get_their_points(assignment, workers):
    """Every sample submission gets exactly the points, and the hints, that its table names."""
    folder = ROOT / "tests/submissions" / assignment.name
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    reports: list[Report] = []

    grade_all(find_submissions(folder, assignment), assignment, workers, reports.append)

    assert {r.student for r in reports} == set(expected)
    assert {r.student: summary(r, assignment) for r in reports} == {s: without_note(row) for s, row in expected.items()}


def summary(report: Report, assignment: Assignment) -> dict[str, object]:
    """The points per exercise and in total, and the misconception or pair named for each exercise."""
    result = points_of(report, assignment)
    named = {d.exercise: d.name for d in report.diagnoses if d.kind in ("misconception", "pair")}
    points = {e.name: float(e.points) for e in result.exercises if e.points}
    return {"points": float(result.points), "exercises": points, "misconceptions": named}


def without_note(row: dict[str, object]) -> dict[str, object]:
    exercises = {name: points for name, points in row["exercises"].items() if points}
    return {"points": row["points"], "exercises": exercises, "misconceptions": row["misconceptions"]}
