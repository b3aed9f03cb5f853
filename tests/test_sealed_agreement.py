"""Sealed and open verdicts agree: on sample submissions, misconceptions and mutants of every assignment.

`GRADE_AGREEMENT=all` tries every exercise that does not train and every mutant: an hour or two. Else some of each.
"""

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from grader.audit.jobs import as_submission
from grader.catalog import resolve
from grader.contents import reals_in
from grader.diagnose import load_misconceptions
from grader.grading import CollectedTests, collect, grade_trusted, importable
from grader.grading.recording import record, solution_functions
from grader.grading.run import Candidate, GradingRun
from grader.intake import find_submissions
from grader.local import LocalSession
from grader.model import Assignment, Outcome, Report, Status, Submission
from grader.mutation import mutants
from grader.release import solution_lines
from grader.sandbox import Launcher, launcher, policy_of
from grader.sealed import grade_sealed, try_sealed
from grader.sealing import SealedTests, from_json, to_json
from grader.sealing.sketch import cells_of
from grader.student import Session

ROOT = Path(__file__).parents[1]
SEED = 11
WHOLE = os.environ.get("GRADE_AGREEMENT") == "all"
# Of each assignment, where not the whole is tried.
EXERCISES, MUTANTS, MISCONCEPTIONS, SEALS = 3, 4, 8, 12
# For a call: some mutants loop for ever.
SECONDS = 1.0
# What is seen of an answer that is sealed together with others is only that it is wrong, or raises.
ALIKE = {Status.RAISED: Status.FAILED}
# After two tests in which the worker was lost the others are not run; of sealed tests there are fewer.
LOST = {Status.TIMEOUT, Status.CRASHED}


@dataclass(frozen=True)
class Kit:
    assignment: Assignment
    sealed: SealedTests
    workers: Launcher

    short: list[str]
    silent: frozenset[str]


@pytest.fixture(params=["assignment1", "assignment2", "assignment3", "assignment4", "assignment5"], scope="module")
def kit(request: pytest.FixtureRequest) -> Iterator[Kit]:
    assignment = resolve(request.param, ROOT)
    assignment = replace(assignment, limits=replace(assignment.limits, seconds_per_call=SECONDS))
    short = [e.name for e in assignment.exercises if e.seconds_per_call is None]
    short = short if WHOLE else short[2 :: len(short) // EXERCISES][:EXERCISES]
    recording = record(assignment, partial(np.random.default_rng(0).bytes, 16), seed=SEED, only=short)
    with launcher(None, policy_of(assignment)) as workers:
        silent = frozenset(one.name for one in recording.silent)
        yield Kit(assignment, from_json(to_json(recording.sealed)), workers, short, silent)


def verdicts(outcomes: Iterator[Outcome], kit: Kit) -> Mapping[str, Status]:
    """The status of each test that is sealed."""
    sealed = {test.name for test in kit.sealed.tests}
    return {o.test: ALIKE.get(o.status, o.status) for o in outcomes if o.test in sealed}


Reports = Mapping[str, Report]


def both_ways(kit: Kit, submissions: Sequence[Submission], only: Sequence[str]) -> tuple[Reports, Reports]:
    """The reports by the hidden tests, without carried-forward marks, and by the sealed ones."""
    assignment, in_the_open = kit.assignment, []
    opened = partial(Session, launcher=kit.workers, policy=policy_of(assignment), asked=only)

    def use(tests: CollectedTests) -> None:
        run = GradingRun(tests, assignment, kit.workers, only=only, seed=SEED, examples=False)
        in_the_open.extend(run.grade(Candidate(s, partial(opened, s))) for s in submissions)

    collect(assignment, use)
    sealed = [grade_sealed(s, assignment, kit.workers, kit.sealed, only=only) for s in submissions]
    return {r.student: r for r in in_the_open}, {r.student: r for r in sealed}


def disagreements(in_the_open: Reports, sealed: Reports, kit: Kit) -> list[str]:
    """Each sealed test with another status than in the open, as far as the worker was not lost in either."""
    found = []
    for student, report in sealed.items():
        mine, theirs = verdicts(report.outcomes, kit), verdicts(in_the_open[student].outcomes, kit)
        compared = [t for t in mine if not {mine[t], theirs[t]} & LOST]
        found += [f"{student}, {t}: {mine[t]}, in the open {theirs[t]}" for t in compared if mine[t] is not theirs[t]]
    return found


@pytest.fixture(scope="module")
def samples(kit: Kit) -> tuple[Reports, Reports]:
    """The sample submissions both ways."""
    found = find_submissions(ROOT / "tests/submissions" / kit.assignment.name, kit.assignment)
    return both_ways(kit, found, kit.short)


def test_sample_submissions_get_the_same_verdicts(kit, samples):
    """Every test that is sealed has the status that it has in the open."""
    in_the_open, sealed = samples

    assert len(sealed) >= 8
    assert disagreements(in_the_open, sealed, kit) == []


def test_mutants_get_the_same_verdicts(kit):
    """So have mutants of the solution, in the tests of their own exercise."""
    source = kit.assignment.solution.read_text(encoding="utf-8")
    found = mutants(source, kit.short, solution_lines(source))
    chosen = found if WHOLE else found[:: -(-len(found) // MUTANTS)]
    wrong, differing = 0, list[str]()
    for exercise, some in itertools.groupby(chosen, key=lambda m: m.exercise):
        submissions = [as_submission(kit.assignment, m.source, m.name) for m in some]
        in_the_open, sealed = both_ways(kit, submissions, [exercise])
        wrong += sum(Status.FAILED in verdicts(r.outcomes, kit).values() for r in sealed.values())
        differing += disagreements(in_the_open, sealed, kit)

    assert differing == []
    assert wrong >= len(chosen) / 2


def test_no_sample_is_told_a_hint_that_it_would_not_get_in_the_open(kit, samples):
    """What a sealed hint says of a submission, diagnosis says too, where no second trial decides.

    But for a second mistake, which keeps diagnosis from a name, and need not show on those answers that a key is of.
    """
    in_the_open, sealed = samples
    failed = {(s, o.exercise) for s, r in in_the_open.items() for o in r.outcomes if o.status is not Status.PASSED}
    told, named = (
        {(s, d.exercise, d.name) for s, r in run.items() for d in r.diagnoses} for run in (sealed, in_the_open)
    )
    below = kit.assignment.below

    assert told
    on_right_pieces = {t for t in told if not any((t[0], base) in failed for base in below(t[1]))}
    assert len(on_right_pieces - named) <= len(told) / 20


def guesses(kit: Kit) -> Mapping[int, list[np.ndarray]]:
    """What somebody finds in the file who looks for answers there, by size: every array, and small constants."""
    calls = [call for test in kit.sealed.tests for call in test.calls]
    arrays = [a.reshape(-1) for call in calls for a in reals_in([call.case.inputs, call.want])]
    different = {a.tobytes(): a for a in arrays}.values()
    sizes = {a.size for a in different}
    by_size = {n: [np.zeros(n), np.ones(n), *(a for a in different if a.size == n)] for n in sizes}
    return {n: [*some, *(-a for a in some)] for n, some in by_size.items()}


def test_nothing_in_the_file_opens_a_seal(kit):
    """No array in it is the expected answer of another call, nor are the published offsets themselves."""
    found, opened = guesses(kit), []
    sealed = [(test, answer) for test in kit.sealed.tests for answer in test.answers if len(answer.members) == 1]
    for test, answer in sealed if WHOLE else sealed[:: -(-len(sealed) // SEALS)]:
        call, place = answer.members[0]
        sketch = test.calls[call].sketches[place]
        offsets = np.frombuffer(sketch.offsets, dtype=np.int8) * sketch.step / sketch.levels
        tried = (cells_of(guess, sketch) for guess in (*found.get(len(offsets), ()), offsets))
        opened += [test.name for cells in tried if cells is not None and answer.lock.opens([cells])]

    assert opened == []


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")  # as in the open: a mistake may overflow
def test_misconceptions_get_the_same_verdicts(kit):
    """Every test that is sealed has the status that it has in the open, and no hint is that of another one."""
    right = solution_functions(kit.assignment)
    told: dict[str, str] = {}
    tried: list[str] = []
    differing: list[str] = []
    with importable(kit.assignment):
        found = [m for m in load_misconceptions(kit.assignment.hidden_tests) if m.exercise in kit.short]
        for exercise in kit.short:
            mine = [m for m in found if m.exercise == exercise]
            mine = mine if WHOLE else mine[:: -(-len(mine) // MISCONCEPTIONS)]
            tried += [m.name for m in mine]
            functions = [{**right, exercise: m.wrong} for m in mine]
            in_the_open = grade_trusted(functions, kit.assignment, only=[exercise], seed=SEED)
            for m, named, report in zip(mine, functions, in_the_open, strict=True):
                outcomes, hints = try_sealed(LocalSession(named), kit.assignment, kit.sealed, only=[exercise])
                told.update((m.name, hint.name) for hint in hints)

                mine, theirs = verdicts(outcomes, kit), verdicts(report.outcomes, kit)
                differing += [f"{m.name}, {t}: {mine[t]}, {theirs[t]}" for t in mine if mine[t] is not theirs[t]]

    assert differing == []
    assert len(told) >= 0.8 * len(set(tried) - kit.silent)
    assert {name: hint for name, hint in told.items() if name != hint} == {}
