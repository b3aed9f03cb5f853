"""The command `grade`: parse, call one function, print, exit.

Exit codes: 0 full marks, 1 less than that, 2 the request was wrong or the toolkit failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from grader import __version__
from grader.catalog import find_assignments, find_root, resolve
from grader.cli.authors import audit, new, stub
from grader.cli.classes import batch
from grader.cli.difference import diff
from grader.cli.gradebook import excuse, export, extend, override, regrade, show
from grader.cli.grading import run
from grader.cli.options import FAILED, FULL_MARKS, console, isolation_option, launcher_of
from grader.cli.release import release
from grader.errors import GradeError, RequestError
from grader.threads import SINGLE_THREAD


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
  grade batch assignment3 submissions/    a whole class
  grade show ada                          how a student's points come about""",
)
@click.version_option(__version__, prog_name="grade")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Grade exercises on deep neural networks, and say what is wrong and why.

    `grade ASSIGNMENT [PATH]` grades; see `grade run --help` for its options. Without arguments: the assignments.
    """
    if ctx.invoked_subcommand is None:
        from grader.console import print_assignments

        print_assignments(console(), find_assignments(find_root(Path.cwd())))


@click.command(
    epilog="""\b
Examples:
  grade doctor
  grade doctor --isolation process"""
)
@isolation_option
def doctor(isolation: str) -> int:
    """Say what isolation works here, guard by guard, and what to do about the others."""
    from grader.console import print_isolation
    from grader.sandbox import probe

    print_isolation(console(), probe(launcher_of(isolation)))
    return 0


commands = (run, diff, batch, show, regrade, export, extend, override, excuse, audit, doctor, new, stub, release)
for command in commands:
    cli.add_command(command)


def main(args: Sequence[str] | None = None) -> None:
    """The console script: no fault ends in a traceback."""
    for name, value in SINGLE_THREAD.items():
        os.environ.setdefault(name, value)
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
