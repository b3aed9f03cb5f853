"""The command that grades one submission."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import click

from grader.catalog import find_root, resolve
from grader.cli.options import (
    FAILED,
    FULL_MARKS,
    LESS,
    check_folder_of,
    console,
    isolation_option,
    launcher_of,
    seed_option,
)
from grader.errors import RequestError
from grader.model import Assignment, Submission

FORMATS = ("json", "junit", "gradescope", "markdown")


@click.command(
    epilog="""\b
Examples:
  grade assignment3
  grade 3 -e conv2d_forward -e pad2d -v
  grade assignment3 convolution.ipynb
  grade assignment3 submission/ --format junit -o report.xml
  grade assignment3 --watch""",
)
@click.argument("assignment")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "-e", "--exercise", "exercises", multiple=True, metavar="NAME", help="Only this exercise; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of a table.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Write a result file of this kind.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it (default: standard output).")
@click.option("-v", "--verbose", is_flag=True, help="Every test, with its time.")
@click.option("--staff", is_flag=True, help="Also messages and tracebacks, which may hold hidden inputs.")
@click.option("--watch", "watching", is_flag=True, help="Grade again whenever it is saved, and say what changed.")
@isolation_option
@seed_option
def run(
    assignment: str,
    path: Path | None,
    *,
    exercises: Sequence[str],
    as_json: bool,
    format_: str | None,
    output: Path | None,
    verbose: bool,
    staff: bool,
    watching: bool,
    isolation: str,
    seed: int,
) -> int:
    """Grade one submission: PATH is a file, a folder or an archive (default: the stub's own file)."""
    from grader.intake import read_submission
    from grader.sandbox import launcher, policy_of

    format_, output = _wanted_format(as_json, format_, output), None if str(output) == "-" else output
    if watching and format_:
        raise RequestError("--watch shows a table and writes no file.", "Leave out --json, --format and -o.")
    check_folder_of(output)
    found = resolve(assignment, find_root(Path.cwd()))
    wanted = _select(found, exercises)
    read = partial(read_submission, path, found) if path else partial(_own_work, found)
    first = None if watching else read()

    with launcher(launcher_of(isolation), policy_of(found)) as workers:
        # Imported while the launcher starts: pytest takes as long.
        from grader.difference import Run
        from grader.scoring import grade as points_of
        from grader.single import grade_single

        def graded(submission: Submission) -> Run:
            report = grade_single(submission, found, workers, only=[e.name for e in wanted.exercises], seed=seed)
            result = Run(wanted.title, report, points_of(report, wanted))
            _emit(report, result.grade, wanted, format_, output, verbose=verbose, staff=staff)
            return result

        if first is None:
            from grader.cli.watching import watch

            return watch(path or found.folder, read, graded)
        result = graded(first).grade
    return FAILED if result.ungraded else FULL_MARKS if result.full else LESS


def _own_work(assignment: Assignment) -> Submission:
    """The file in the assignment's folder that was worked on; if both were, the source, with a remark."""
    from grader.intake import read_submission

    submission = read_submission(assignment.folder, assignment)
    if not submission.problem or not assignment.stub.exists():
        return submission
    notebook = assignment.stub.with_suffix(".ipynb")
    remark = f"Both files were worked on; for the notebook: grade {assignment.name} {notebook}"
    submission = read_submission(assignment.stub, assignment)
    return replace(submission, notes=(*submission.notes, remark)) if notebook.exists() else submission


def _wanted_format(as_json: bool, format_: str | None, output: Path | None) -> str | None:
    if as_json and format_ not in (None, "json"):
        raise RequestError(f"--json and --format {format_} contradict each other.", "Give one of them.")
    if output and not (as_json or format_):
        raise RequestError(f"-o {output} needs to know what to write.", f"Add --format {'|'.join(FORMATS)}.")
    return "json" if as_json else format_


def _select(assignment: Assignment, names: Sequence[str]) -> Assignment:
    """The assignment with only the named exercises."""
    known = [e.name for e in assignment.exercises]
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f"Did you mean {close[0]}? " if close else ""
            raise RequestError(f"{assignment.name} has no exercise {name!r}.", f"{meant}It has: {', '.join(known)}.")
    return replace(assignment, exercises=tuple(e for e in assignment.exercises if not names or e.name in names))


def _emit(
    report: Any,
    result: Any,
    assignment: Assignment,
    format_: str | None,
    output: Path | None,
    *,
    verbose: bool,
    staff: bool,
) -> None:
    """Write the result file, if one is wanted; the table goes to the terminal unless the file does."""
    from grader.console import print_report

    if format_ is None or output is not None:
        print_report(console(), report, result, assignment, verbose=verbose, staff=staff)
    if format_ is None:
        return
    from grader.exports import EXPORTERS, to_json, write

    export = partial(to_json, staff=True) if staff and format_ == "json" else EXPORTERS[format_]
    text = export(report, result, assignment)
    if output is None:
        # As bytes, since the file's encoding is its format's and not the terminal's.
        sys.stdout.buffer.write(text.rstrip("\n").encode() + b"\n")
    else:
        write(output, text)
