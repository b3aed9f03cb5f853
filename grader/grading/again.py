"""What of an older report still holds after some tests changed, and what must be run again.

A report says the same whether all its tests ran now, or some of them earlier, under these conditions:

1. The submission, the seed, the level of isolation, the toolkit, and the manifest where it matters are the same, and of
   the hidden tests all but some tests of some exercises: no helper, import, fixture, misconception, solution or part of
   the reference (`gradebook.pieces` tells). A test's numbers depend on the seed and its own name alone.
2. What counts is an exercise, not a test: of its trials the one that earns more counts as a whole, and a cause must
   explain all its answers. So every test of an exercise runs again if any of them changed.
3. Whether an exercise is tried on right pieces depends on the ones before it. So what lost points, or was carried,
   after a changed one runs again too, and what was carried anywhere. Of all others the outcomes are those of the first
   trial, and known to the trials that run (`Trials.by_exercise`): nothing that was not run is taken for wrong.
4. The time and the number of lost calls are shared by all tests. So where a call was lost, then or now, or the seconds
   together would not suffice, everything runs.

One thing cannot be told from outside: whether a program answers otherwise after it was asked something else, since all
tests of a submission meet in one process. Such a program shows it, as a rule, in the tests that did not change and ran
again: where one of them does not end as before, everything runs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from grader.agreement import LOST
from grader.model import Assignment, Isolation, Outcome, Report, Status, Submission


@dataclass(frozen=True, slots=True)
class GradedBefore(Submission):
    """A submission with a report on it that still holds, but for some exercises.

    `again` are those that must be run, `same` the names of the tests that are as they were then.
    """

    before: Report | None = None
    again: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()


def to_run_again(before: Report, changed: Collection[str], assignment: Assignment) -> frozenset[str]:
    """The exercises to run, those that changed among them."""
    names = [e.name for e in assignment.exercises]
    first = min((names.index(name) for name in changed if name in names), default=len(names))
    again = {name for name in changed if name in names}
    for place, name in enumerate(names):
        outcomes = before.of(name)
        carried = any(o.carried for o in outcomes)
        lost = any(o.status is not Status.PASSED for o in outcomes)
        if (carried and changed) or (lost and place > first):
            again.add(name)
    return frozenset(again)


def still_holds(before: Report | None, seed: int, isolation: Isolation) -> bool:
    """Whether an older report can be a part of a new one in a run."""
    return (
        before is not None
        and (before.seed, before.isolation.level) == (seed, isolation.level)
        and not before.ungraded
        and not any(o.status in LOST for o in before.outcomes)
    )


def kept_of(submission: GradedBefore) -> tuple[Outcome, ...]:
    """The outcomes that need not be run."""
    outcomes = submission.before.outcomes if submission.before else ()
    return tuple(o for o in outcomes if o.exercise not in submission.again)


def agree_with(submission: GradedBefore, outcomes: Sequence[Outcome], seconds: float, most: float) -> bool:
    """Whether what was run again fits to what is kept (conditions 4, and what is below it)."""
    before = submission.before
    if before is None or any(o.status in LOST for o in outcomes) or before.seconds + seconds > most:
        return False
    then = {(o.exercise, o.test): o for o in before.outcomes}
    for o in outcomes:
        old = then.get((o.exercise, o.test))
        same = o.test.partition("[")[0] in submission.same
        if old is not None and same and old.carried == o.carried and old.status is not o.status:
            return False
    return True
