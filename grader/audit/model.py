"""What an audit finds: frozen values, and the rules that they break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.model import Assignment, Isolation, Outcome

# What is allowed is 1, and lies below the smallest difference of a killed mutant by the very meaning of killing. Right
# programs must stay well below it: others, on other machines, differ a little more.
LARGEST_RIGHT = 0.5
# A whole test on a right program, its reference included, may take this part of the seconds that one call has:
# students' programs are slower, and so are other machines.
LARGEST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Trial:
    """A misconception in the place of its exercise: the tests of the exercise it failed, what diagnosis named.

    `named` is "" where diagnosis named nothing.
    """

    exercise: str
    misconception: str
    failed: tuple[Outcome, ...]
    named: str

    @property
    def right(self) -> bool:
        """Whether diagnosis named this very misconception."""
        return self.named == self.misconception


@dataclass(frozen=True, slots=True)
class MutantTrial:
    """A mutant of the solution: the tests of its exercise that it failed, and the misconception that was named.

    `confirmed` says whether fresh inputs led to the same name; None where nothing was named. `excess` are the
    differences of its answers, by test, as multiples of what is allowed. `equivalent` is the author's reason why
    nothing can kill it.
    """

    name: str
    exercise: str
    diff: str
    failed: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    named: str = ""
    confirmed: bool | None = None
    excess: Mapping[str, float] = field(default_factory=dict)
    equivalent: str = ""

    @property
    def survived(self) -> bool:
        """Whether no test noticed it, and the author did not say why."""
        return not self.failed and not self.equivalent


@dataclass(frozen=True, slots=True)
class TestAudit:
    """One hidden test: how many mutants it kills, which of them it alone kills, and the room around its tolerance.

    `largest_right` is the largest difference of right programs from the expected answers, `smallest_wrong` the smallest
    that killed a mutant, both as multiples of what is allowed; None where there was none. `share` is the part of the
    seconds of one call that the whole test took, the reference included, by the median of right programs.
    """

    name: str
    exercise: str
    kills: int
    alone: tuple[str, ...]
    largest_right: float | None
    smallest_wrong: float | None
    share: float

    @property
    def has_time(self) -> bool:
        """Whether slower programs and machines stay within the time limit too."""
        return self.share <= LARGEST_SHARE

    @property
    def has_room(self) -> bool:
        """Whether right answers stay well within the tolerance."""
        return self.largest_right is None or self.largest_right <= LARGEST_RIGHT


@dataclass(frozen=True, slots=True)
class Dependence:
    """What became of the other exercises when `broken` was broken by `how`.

    `lost` are those that were right and lost points all the same; `gained` are broken ones that came to full points by
    what was carried forward.
    """

    broken: str
    how: str
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """All that was found about the hidden tests of one assignment.

    `faults` are sentences about the solution, the stub and repeated runs. `sampled` says that not everything was tried.
    """

    assignment: Assignment
    isolation: Isolation
    seeds: int
    faults: tuple[str, ...]
    misconceptions: tuple[Trial, ...]
    mutants: tuple[MutantTrial, ...]
    stale: tuple[str, ...]
    tests: tuple[TestAudit, ...]
    dependences: tuple[Dependence, ...]
    left_out: tuple[str, ...] = ()
    sampled: bool = False
    seconds: float = 0.0

    @property
    def survivors(self) -> tuple[MutantTrial, ...]:
        """The mutants that no test noticed: each is a hole in the tests, or equivalent and not yet listed as such."""
        return tuple(m for m in self.mutants if m.survived)

    @property
    def named(self) -> tuple[MutantTrial, ...]:
        """The mutants for which diagnosis named a misconception."""
        return tuple(m for m in self.mutants if m.named)

    @property
    def false_names(self) -> tuple[MutantTrial, ...]:
        """The mutants that were named on some inputs, and not the same way on others."""
        return tuple(m for m in self.named if m.confirmed is False)

    @property
    def broken_rules(self) -> tuple[str, ...]:
        """What the assignment's contract asks for and does not have; empty if all is well."""
        silent = [t.misconception for t in self.misconceptions if not t.failed]
        misnamed = [t.misconception for t in self.misconceptions if t.failed and not t.right]
        hurried = [t.name for t in self.tests if not t.has_time]
        tight = [t.name for t in self.tests if not t.has_room]
        lost = [f"{name} (when {d.broken} is wrong)" for d in self.dependences for name in d.lost]
        gained = [f"{name} (on top of a wrong {d.broken})" for d in self.dependences for name in d.gained]
        return self.faults + tuple(
            f"{rule}: {', '.join(dict.fromkeys(found))}."
            for rule, found in (
                ("Misconceptions that fail no test", silent),
                ("Misconceptions that are not named, or named otherwise", misnamed),
                ("Mutants that no test noticed", [m.name for m in self.survivors]),
                ("Mutants listed as equivalent that a test kills, or that do not exist", self.stale),
                ("Tests whose tolerance has no room", tight),
                (f"Tests that take right programs over {LARGEST_SHARE:.0%} of the seconds of a call", hurried),
                ("Exercises that lose points for the mistake of another", lost),
                ("Wrong exercises that earn full points by carrying forward", gained),
            )
            if found
        )
