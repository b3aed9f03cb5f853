"""What several commands share: exit codes, options, and checks before any work is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from grader.errors import RequestError

FULL_MARKS, LESS, FAILED = 0, 1, 2
LARGEST_SEED = 2**32 - 1


def isolation_option(command: Any) -> Any:
    """The option `--isolation`."""
    return click.option(
        "--isolation",
        type=click.Choice(["auto", "bwrap", "landlock", "process"]),
        default="auto",
        help="How student code is kept apart (default: the best that works here).",
    )(command)


def seed_option(command: Any) -> Any:
    """The option `--seed`."""
    limits = click.IntRange(0, LARGEST_SEED)
    return click.option("--seed", type=limits, default=0, help="Seed of the tests' inputs (default: 0).")(command)


def launcher_of(isolation: str) -> str | None:
    """The launcher that an option names; None for the best there is."""
    return None if isolation == "auto" else isolation


def check_folder_of(output: Path | None) -> None:
    """Say before the grading, not after it, that a file cannot be written."""
    if output is not None and not output.absolute().parent.is_dir():
        raise RequestError(f"{output} cannot be written: there is no folder {output.parent}.", "Make it first.")


def console() -> Any:
    """The terminal."""
    from grader.console import make_console

    return make_console()
