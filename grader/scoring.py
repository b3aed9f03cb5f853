"""From what happened to points: one pure function, in exact arithmetic, applied whenever a report is read.

An exercise earns its points times the share of its tests' weight that passed, rounded half to even to 1/100. The total
is the sum of these rounded points (so that it can be added up from what is shown) minus what lateness costs.

Nothing that was not seen to pass earns points: an exercise of the manifest without outcomes earns 0. But where the
toolkit itself failed, the grade is marked as ungraded: its points are provisional, and must not be shown as a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from grader.errors import AssignmentError, RequestError
from grader.model import (
    Assignment,
    Decisions,
    Excuse,
    Exercise,
    ExerciseGrade,
    Grade,
    LatePolicy,
    Outcome,
    Override,
    Report,
    Status,
)

# An exercise has the first status in this order that any of its tests has: what stopped the program tells more than
# a wrong answer, and a wrong answer more than a branch that is not written yet.
_MOST_TELLING_FIRST = (
    Status.GRADER_ERROR,
    Status.CRASHED,
    Status.TIMEOUT,
    Status.RAISED,
    Status.FAILED,
    Status.MISSING,
    Status.SKIPPED,
    Status.PASSED,
)
_DAY = timedelta(days=1)
_NOTHING_DECIDED = Decisions()


def grade(report: Report, assignment: Assignment, decisions: Decisions = _NOTHING_DECIDED) -> Grade:
    """The points of a report; `decisions` are those of people about this student.

    Points that were set for an exercise stand in the place of those earned; a set total stands above all, lateness too.
    The deadline is `assignment.due` plus the extension. Lateness costs nothing if either the deadline or the time of
    submission is not known. Never takes more than was earned.

    Raises:
        RequestError: the report is of another assignment, or a time has no time zone.
        AssignmentError: the report has tests of an exercise that the manifest lacks, or tests without weight.
    """
    _check_belongs(report, assignment)
    overrides = {o.exercise: o for o in decisions.overrides}
    exercises = tuple(_override(_grade_exercise(e, report), overrides.get(e.name)) for e in assignment.exercises)
    earned = sum((e.points for e in exercises), Fraction(0))
    extension = decisions.extension.span if decisions.extension else timedelta(0)
    penalty, lateness = _lateness(report, assignment, extension, earned)
    failed = [] if "" in overrides else [o.exercise for o in _failed(report) if o.exercise not in overrides]
    total = overrides.get("")
    return Grade(
        assignment=assignment.name,
        student=report.student,
        exercises=exercises,
        points=total.points if total else earned - penalty,
        max_points=assignment.max_points,
        penalty=Fraction(0) if total else penalty,
        ungraded=bool(failed),
        explanation=(
            *_why_ungraded(failed),
            *(_in_words(o) for o in decisions.overrides if o.exercise),
            *lateness,
            *((_in_words(total),) if total else ()),
            *_excused(decisions.excuse),
        ),
        excused=decisions.excuse is not None,
    )


def that_counts(attempts: Sequence[Grade], assignment: Assignment) -> int:
    """Which of several attempts counts, the oldest first: the last, or the best by `assignment.attempts`.

    The best is the one with most points after lateness; of equal ones the latest. One that could not be graded is the
    best only where none could.
    """
    if assignment.attempts == "last":
        return len(attempts) - 1
    return max(range(len(attempts)), key=lambda n: (not attempts[n].ungraded, attempts[n].points, n))


def format_points(points: Fraction) -> str:
    """Points as people write them: "12", "9.60", "8.57"; never more than two decimals, none for whole numbers."""
    rounded = round_points(points)
    return str(rounded) if rounded.denominator == 1 else f"{float(rounded):.2f}"


def round_points(points: Fraction) -> Fraction:
    """The nearest multiple of 1/100, the even one of two that are equally near."""
    return Fraction(round(points * 100), 100)


def _check_belongs(report: Report, assignment: Assignment) -> None:
    if report.assignment != assignment.name:
        message = f"the report is of assignment '{report.assignment}', not of '{assignment.name}'"
        raise RequestError(message, "Grade the submission again, or name its own assignment.")
    unknown = {o.exercise for o in report.outcomes} - {e.name for e in assignment.exercises}
    if unknown:
        message = f"the report has tests of '{min(unknown)}', which is no exercise of {assignment.name}"
        raise AssignmentError(message, "Every test's exercise mark must name an [[exercise]] of assignment.toml.")


def _grade_exercise(exercise: Exercise, report: Report) -> ExerciseGrade:
    outcomes = report.of(exercise.name)
    passed = [o for o in outcomes if o.status is Status.PASSED]
    share = _share(exercise, outcomes)
    return ExerciseGrade(
        name=exercise.name,
        points=round_points(exercise.points * share),
        max_points=exercise.points,
        status=_status(outcomes, report),
        passed=len(passed),
        tests=len(outcomes),
        carried=tuple(dict.fromkeys(name for o in outcomes for name in o.carried)),
        share=share,
    )


def _override(earned: ExerciseGrade, override: Override | None) -> ExerciseGrade:
    """The exercise with the points that a person set."""
    if override is None:
        return earned
    status = Status.PASSED if override.points >= earned.max_points else Status.FAILED
    return replace(earned, points=override.points, status=status)


def _in_words(override: Override) -> str:
    what = override.exercise or "The total"
    return f"{what} was set to {format_points(override.points)} points by {override.by}: {override.why}"


def _excused(excuse: Excuse | None) -> tuple[str, ...]:
    return (f"Excused by {excuse.by}: {excuse.why}",) if excuse else ()


def _share(exercise: Exercise, outcomes: tuple[Outcome, ...]) -> Fraction:
    """The passed part of the weight, from 0 to 1."""
    if not outcomes:
        return Fraction(0)
    total = sum(o.weight for o in outcomes)
    if total <= 0 or min(o.weight for o in outcomes) < 0:
        message = f"the tests of '{exercise.name}' must have weights of 0 or more, not all 0 (their sum is {total})"
        raise AssignmentError(message, "Mend @pytest.mark.weight(...) in the hidden tests.")
    return Fraction(sum(o.weight for o in outcomes if o.status is Status.PASSED), total)


def _status(outcomes: tuple[Outcome, ...], report: Report) -> Status:
    """The most telling status; without outcomes MISSING if the submission had problems, else SKIPPED (not run)."""
    if not outcomes:
        return Status.MISSING if report.problems else Status.SKIPPED
    return min((o.status for o in outcomes), key=_MOST_TELLING_FIRST.index)


def _failed(report: Report) -> list[Outcome]:
    return [o for o in report.outcomes if o.status is Status.GRADER_ERROR]


def _why_ungraded(failed: list[str]) -> tuple[str, ...]:
    """The sentence on the tests that the toolkit failed on, given the exercise of each."""
    if not failed:
        return ()
    tests = "1 test" if len(failed) == 1 else f"{len(failed)} tests"
    names = ", ".join(dict.fromkeys(failed))
    return (f"Not graded: the toolkit failed on {tests} of {names}. That is no fault of the submission, and no zero.",)


def _lateness(
    report: Report, assignment: Assignment, extension: timedelta, earned: Fraction
) -> tuple[Fraction, tuple[str, ...]]:
    """What lateness costs, and the arithmetic in words."""
    if assignment.due is None or report.submitted_at is None:
        return Fraction(0), ()
    due = _in_utc(assignment.due, "due") + extension
    late = _in_utc(report.submitted_at, "submitted_at") - due
    if late <= timedelta(0):
        return Fraction(0), ()
    penalty, words = _penalty(late, assignment.late, assignment.max_points, earned)
    moved = f", extended by {_duration(extension)}" if extension else ""
    return penalty, (f"Handed in {_duration(late)} after the deadline{moved}: {words}.",)


def _penalty(late: timedelta, policy: LatePolicy, max_points: Fraction, earned: Fraction) -> tuple[Fraction, str]:
    """The points taken, and why. Days are counted from the end of the grace period."""
    beyond = late - timedelta(minutes=policy.grace_minutes)
    if beyond <= timedelta(0):
        return Fraction(0), f"within the {policy.grace_minutes} minutes of grace, so nothing is taken"
    days = -(-beyond // _DAY)
    if policy.max_days is not None and days > policy.max_days:
        return earned, f"more than {_count(policy.max_days, 'day')} late, which earns nothing"
    percent = min(policy.percent_per_day * days, policy.max_percent)
    asked = round_points(max_points * percent / 100)
    penalty = min(asked, earned)
    words = f"{_count(days, 'day')} begun at {format_points(policy.percent_per_day)}% of {format_points(max_points)}"
    if policy.percent_per_day * days > policy.max_percent:
        words += f", at most {format_points(policy.max_percent)}%"
    if penalty < asked:
        words += ", but no more than was earned"
    return penalty, f"{words}: −{format_points(penalty)}"


def _in_utc(moment: datetime, name: str) -> datetime:
    # Subtracting two times of one zone would ignore a change between summer and winter time.
    if moment.tzinfo is None:
        message = f"'{name}' must be a date with a time zone (got '{moment.isoformat()}')"
        raise RequestError(message, f"Write it like {moment.isoformat()}+01:00.")
    return moment.astimezone(UTC)


def _duration(span: timedelta) -> str:
    """The two largest units: "1 day and 3 hours"."""
    minutes = int(span.total_seconds()) // 60
    units = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    words = [_count(n, unit) for n, unit in units if n]
    return " and ".join(words[:2]) or "less than a minute"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
