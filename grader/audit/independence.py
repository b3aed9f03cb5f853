"""Whether a wrong exercise costs another one points, and whether a wrong one gains by what is carried forward.

An exercise that is not written is tried with all others: their tests might call it. One with a mistake is tried with
those that run the changed code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.audit.jobs import GradeThem, as_submission
from grader.audit.model import Dependence, MutantTrial
from grader.model import Assignment, Report, Status
from grader.mutation import Mutant, concerned, mutants
from grader.release import solution_lines

T = TypeVar("T")

_WAYS, _QUICK_WAYS = 2, 1
# The last definition of a name is the one that counts.
_NOT_WRITTEN = "\n\ndef {}(*args, **kwargs):\n    raise NotImplementedError\n"


@dataclass(frozen=True)
class Broken:
    """A solution in which the exercise `base`, and perhaps one that builds on it, is wrong. `graded` may lose by it."""

    base: str
    how: str
    source: str
    graded: tuple[str, ...]
    also: str = ""

    def job(self, assignment: Assignment, seconds: float | None) -> GradeThem:
        """Grade it; a call may take `seconds`, or by the manifest."""
        submission = as_submission(assignment, self.source, f"{self.base}: {self.how}")
        return GradeThem((submission,), self.graded, 0, seconds)


def broken_variants(
    assignment: Assignment,
    source: str,
    tried: Sequence[str],
    trials: Iterable[MutantTrial],
    found: Iterable[Mutant],
    *,
    quick: bool,
) -> list[Broken]:
    """Solutions with each exercise broken in turn: not written, and by mutants that are known to be wrong.

    Where another exercise builds on it, also with a mutant in that one.
    """
    ways = _QUICK_WAYS if quick else _WAYS
    killed = {t.name for t in trials if t.failed}
    wrong: dict[str, list[Mutant]] = {}
    for mutant in found:
        if mutant.name in killed:
            wrong.setdefault(mutant.exercise, []).append(mutant)
    broken = [Broken(name, "not written", source + _NOT_WRITTEN.format(name), tuple(tried)) for name in tried]
    for mutant in (m for name in tried for m in _spread(wrong.get(name, []), ways)):
        graded = tuple(concerned(source, mutant.source, tried))
        broken.append(Broken(mutant.exercise, mutant.name, mutant.source, graded))
    for exercise in (assignment.exercise(name) for name in tried):
        for base in (name for name in exercise.builds_on if name in tried):
            for below in _spread(wrong.get(base, []), 1):
                broken += _spread(_twice(below, exercise.name, tried, killed), ways)
    return broken


def _twice(below: Mutant, above: str, tried: Sequence[str], killed: set[str]) -> list[Broken]:
    """A wrong base with a wrong exercise on top of it, in every way that is known to be wrong."""
    found = mutants(below.source, tried, solution_lines(below.source), of=above)
    both = [m for m in found if m.name in killed]
    pair = below.exercise, above
    return [Broken(below.exercise, f"{below.name}, and {m.name}", m.source, pair, above) for m in both]


def _spread(some: Sequence[T], most: int) -> Sequence[T]:
    """At most so many of them, evenly spread."""
    return some[:: max(1, -(-len(some) // most))]


def dependence(broken: Broken, report: Report) -> Dependence:
    """Who lost points for the mistake of another, and who gained full points that are not its own."""
    failed = {o.exercise for o in report.outcomes if o.status is not Status.PASSED}
    carried = {o.exercise for o in report.outcomes if o.carried}
    gained = (broken.also,) if broken.also in carried - failed else ()
    return Dependence(broken.base, broken.how, tuple(sorted(failed - {broken.base, broken.also})), gained)
