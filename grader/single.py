"""One submission, graded by whichever tests are here: the hidden ones in a checkout, the sealed ones in a bundle."""

from __future__ import annotations

from collections.abc import Collection

from grader.errors import RequestError
from grader.model import Assignment, Report, Submission
from grader.sandbox import Launcher
from grader.sealed import grade_sealed, read_sealed_tests, sealed_tests_of


def grade_single(
    submission: Submission, assignment: Assignment, workers: Launcher, *, only: Collection[str] = (), seed: int = 0
) -> Report:
    """The report of one submission; `only` names the exercises to run (empty: all).

    Raises RequestError for a seed where there are sealed tests alone, and as `grade` and `grade_sealed` do.
    """
    if assignment.hidden_tests.is_dir() or not sealed_tests_of(assignment).is_file():
        from grader.grading import grade  # imports pytest, which sealed tests do without

        return grade(submission, assignment, workers, only=only, seed=seed)
    if seed:
        message = f"--seed {seed} needs the hidden tests; sealed ones have inputs of their own."
        raise RequestError(message, "Leave it out.")
    return grade_sealed(submission, assignment, workers, read_sealed_tests(assignment), only=only)
