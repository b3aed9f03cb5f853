"""Right programs: the solution under many seeds, the same with its sums in another order, and right samples."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.audit.jobs import GradeThem, as_submission
from grader.errors import AssignmentError
from grader.intake import find_submissions
from grader.model import Assignment, Outcome, Report, Status, Submission
from grader.mutation import reordered
from grader.release import make_stub

_SOLUTION, _AGAIN, _REORDERED, _STUB = (
    "the solution",
    "the solution, again",
    "the solution, summed backwards",
    "the stub",
)
_SEEDS_OF_OTHERS = (0, 1, 2)


@dataclass(frozen=True)
class RightPrograms:
    """The solution's source, and the programs that must pass every test, by what they are called."""

    assignment: Assignment
    source: str
    samples: tuple[Submission, ...]

    def jobs(self, seeds: Iterable[int], only: tuple[str, ...]) -> list[GradeThem]:
        """Every program under some seeds; under the first also the stub, and the solution a second time."""
        solution, again, backwards = (
            as_submission(self.assignment, text, name)
            for text, name in (
                (self.source, _SOLUTION),
                (self.source, _AGAIN),
                (reordered(self.source), _REORDERED),
            )
        )
        stub = as_submission(self.assignment, make_stub(self.source), _STUB)
        # The longest first, so that no lane waits for another at the end.
        jobs = [GradeThem((again, stub, *self.samples), only, 0)]
        jobs += [GradeThem((solution,), only, seed) for seed in seeds]
        return jobs + [GradeThem((backwards,), only, seed) for seed in _SEEDS_OF_OTHERS]


def of_right_programs(reports: Iterable[list[Report]]) -> list[Report]:
    """The reports of all programs but the stub."""
    return [r for some in reports for r in some if r.student != _STUB]


def right_programs(assignment: Assignment) -> RightPrograms:
    """The right programs of an assignment. Raises AssignmentError if it has no solution."""
    if not assignment.solution.is_file():
        raise AssignmentError(
            f"{assignment.name} has no solution: {assignment.solution} does not exist.",
            "An audit needs one: its mutants are what the hidden tests must notice.",
        )
    return RightPrograms(assignment, assignment.solution.read_text(encoding="utf-8"), _right_samples(assignment))


def _right_samples(assignment: Assignment) -> tuple[Submission, ...]:
    """The sample submissions that must get every point, by the table beside them."""
    folder = assignment.root / "tests" / "submissions" / assignment.name
    table = folder / "expected.toml"
    if not table.is_file():
        return ()
    expected = tomllib.loads(table.read_text(encoding="utf-8"))
    full = {name for name, row in expected.items() if row["points"] == assignment.max_points}
    return tuple(s for s in find_submissions(folder, assignment) if s.student in full)


def judge_right(jobs: Sequence[GradeThem], reports: Sequence[list[Report]]) -> list[str]:
    """A sentence for each right program that a test failed, for the stub if it passed one, and for runs that differ."""
    faults = []
    for job, some in zip(jobs, reports, strict=True):
        for report in some:
            unmet = [o for o in report.outcomes if (o.status is Status.PASSED) == (report.student == _STUB)]
            if unmet:
                faults.append(_fault(report.student, job.seed, unmet))
    once, again = (
        next((r for some in reports for r in some if r.student == name and r.seed == 0), None)
        for name in (_SOLUTION, _AGAIN)
    )
    if once and again and _verdicts(once) != _verdicts(again):
        faults.append("Two runs of the solution with seed 0 differ.")
    return faults


def _fault(student: str, seed: int, unmet: Sequence[Outcome]) -> str:
    verb = "passes" if student == _STUB else "fails"
    first = unmet[0]
    more = f" and {len(unmet) - 1} more" if len(unmet) > 1 else ""
    return f"With seed {seed}, {student} {verb} {first.test}{more}: {first.says or first.status} {first.detail}".strip()


def _verdicts(report: Report) -> list[tuple[str, Status, str, float | None]]:
    return [(o.test, o.status, o.says, o.excess) for o in report.outcomes]
