"""Sealed and open verdicts agree: on every sample submission and every misconception of two assignments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from grader.catalog import resolve
from grader.diagnose import load_misconceptions
from grader.grading import grade_trusted, importable
from grader.grading.collect import run_pytest
from grader.grading.recording import record, solution_functions
from grader.grading.run import Candidate, GradingRun
from grader.intake import find_submissions
from grader.local import LocalSession
from grader.model import Assignment, Outcome, Report, Status
from grader.sandbox import Launcher, launcher, policy_of
from grader.sealed import grade_sealed, try_sealed
from grader.sealing import SealedTests, from_json, to_json
from grader.student import Session

ROOT = Path(__file__).parents[1]
SEED = 11
# What is seen of an answer that is sealed together with others is only that it is wrong, or raises.
ALIKE = {Status.RAISED: Status.FAILED}


@dataclass(frozen=True)
class Kit:
    assignment: Assignment
    sealed: SealedTests
    workers: Launcher

    @property
    def short(self) -> list[str]:
        """The exercises that do not train."""
        return [e.name for e in self.assignment.exercises if e.seconds_per_call is None]


@pytest.fixture(params=["assignment3", "assignment1"], scope="module")
def kit(request: pytest.FixtureRequest) -> Iterator[Kit]:
    assignment = resolve(request.param, ROOT)
    short = [e.name for e in assignment.exercises if e.seconds_per_call is None]
    recording = record(assignment, partial(np.random.default_rng(0).bytes, 16), seed=SEED, only=short)
    with launcher(None, policy_of(assignment)) as workers:
        yield Kit(assignment, from_json(to_json(recording.sealed)), workers)


def verdicts(outcomes: Iterator[Outcome], kit: Kit) -> Mapping[str, Status]:
    """The status of each test that is sealed."""
    sealed = {test.name for test in kit.sealed.tests}
    return {o.test: ALIKE.get(o.status, o.status) for o in outcomes if o.test in sealed}


@pytest.fixture(scope="module")
def samples(kit: Kit) -> tuple[dict[str, Report], dict[str, Report]]:
    """The sample submissions by the hidden tests, without carried-forward marks, and by the sealed ones."""
    assignment, in_the_open = kit.assignment, []
    found = find_submissions(ROOT / "tests/submissions" / assignment.name, assignment)
    opened = partial(Session, launcher=kit.workers, policy=policy_of(assignment), asked=kit.short)
    candidates = [Candidate(s, partial(opened, s)) for s in found]
    run = GradingRun(assignment, candidates, in_the_open.append, kit.workers, only=kit.short, seed=SEED, examples=False)
    run_pytest(assignment, run)
    sealed = {s.student: grade_sealed(s, assignment, kit.workers, kit.sealed) for s in found}
    return {r.student: r for r in in_the_open}, sealed


def test_sample_submissions_get_the_same_verdicts(kit, samples):
    """Every test that is sealed has the status that it has in the open."""
    in_the_open, sealed = samples

    assert len(sealed) >= 15
    assert {s: verdicts(r.outcomes, kit) for s, r in sealed.items()} == {
        s: verdicts(r.outcomes, kit) for s, r in in_the_open.items()
    }


def test_no_sample_is_told_a_hint_that_it_would_not_get_in_the_open(samples):
    """What a sealed hint says of a submission, diagnosis says too."""
    in_the_open, sealed = samples
    told, named = (
        {(s, d.exercise, d.name) for s, r in run.items() for d in r.diagnoses} for run in (sealed, in_the_open)
    )

    assert told
    assert told <= named


def test_misconceptions_get_the_same_verdicts(kit):
    """Every test that is sealed has the status that it has in the open, and no hint is that of another one."""
    right = solution_functions(kit.assignment)
    told: dict[str, str] = {}
    with importable(kit.assignment):
        found = [m for m in load_misconceptions(kit.assignment.hidden_tests) if m.exercise in kit.short]
        for exercise in kit.short:
            mine = [m for m in found if m.exercise == exercise]
            functions = [{**right, exercise: m.wrong} for m in mine]
            in_the_open = grade_trusted(functions, kit.assignment, only=[exercise], seed=SEED)
            for m, named, report in zip(mine, functions, in_the_open, strict=True):
                outcomes, hints = try_sealed(LocalSession(named), kit.assignment, kit.sealed, only=[exercise])
                told.update((m.name, hint.name) for hint in hints)

                assert (m.name, verdicts(outcomes, kit)) == (m.name, verdicts(report.outcomes, kit))

    assert len(told) >= 0.9 * len(kit.sealed.hints)
    assert {name: hint for name, hint in told.items() if name != hint} == {}
