"""Gradescope's `results.json`, by the specification at https://gradescope-autograders.readthedocs.io/en/latest/specs/.

One entry per exercise, numbered as in the manifest, whose output lists its hidden tests. All entries are visible, for
Gradescope shows no total to a student who has a hidden one. The top-level score is the total minus the penalty for
lateness, and overrides the sum; an assignment that leaves lateness to Gradescope has no [late] table.

The format has no way to say "not graded": its specification wants a score, of the whole or of a test. So no file is
written where the toolkit failed: a run without results is a failed run, to be repeated, while a zero would count.
"""

from __future__ import annotations

import json
from typing import Any

from grader.errors import ExportError
from grader.feedback import hints, is_missing, problems, result, sentence
from grader.model import Assignment, ExerciseGrade, Grade, Outcome, Report, Status
from grader.printable import clean, one_line

# Far below what Gradescope takes, far above what anyone reads.
_LONGEST_OUTPUT = 20_000


def to_gradescope(report: Report, grade: Grade, assignment: Assignment) -> str:
    """The file's content, in ASCII.

    Raises ExportError if the report is ungraded, because any score that could be written would be wrong.
    """
    if grade.ungraded:
        message = f"{one_line(report.student) or 'the submission'} is not graded, and Gradescope's format cannot say so"
        raise ExportError(message, "Write no results.json; mend what failed (--verbose shows it), and run again.")
    document = {
        "score": float(grade.points),
        "execution_time": round(report.seconds, 3),
        "output": _summary(report, grade, assignment),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_entry(n, e, report) for n, e in enumerate(grade.exercises, start=1)],
        "extra_data": {
            "assignment": assignment.name,
            "digest": report.digest,
            "isolation": report.isolation.level,
            "penalty": float(grade.penalty),
            "seed": report.seed,
            "toolkit": report.toolkit,
        },
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _summary(report: Report, grade: Grade, assignment: Assignment) -> str:
    lines = [one_line(assignment.title), *report.problems, *report.notes, *grade.explanation]
    return clean("\n".join(lines), _LONGEST_OUTPUT)


def _entry(number: int, exercise: ExerciseGrade, report: Report) -> dict[str, Any]:
    outcomes = report.of(exercise.name)
    lines = [result(exercise, outcomes).rstrip(".") + ".", *(f"hint: {hint}" for hint in hints(outcomes))]
    if not is_missing(exercise, problems(outcomes)):
        lines += [line for o in outcomes for line in _lines(o)]
    return {
        "name": exercise.name,
        "number": str(number),
        "score": float(exercise.points),
        "max_score": float(exercise.max_points),
        "status": "passed" if exercise.status is Status.PASSED else "failed",
        "output": clean("\n".join(lines), _LONGEST_OUTPUT),
        "visibility": "visible",
    }


def _lines(outcome: Outcome) -> list[str]:
    title = one_line(outcome.title or outcome.test)
    if outcome.status is Status.PASSED:
        return [f"[passed] {title}"]
    return [f"[{outcome.status.value}] {title}", *(f"    {line}" for line in sentence(outcome).splitlines())]
