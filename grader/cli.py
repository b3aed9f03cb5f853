"""The command `grade`: parse, call one function, print, exit.

Exit codes: 0 full marks, 1 less than that, 2 the request was wrong or the toolkit failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import click

from grader import __version__
from grader.catalog import find_assignments, find_root, resolve
from grader.errors import GradeError, RequestError
from grader.model import Assignment, Submission

FULL_MARKS, LESS, FAILED = 0, 1, 2
_LARGEST_SEED = 2**32 - 1
FORMATS = ("json", "junit", "gradescope", "markdown")


class GradeGroup(click.Group):
    """A group whose first word may also be an assignment: `grade assignment3` is `grade run assignment3`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` means. Whatever is no command is taken for an assignment."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            similar = get_close_matches(args[0], self.commands, n=1, cutoff=0.75)
            if similar and not _is_assignment(args[0]):
                raise RequestError(f"There is no command {args[0]!r}.", f"Did you mean `grade {similar[0]}`?")
            return "run", self.commands["run"], args
        return super().resolve_command(ctx, args)


def _is_assignment(name: str) -> bool:
    try:
        resolve(name, find_root(Path.cwd()))
    except GradeError:
        return False
    return True


@click.group(
    cls=GradeGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  grade                                   list the assignments
  grade assignment3                       grade your work on assignment 3
  grade 3 -e conv2d_forward               only one exercise
  grade convolution path/to/file.py       another file, folder or archive
  grade assignment3 submission/ --format gradescope -o results.json
  grade batch assignment3 submissions/    a whole class""",
)
@click.version_option(__version__, prog_name="grade")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Grade exercises on deep neural networks, and say what is wrong and why.

    `grade ASSIGNMENT [PATH]` grades; see `grade run --help` for its options. Without arguments: the assignments.
    """
    if ctx.invoked_subcommand is None:
        from grader.console import print_assignments

        print_assignments(_console(), find_assignments(find_root(Path.cwd())))


def _isolation_option(command: Any) -> Any:
    return click.option(
        "--isolation",
        type=click.Choice(["auto", "bwrap", "process"]),
        default="auto",
        help="How student code is kept apart (default: the best that works here).",
    )(command)


def _seed_option(command: Any) -> Any:
    limits = click.IntRange(0, _LARGEST_SEED)
    return click.option("--seed", type=limits, default=0, help="Seed of the tests' inputs (default: 0).")(command)


@cli.command(
    epilog="""\b
Examples:
  grade assignment3
  grade 3 -e conv2d_forward -e pad2d -v
  grade assignment3 convolution.ipynb
  grade assignment3 submission/ --format junit -o report.xml""",
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
@_isolation_option
@_seed_option
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
    isolation: str,
    seed: int,
) -> int:
    """Grade one submission: PATH is a file, a folder or an archive (default: the stub's own file)."""
    from grader.intake import read_submission
    from grader.sandbox import launcher, policy_of

    format_, output = _wanted_format(as_json, format_, output), None if str(output) == "-" else output
    _check_folder_of(output)
    found = resolve(assignment, find_root(Path.cwd()))
    wanted = _select(found, exercises)
    submission = read_submission(path, found) if path else _own_work(found)

    with launcher(_launcher(isolation), policy_of(found)) as workers:
        # Imported while the launcher starts: pytest takes as long.
        from grader.grading import grade
        from grader.scoring import grade as points_of

        report = grade(submission, found, workers, only=[e.name for e in wanted.exercises], seed=seed)
    result = points_of(report, wanted)
    _emit(report, result, wanted, format_, output, verbose=verbose, staff=staff)
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


def _check_folder_of(output: Path | None) -> None:
    """Say before the grading, not after it, that a file cannot be written."""
    if output is not None and not output.absolute().parent.is_dir():
        raise RequestError(f"{output} cannot be written: there is no folder {output.parent}.", "Make it first.")


def _select(assignment: Assignment, names: Sequence[str]) -> Assignment:
    """The assignment with only the named exercises."""
    known = [e.name for e in assignment.exercises]
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f"Did you mean {close[0]}? " if close else ""
            raise RequestError(f"{assignment.name} has no exercise {name!r}.", f"{meant}It has: {', '.join(known)}.")
    return replace(assignment, exercises=tuple(e for e in assignment.exercises if not names or e.name in names))


def _launcher(isolation: str) -> str | None:
    return None if isolation == "auto" else isolation


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
        print_report(_console(), report, result, assignment, verbose=verbose, staff=staff)
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


@cli.command(
    epilog="""\b
Examples:
  grade batch assignment3 submissions/
  grade batch 3 submissions/ --isolation bwrap""",
)
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--allow-weak-isolation", is_flag=True, help="Run even below isolation level B: for code that you trust.")
@click.option(
    "--seed",
    type=click.IntRange(0, _LARGEST_SEED),
    help="Seed of the tests' inputs (default: a fresh one, which is told).",
)
@_isolation_option
def batch(assignment: str, folder: Path, *, allow_weak_isolation: bool, isolation: str, seed: int | None) -> int:
    """Grade every submission in FOLDER, one per file, folder or archive, and print the class.

    Exits with 0 if everyone was graded, whatever their points, and with 2 otherwise.
    """
    from grader.batch import grade_batch
    from grader.console import counting, make_console, print_class
    from grader.intake import find_submissions

    found = resolve(assignment, find_root(Path.cwd()))
    submissions = find_submissions(folder, found)
    if not submissions:
        raise RequestError(f"{folder} holds no submission.", f"Put one {found.module}.py per student into it.")
    # Fresh inputs decide, not those that students have seen on their laptops.
    chosen = int.from_bytes(os.urandom(4)) if seed is None else seed
    rows: list[tuple[Any, Any]] = []
    try:
        with counting(make_console(stderr=True), "grading", len(submissions)) as advance:

            def receive(report: Any, result: Any) -> None:
                rows.append((report, result))
                advance()

            grade_batch(
                found,
                submissions,
                receive,
                isolation=_launcher(isolation),
                seed=chosen,
                allow_weak_isolation=allow_weak_isolation,
            )
    finally:
        # Also where the batch breaks off: what was graded is not lost.
        if rows:
            print_class(_console(), found, rows)
            click.echo(f"{len(rows)} of {len(submissions)} graded with seed {chosen}; the same again: --seed {chosen}")
    return FAILED if any(result.ungraded for _, result in rows) else FULL_MARKS


@cli.command(
    epilog="""\b
Examples:
  grade audit assignment3
  grade audit 3 --quick
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
@click.option("-v", "--verbose", is_flag=True, help="Every test, with its kills and its tolerance.")
@click.option("--lanes", type=click.IntRange(1, 64), help="Processes that work in parallel (default: one per core).")
@_isolation_option
def audit(
    assignment: str,
    *,
    quick: bool,
    capstones: bool,
    as_json: bool,
    output: Path | None,
    verbose: bool,
    lanes: int | None,
    isolation: str,
) -> int:
    """Find out whether the hidden tests catch what they should: mutants of the solution, and misconceptions.

    Exits with 0 only if the assignment keeps its contract. For authors.
    """
    from grader.audit import audit as audit_tests
    from grader.console import make_console, print_audit, stages
    from grader.exports import audit_to_json, write

    if output is not None and not as_json:
        raise RequestError("-o needs --json.", "Add --json, or leave -o out.")
    _check_folder_of(output)
    found = resolve(assignment, find_root(Path.cwd()))
    with stages(make_console(stderr=True)) as on_progress:
        result = audit_tests(
            found,
            isolation=_launcher(isolation),
            lanes=lanes,
            quick=quick,
            capstones=capstones,
            on_progress=on_progress,
        )
    if output is not None:
        write(output, audit_to_json(result))
    elif as_json:
        sys.stdout.buffer.write(audit_to_json(result).encode())
    if not as_json or output is not None:
        print_audit(_console(), result, verbose=verbose)
    return LESS if result.broken_rules else FULL_MARKS


@cli.command(
    epilog="""\b
Examples:
  grade doctor
  grade doctor --isolation process"""
)
@_isolation_option
def doctor(isolation: str) -> int:
    """Say what isolation works here, guard by guard, and what to do about the others."""
    from grader.console import print_isolation
    from grader.sandbox import probe

    print_isolation(_console(), probe(_launcher(isolation)))
    return 0


@cli.command(
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


def _console() -> Any:
    from grader.console import make_console

    return make_console()


def main(args: Sequence[str] | None = None) -> None:
    """The console script: no fault ends in a traceback."""
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        # Small arrays: starting threads takes longer than they save, and results would depend on their number.
        os.environ.setdefault(threads, "1")
    try:
        code = cli.main(args=args, prog_name="grade", standalone_mode=False)
        sys.stdout.flush()
    except GradeError as exc:
        code = _complain(exc)
    except click.exceptions.Exit as exc:
        code = exc.exit_code
    except click.ClickException as exc:
        exc.show()
        code = FAILED
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        code = 130
    except OSError as exc:
        code = _output_lost(exc)
    except Exception as exc:
        if "GRADE_TRACEBACK" in os.environ:
            raise
        click.echo(f"grade failed: {type(exc).__name__}: {exc}\nGRADE_TRACEBACK=1 shows where.", err=True)
        code = FAILED
    sys.exit(code if isinstance(code, int) else FULL_MARKS)


def _output_lost(error: OSError) -> int:
    """Standard output is full or closed: say so once, and do not fail over it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        click.echo(f"The result could not be printed: {error.strerror or error}.", err=True)
    return FAILED


def _complain(error: GradeError) -> int:
    from grader.console import make_console, print_error

    print_error(make_console(stderr=True), error)
    return error.exit_code
