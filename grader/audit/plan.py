"""The order of an audit: what is tried, on how many lanes, and what is made of the results."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

from grader.audit.equivalents import load_equivalents
from grader.audit.independence import Broken, broken_variants, dependence
from grader.audit.jobs import (
    GradeThem,
    InputsTried,
    Job,
    TryMisconceptions,
    as_submission,
    do_jobs,
    in_chunks,
    named_in,
)
from grader.audit.model import Audit, Dependence, MutantTrial, TestAudit, Trial
from grader.audit.solution import judge_right, of_right_programs, right_programs
from grader.lanes import Lanes
from grader.model import Assignment, Report, Status
from grader.mutation import Mutant, mutants
from grader.release import solution_lines

SEEDS, QUICK_SEEDS = 20, 5
# Mutants and misconceptions of an exercise that --quick tries, and seeds under which a name is confirmed.
_QUICK_MUTANTS, _QUICK_MISCONCEPTIONS = 12, 4
_CONFIRMING_SEEDS = (101, 102)
# Large, since each lane finds out anew what misconceptions answer. The costliest come first: lanes end together then.
_CHUNK = 64
# A mutant may loop for ever: a call may take so many times as long as the solution's slowest test, but not less than
# these seconds.
_PATIENCE, _LEAST_SECONDS = 10, 0.5

Progress = Callable[[str, int, int], None]


def audit(
    assignment: Assignment,
    *,
    isolation: str | None = None,
    lanes: int | None = None,
    quick: bool = False,
    capstones: bool = False,
    on_progress: Progress = lambda *_: None,
) -> Audit:
    """Try the solution, mutants of it and the misconceptions on the hidden tests of an assignment.

    `quick` tries a sample. Exercises with a time limit of their own are left out unless `capstones` is set: they train.
    `on_progress` is told what is being tried, how much of it is done and how much there is. Raises AssignmentError if
    the assignment has no solution or its tests cannot be collected, IsolationError if no worker can be started.
    """
    started = time.monotonic()
    tried = tuple(e.name for e in assignment.exercises if capstones or e.seconds_per_call is None)
    programs = right_programs(assignment)
    source = programs.source
    seeds = range(QUICK_SEEDS if quick else SEEDS)
    with Lanes(assignment, serve=do_jobs, isolation=isolation, count=lanes) as opened:
        run = partial(_all, opened, progress=on_progress)
        right = programs.jobs(seeds, tried)
        reports = run(right, "right programs")
        found = _sampled(mutants(source, tried, solution_lines(source)), _QUICK_MUTANTS if quick else None)
        costs = _costs(of_right_programs(reports))
        wrong = _Wrong(assignment, source, {m.name: m for m in found}, _patience(assignment, reports), costs)
        trials, mutant_trials = _try_wrong(run, wrong, tried, quick=quick)
        reasons = load_equivalents(assignment)
        mutant_trials = [replace(m, equivalent=reasons.get(m.name, "")) for m in mutant_trials]
        mutant_trials = _with_inputs(run, mutant_trials)
        broken = broken_variants(assignment, source, tried, mutant_trials, found, quick=quick)
        dependences = _dependences(run, wrong, broken)
    stale = [name for name in reasons if _is_stale(name, mutant_trials, tried, sampled=quick)]
    return Audit(
        assignment=assignment,
        isolation=reports[0][0].isolation,
        seeds=len(seeds),
        faults=tuple(judge_right(right, reports)),
        misconceptions=tuple(trials),
        mutants=tuple(mutant_trials),
        stale=tuple(stale),
        tests=tuple(_tests(assignment, of_right_programs(reports), mutant_trials)),
        dependences=tuple(dependences),
        left_out=tuple(e.name for e in assignment.exercises if e.name not in tried),
        sampled=quick,
        seconds=time.monotonic() - started,
    )


def _is_stale(name: str, trials: Iterable[MutantTrial], tried: Collection[str], *, sampled: bool) -> bool:
    """Whether a mutant that is listed as equivalent was killed, or does not exist, as far as this audit can tell."""
    if name.partition(":")[0] not in tried:
        return False
    trial = next((t for t in trials if t.name == name), None)
    return bool(trial.failed) if trial else not sampled


Run = Callable[[Sequence[Job], str], list[Any]]


def _all(lanes: Lanes, jobs: Sequence[Job], what: str, progress: Progress) -> list[Any]:
    """The results of the jobs, in the jobs' order."""
    results: list[Any] = [None] * len(jobs)
    progress(what, 0, len(jobs))
    for done, (place, result) in enumerate(lanes.run(jobs), 1):
        results[place] = result
        progress(what, done, len(jobs))
    return results


@dataclass(frozen=True)
class _Wrong:
    """The mutants of the solution by name, and the seconds that a call into one may take.

    `costs` are the seconds that all tests of an exercise take.
    """

    assignment: Assignment
    source: str
    mutants: Mapping[str, Mutant]
    seconds: float
    costs: Mapping[str, float]

    def jobs(self, names: Collection[str], seeds: Iterable[int]) -> list[GradeThem]:
        """Grade those mutants under each seed, what takes longest first."""
        exercises = dict.fromkeys(self.mutants[name].exercise for name in names)
        jobs = [job for seed in seeds for exercise in exercises for job in self._of(names, exercise, seed)]
        return sorted(jobs, key=lambda job: -len(job.submissions) * self.costs.get(job.only[0], 0.0))

    def _of(self, names: Iterable[str], exercise: str, seed: int) -> list[GradeThem]:
        own = [self.mutants[name] for name in names if self.mutants[name].exercise == exercise]
        submissions = [as_submission(self.assignment, m.source, m.name) for m in own]
        return in_chunks(submissions, (exercise,), seed, self.seconds, _CHUNK)


def _costs(reports: Sequence[Report]) -> dict[str, float]:
    """The seconds that the tests of each exercise take."""
    costs: dict[str, float] = {}
    for outcome in (o for report in reports for o in report.outcomes):
        costs[outcome.exercise] = costs.get(outcome.exercise, 0.0) + outcome.seconds / len(reports)
    return costs


def _patience(assignment: Assignment, reports: Iterable[list[Report]]) -> float:
    """Seconds for a call: not much more than the solution's slowest test took."""
    short = {e.name for e in assignment.exercises if e.seconds_per_call is None}
    slowest = max((o.seconds for some in reports for r in some for o in r.outcomes if o.exercise in short), default=0.0)
    return min(assignment.limits.seconds_per_call, max(_LEAST_SECONDS, _PATIENCE * slowest))


def _sampled(found: Sequence[Mutant], most: int | None) -> list[Mutant]:
    """At most so many mutants of each exercise, evenly spread."""
    by_exercise: dict[str, list[Mutant]] = {}
    for mutant in found:
        by_exercise.setdefault(mutant.exercise, []).append(mutant)
    return [m for some in by_exercise.values() for m in some[:: -(-len(some) // (most or len(some)))]]


def _try_wrong(run: Run, wrong: _Wrong, tried: Sequence[str], *, quick: bool) -> tuple[list[Trial], list[MutantTrial]]:
    """The trials of the misconceptions and of the mutants; those that were named are tried on other inputs too."""
    jobs: list[Job] = [TryMisconceptions(name, 0, _QUICK_MISCONCEPTIONS if quick else 1) for name in tried]
    results = run([*jobs, *wrong.jobs(wrong.mutants, [0])], "misconceptions and mutants")
    trials = [trial for some in results[: len(jobs)] for trial in some]
    reports = {report.student: report for some in results[len(jobs) :] for report in some}
    first = [_mutant_trial(mutant, reports[name], wrong.source) for name, mutant in wrong.mutants.items()]
    return trials, _confirmed(run, wrong, first, _CONFIRMING_SEEDS[: 1 if quick else None])


def _mutant_trial(mutant: Mutant, report: Report, source: str) -> MutantTrial:
    failed = tuple(o.test for o in report.outcomes if o.status is not Status.PASSED)
    return MutantTrial(
        name=mutant.name,
        exercise=mutant.exercise,
        diff=mutant.diff(source),
        failed=failed,
        named=named_in(report, mutant.exercise),
        excess={o.test: o.excess for o in report.outcomes if o.excess is not None},
    )


def _confirmed(run: Run, wrong: _Wrong, trials: Sequence[MutantTrial], seeds: Sequence[int]) -> list[MutantTrial]:
    """The trials; of those that were named it is known whether other inputs lead to the same name."""
    named = [t.name for t in trials if t.named]
    jobs = wrong.jobs(named, seeds)
    again: dict[str, set[str]] = {}
    for report in (report for some in run(jobs, "names on other inputs") for report in some):
        again.setdefault(report.student, set()).add(named_in(report, wrong.mutants[report.student].exercise))
    return [replace(t, confirmed=again[t.name] == {t.named}) if t.named else t for t in trials]


def _with_inputs(run: Run, trials: Sequence[MutantTrial]) -> list[MutantTrial]:
    """The trials; survivors with the inputs that did not tell them from the solution."""
    exercises = list(dict.fromkeys(t.exercise for t in trials if t.survived))
    tried = run([InputsTried(name, 0) for name in exercises], "inputs of survivors")
    inputs = dict(zip(exercises, tried, strict=True))
    return [replace(t, inputs=inputs[t.exercise]) if t.survived else t for t in trials]


def _dependences(run: Run, wrong: _Wrong, broken: Sequence[Broken]) -> list[Dependence]:
    """What each broken exercise costs the others.

    Where another seems to lose points it is tried again, with all the time of the manifest: a loaded machine is no
    accusation.
    """
    graded = run([b.job(wrong.assignment, wrong.seconds) for b in broken], "independence")
    found = [dependence(b, report) for b, (report,) in zip(broken, graded, strict=True)]
    losing = [k for k, d in enumerate(found) if d.lost]
    again = run([broken[k].job(wrong.assignment, None) for k in losing], "independence, once more")
    for k, (report,) in zip(losing, again, strict=True):
        found[k] = dependence(broken[k], report)
    return found


def _tests(
    assignment: Assignment, right: Sequence[Report], mutant_trials: Sequence[MutantTrial]
) -> Iterable[TestAudit]:
    """What each test is good for, by the right programs that it let pass and the mutants that it did not."""
    order = {o.test: o.exercise for r in right for o in r.outcomes}
    for name, exercise in order.items():
        killed = [m for m in mutant_trials if name in m.failed]
        seconds = assignment.exercise(exercise).seconds_per_call or assignment.limits.seconds_per_call
        close = [o.excess for r in right for o in r.outcomes if o.test == name and o.excess is not None]
        wrong = [m.excess[name] for m in killed if 1.0 <= m.excess.get(name, 0.0) < float("inf")]
        yield TestAudit(
            name=name,
            exercise=exercise,
            kills=len(killed),
            alone=tuple(m.name for m in killed if len(m.failed) == 1),
            largest_right=max(close, default=None),
            smallest_wrong=min(wrong, default=None),
            share=median(o.seconds for r in right for o in r.outcomes if o.test == name) / seconds,
        )
