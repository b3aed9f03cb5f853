"""The commands for authors of assignments."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.catalog import find_assignments, find_root, resolve
from grader.cli.options import FULL_MARKS, LESS, check_folder_of, console, isolation_option, launcher_of
from grader.errors import RequestError


@click.command(
    epilog="""\b
Examples:
  grade audit assignment3
  grade audit 3 --quick
  grade audit 3 --html audit.html
  grade audit 3 --json -o audit.json"""
)
@click.argument("assignment")
@click.option(
    "--quick", is_flag=True, help="Try a sample: some mutants and misconceptions of each exercise, few seeds."
)
@click.option("--capstones", is_flag=True, help="Also exercises with a time limit of their own, which train: minutes.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON, the whole kill matrix included.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to write the JSON (default: standard output)."
)
@click.option(
    "--html", type=click.Path(path_type=Path), help="Also write it as one page, with kill matrix and survivors."
)
@click.option("-v", "--verbose", is_flag=True, help="Every test, with its kills and its tolerance.")
@click.option("--lanes", type=click.IntRange(1, 64), help="Processes that work in parallel (default: one per core).")
@isolation_option
def audit(
    assignment: str,
    *,
    quick: bool,
    capstones: bool,
    as_json: bool,
    output: Path | None,
    html: Path | None,
    verbose: bool,
    lanes: int | None,
    isolation: str,
) -> int:
    """Find out whether the hidden tests catch what they should: mutants of the solution, and misconceptions.

    Exits with 0 only if the assignment keeps its contract. For authors.
    """
    from grader.audit import audit as audit_tests
    from grader.console import make_console, stages
    from grader.console.audit import print_audit
    from grader.exports import write
    from grader.exports.audit_html import audit_to_html
    from grader.exports.audit_json import audit_to_json

    if output is not None and not as_json:
        raise RequestError("-o needs --json.", "Add --json, or leave -o out.")
    for file in (output, html):
        check_folder_of(file)
    found = resolve(assignment, find_root(Path.cwd()))
    with stages(make_console(stderr=True)) as on_progress:
        result = audit_tests(
            found,
            isolation=launcher_of(isolation),
            lanes=lanes,
            quick=quick,
            capstones=capstones,
            on_progress=on_progress,
        )
    if html is not None:
        write(html, audit_to_html(result))
    if output is not None:
        write(output, audit_to_json(result))
    elif as_json:
        sys.stdout.buffer.write(audit_to_json(result).encode())
    if not as_json or output is not None:
        print_audit(console(), result, verbose=verbose)
    return LESS if result.broken_rules else FULL_MARKS


@click.command(
    epilog="""\b
Examples:
  grade new assignment9_regression"""
)
@click.argument("name")
def new(name: str) -> int:
    """Make the files of a new assignment NAME, with one small exercise that keeps the contract. For authors.

    In a course, or in an empty folder, which becomes one.
    """
    from grader.scaffold import course_of, files_of, name_of, write_new

    root = course_of(Path.cwd())
    files = files_of(name_of(name, root), root, datetime.now(UTC))
    write_new(files, root)
    for file in files:
        click.echo(f"written: {file}")
    click.echo(f"\nIt is whole as it stands: try grade audit {name}. Then replace its exercise by yours.")
    return FULL_MARKS


@click.command(
    epilog="""\b
Examples:
  grade stub assignment3
  grade stub --all --check"""
)
@click.argument("assignment", required=False)
@click.option("--all", "every", is_flag=True, help="Every assignment.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is not the generated one.")
def stub(assignment: str | None, every: bool, check: bool) -> int:
    """Make the stub and the notebook of ASSIGNMENT anew from its solution. For authors."""
    from grader.release import stale_release_files, write_release_files

    root = find_root(Path.cwd())
    if bool(assignment) == every:
        raise RequestError("Name one assignment, or give --all.")
    chosen = find_assignments(root) if assignment is None else (resolve(assignment, root),)
    stale = [file for a in chosen for file in stale_release_files(a)]
    for file in stale:
        click.echo(f"{'stale' if check else 'written'}: {file}")
    if not check:
        for a in chosen:
            write_release_files(a)
    return LESS if check and stale else FULL_MARKS
