"""The commands that read the gradebook, and those that write a person's decision into it."""

from __future__ import annotations

import sys
from dataclasses import replace
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from grader.catalog import find_assignments, find_root, resolve
from grader.cli.options import (
    FAILED,
    FULL_MARKS,
    LESS,
    check_folder_of,
    cluster_of,
    cluster_option,
    console,
    gradebook_option,
    isolation_option,
    launcher_of,
    open_existing_gradebook,
)
from grader.errors import RequestError
from grader.model import Assignment

_FORMATS = ("csv", "canvas", "moodle", "json")
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_MOST_POINTS = 10_000


@click.command(
    epilog="""\b
Examples:
  grade show ada
  grade show ada assignment3"""
)
@click.argument("student")
@click.argument("assignment", required=False)
@gradebook_option
def show(student: str, assignment: str | None, where: str | None) -> int:
    """Explain a student's points line by line, and say what counted when. For instructors."""
    from grader.console.ledger import print_standing

    root = find_root(Path.cwd())
    with open_existing_gradebook(where, root) as book:
        _require_known(book, student)
        names = book.assignments_of(student)
        chosen = [resolve(assignment, root)] if assignment else [a for a in find_assignments(root) if a.name in names]
        for number, found in enumerate(chosen):
            standings = list(book.counting(found, student, every=True))
            if not standings:
                raise RequestError(
                    f"The gradebook has nothing of {student} in {found.name}.", f"It has: {', '.join(names)}."
                )
            if number:
                click.echo()
            print_standing(console(), found, standings[0], book.history(found.name, student))
    return FULL_MARKS


@click.command(
    epilog="""\b
Examples:
  grade regrade assignment3
  grade regrade assignment3 --apply"""
)
@click.argument("assignment")
@click.option("--apply", "apply_", is_flag=True, help="Let the new reports and points count.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that work in parallel (default: one per core).")
@cluster_option
@click.option("--allow-weak-isolation", is_flag=True, help="Run even below isolation level B: for code that you trust.")
@gradebook_option
@isolation_option
def regrade(
    assignment: str,
    *,
    apply_: bool,
    workers: int | None,
    cluster: str | None,
    allow_weak_isolation: bool,
    where: str | None,
    isolation: str,
) -> int:
    """After a change of tests, points or policy: say who would change, from what to what, in which tests and why.

    Only what the change concerns is run: nothing, if it is points or the late policy. With --apply it counts.
    Exits with 1 if something would change that is not applied, and with 2 if anybody could not be graded.
    """
    from grader.batch import Terms
    from grader.console import counting, make_console
    from grader.console.ledger import print_plan
    from grader.regrade import regrade as plan_of

    root = find_root(Path.cwd())
    found = resolve(assignment, root)
    with open_existing_gradebook(where, root) as book:
        from grader.gradebook.journal import GradebookJournal

        seed = book.last_seed(found.name)
        if seed is None:
            raise RequestError(f"The gradebook has no batch of {found.name}.", f"grade batch {found.name} FOLDER")
        standings = book.counting(found)
        terms = Terms(seed, launcher_of(isolation), workers, allow_weak_isolation, cluster=cluster_of(cluster, workers))
        journal = GradebookJournal(book, found, seed, kind="regrade")
        with counting(make_console(stderr=True), "grading", len(standings)) as advance:
            plan = plan_of(found, standings, terms, journal, lambda r: advance(not r.ungraded), apply=apply_)
    print_plan(console(), plan, applied=apply_)
    if plan.ungraded:
        return FAILED
    return LESS if plan.to_come and not apply_ else FULL_MARKS


@click.command(
    epilog="""\b
Examples:
  grade export assignment3 --format csv -o points.csv
  grade export assignment3 --format canvas -o canvas.csv"""
)
@click.argument("assignment")
@click.option(
    "--format", "format_", type=click.Choice(_FORMATS), default="csv", help="For which program (default: csv)."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it (default: standard output).")
@gradebook_option
def export(assignment: str, *, format_: str, output: Path | None, where: str | None) -> int:
    """Write the points of a class from the gradebook. Who could not be graded has no points there, and is told."""
    from grader.exports import write
    from grader.exports.class_csv import CLASS_EXPORTERS, Line
    from grader.exports.class_json import class_to_json

    output = None if str(output) == "-" else output
    check_folder_of(output)
    root = find_root(Path.cwd())
    found = resolve(assignment, root)
    lines, rows = [], []
    with open_existing_gradebook(where, root) as book:
        for s in book.counting(found):
            lines.append(Line(s.student, s.grade(found), s.decisions.excuse is not None))
            if s.report and (grade := lines[-1].grade):
                rows.append((replace(s.report, outcomes=()), grade))
    text = class_to_json(found, rows) if format_ == "json" else CLASS_EXPORTERS[format_](found, lines)
    if output is None:
        sys.stdout.buffer.write(text.encode())
    else:
        write(output, text)
    missing = [line.student for line in lines if line.grade and line.grade.ungraded]
    if missing:
        click.echo(f"Not graded, and so without points: {', '.join(missing)}.", err=True)
    return FULL_MARKS


def _decision(command: Any) -> Any:
    """What the commands that record a decision share."""
    for option in (
        gradebook_option,
        click.option("--why", required=True, help="The reason; it is kept with your name and the time."),
        click.option("--new", is_flag=True, help="The student is not in the gradebook yet."),
        click.argument("student"),
        click.argument("assignment"),
    ):
        command = option(command)
    return command


@click.command(
    epilog="""\b
Examples:
  grade extend assignment3 ada 3d --why "was ill"
  grade extend assignment3 ada 0 --why "was a mistake\""""
)
@_decision
@click.argument("span")
def extend(assignment: str, student: str, span: str, *, why: str, new: bool, where: str | None) -> int:
    """Give a student more time: SPAN is like 90m, 36h, 3d or 1w, and 0 takes an extension back."""
    minutes = _minutes(span)
    _decide(assignment, student, "extension", str(minutes) if minutes else "", why=why, new=new, where=where)
    return FULL_MARKS


@click.command(
    epilog="""\b
Examples:
  grade override assignment3 ada 8 --exercise conv2d_forward --why "right, but for a typing error"
  grade override assignment3 ada none --why "was a mistake\""""
)
@_decision
@click.argument("points")
@click.option("-e", "--exercise", default="", metavar="NAME", help="Of this exercise (default: the total).")
def override(
    assignment: str, student: str, points: str, *, exercise: str, why: str, new: bool, where: str | None
) -> int:
    """Set a student's POINTS in an exercise, or in total whatever was earned; "none" takes that back."""
    value = "" if points == "none" else str(_points(points))
    _decide(assignment, student, "override", value, why=why, new=new, where=where, exercise=exercise)
    return FULL_MARKS


@click.command(
    epilog="""\b
Examples:
  grade excuse assignment3 ada --why "changed the course\""""
)
@_decision
@click.option("--take-back", is_flag=True, help="Is not excused after all.")
def excuse(assignment: str, student: str, *, take_back: bool, why: str, new: bool, where: str | None) -> int:
    """Excuse a student from an assignment."""
    _decide(assignment, student, "excuse", "" if take_back else "yes", why=why, new=new, where=where)
    return FULL_MARKS


def _decide(
    assignment: str,
    student: str,
    kind: str,
    value: str,
    *,
    why: str,
    new: bool,
    where: str | None,
    exercise: str = "",
) -> None:
    """Record a decision, and print what it makes of the student's points."""
    from grader.console.ledger import print_standing

    root = find_root(Path.cwd())
    found = resolve(assignment, root)
    _require_exercise(found, exercise)
    with open_existing_gradebook(where, root) as book:
        if not new:
            _require_known(book, student, "If that is the name, add --new.")
        book.decide(found.name, student, kind, value, why=why, exercise=exercise)
        for standing in book.counting(found, student):
            print_standing(console(), found, standing, ())


def _require_known(book: Any, student: str, hint: str = "") -> None:
    known = book.students()
    if student not in known:
        near = get_close_matches(student, known, n=1)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise RequestError(
            f"The gradebook has no student {student!r}.", f"{meant}{hint}".strip() or "`grade export` lists them."
        )


def _require_exercise(assignment: Assignment, name: str) -> None:
    names = [e.name for e in assignment.exercises]
    if name and name not in names:
        raise RequestError(f"{assignment.name} has no exercise {name!r}.", f"It has: {', '.join(names)}.")


def _minutes(span: str) -> int:
    number, unit = span[:-1], span[-1:]
    if span == "0":
        return 0
    if unit not in _MINUTES or not number.isascii() or not number.isdigit() or not 0 < int(number) <= 10_000:
        raise RequestError(f"An extension is like 90m, 36h, 3d or 1w (got {span!r}).", "0 takes one back.")
    return int(number) * _MINUTES[unit]


def _points(text: str) -> Fraction:
    try:
        points = Fraction(text)
    except (ValueError, ZeroDivisionError):
        points = Fraction(-1)
    if not 0 <= points <= _MOST_POINTS or 100 % points.denominator:
        rule = f"Points are a number from 0 to {_MOST_POINTS} with at most two decimals"
        raise RequestError(f"{rule} (got {text!r}).", '"none" takes back what was set.')
    return points
