"""What an instructor asks a gradebook: how a student's points come about, and what a regrade would change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from rich.console import Console

from grader.console.lines import cell, mark, say, say_line, width_of
from grader.feedback import STATUS_WORDS, exercise_points, total_points
from grader.model import Assignment, Decisions, ExerciseGrade, Grade, Status
from grader.printable import one_line
from grader.scoring import format_points

if TYPE_CHECKING:
    from grader.gradebook.store import Mark, Standing
    from grader.regrade import Change, Plan

_MOST_TESTS = 6


def print_standing(console: Console, assignment: Assignment, standing: Standing, history: Sequence[Mark]) -> None:
    """Print the points of one student line by line, so that they can be added up, and what counted when."""
    say(console, f"{one_line(standing.student)} · {one_line(assignment.title)}", "bold")
    console.print()
    grade = standing.grade(assignment)
    if grade is None:
        say(console, "Nothing was handed in.", "yellow", indent=1)
        excuse = standing.decisions.excuse
        for sentence in (
            *_extension(standing.decisions),
            *([f"Excused by {excuse.by}: {excuse.why}"] if excuse else []),
        ):
            say(console, sentence, indent=1, hanging=2)
    else:
        _print_sum(console, grade, standing.decisions)
    if standing.report:
        for problem in standing.report.problems:
            say(console, f"! {problem}", "red", indent=1, hanging=2)
    if len(standing.attempts) > 1:
        _print_attempts(console, assignment, standing)
    if history:
        console.print()
        say(console, "What counted, and from when on:", "dim")
    for entry in history:
        points = "not graded" if not entry.points else entry.points
        moment = entry.marked_at[:16].replace("T", " ")
        say(console, f"{moment} UTC  {points:>10}  {entry.kind}", "dim", indent=1)


def _print_attempts(console: Console, assignment: Assignment, standing: Standing) -> None:
    """Each attempt with its points and what lateness took of them, and which one counts."""
    console.print()
    say(console, f"Of {len(standing.attempts)} attempts the {assignment.attempts} counts:")
    for number, (attempt, grade) in enumerate(
        zip(standing.attempts, standing.grades(assignment), strict=True), start=1
    ):
        moment = attempt.submission.submitted_at
        when = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if moment else "time not known"
        counts = "  counts" if attempt.mark == standing.mark else ""
        taken = f"  (lateness: −{format_points(grade.penalty)})" if grade.penalty else ""
        say(console, f"{number}  {when:20}  {total_points(grade):>10}{taken}{counts}", indent=1)


def _print_sum(console: Console, grade: Grade, decisions: Decisions) -> None:
    names = width_of([e.name for e in grade.exercises])
    points = width_of([exercise_points(e) for e in grade.exercises] + [total_points(grade)])
    for exercise in grade.exercises:
        line = (cell(console, exercise.name, names), "  ", cell(console, exercise_points(exercise), points, right=True))
        say_line(console, " ", mark(console, exercise.status), " ", *line, ("  " + _arithmetic(exercise), "dim"))
    console.print()
    for sentence in (*_extension(decisions), *grade.explanation):
        say(console, sentence, indent=3, hanging=2)
    say_line(
        console,
        "   ",
        cell(console, "total", names),
        "  ",
        (cell(console, total_points(grade), points, right=True), "bold"),
    )


def _arithmetic(exercise: ExerciseGrade) -> str:
    """How the points of an exercise come about."""
    if exercise.status is Status.GRADER_ERROR:
        return STATUS_WORDS[exercise.status]
    if not exercise.tests:
        return "no test ran"
    product = f"{format_points(exercise.max_points)} × {exercise.share}"
    tests = f"{exercise.passed} of {exercise.tests} tests passed"
    carried = f", with a right {' and '.join(exercise.carried)}" if exercise.carried else ""
    return f"{product} ({tests}{carried})"


def _extension(decisions: Decisions) -> tuple[str, ...]:
    if decisions.extension is None:
        return ()
    days = decisions.extension.span.total_seconds() / 86400
    return (f"The deadline is {days:.3g} days later, by {decisions.extension.by}: {decisions.extension.why}",)


def print_plan(console: Console, plan: Plan, *, applied: bool) -> None:
    """Print who changes, from what to what, in which tests and why; then what changed by itself already."""
    title = one_line(plan.assignment.title)
    would = "changed" if applied else "would change"
    say(console, f"{title} · {len(plan.to_come)} of {plan.students} students {would}", "bold")
    _print_changes(console, plan.to_come)
    in_force = [change for change in plan.changes if change.in_force]
    if in_force:
        console.print()
        say(console, "Already in force, since points, policy and decisions are applied on reading:", "bold")
        _print_changes(console, in_force)
    console.print()
    again = "1 hand-in was" if plan.stale == 1 else f"{plan.stale} hand-ins were"
    partly = f", {plan.partly} of them only as far as tests changed" if plan.partly else ""
    say(console, f"{again} graded anew{partly}." if plan.stale else "Nothing had to be graded anew.", "dim")
    if not applied and (plan.to_come or plan.stale):
        say(console, "Nothing is changed yet: the same command with --apply does it.")


def _print_changes(console: Console, changes: Sequence[Change]) -> None:
    names = width_of([c.student for c in changes])
    befores = width_of([c.before for c in changes])
    for change in changes:
        console.print()
        points = f"{cell(console, change.before, befores, right=True)} → {change.after}"
        say_line(console, " ", cell(console, change.student, names), f"  {points}")
        _print_change(console, change)


def _print_change(console: Console, change: Change) -> None:
    for reason in change.why:
        say(console, reason, indent=3, hanging=2)
    for test in change.tests[:_MOST_TESTS]:
        before = test.before.status if test.before else "not there"
        after = test.after.status if test.after else "gone"
        say(console, f"{test.exercise}: {test.test}: {before} → {after}", "dim", indent=3, hanging=2)
    if len(change.tests) > _MOST_TESTS:
        say(console, f"… and {len(change.tests) - _MOST_TESTS} more tests", "dim", indent=3)
