"""What several commands share: exit codes, options, and checks before any work is done."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from grader.errors import GradebookError, RequestError

FULL_MARKS, LESS, FAILED = 0, 1, 2
LARGEST_SEED = 2**32 - 1
GRADEBOOK = "gradebook.sqlite"
INSTALL = "pip install sqlalchemy alembic 'psycopg[binary]'"


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


def gradebook_option(command: Any) -> Any:
    """The option `--gradebook`."""
    return click.option(
        "--gradebook",
        "where",
        envvar="GRADE_GRADEBOOK",
        metavar="FILE|URL",
        help=f"The gradebook: a file, or postgresql://… (default: {GRADEBOOK} in the course folder).",
    )(command)


def place_of_gradebook(where: str | None, root: Path) -> str:
    """The file or URL that is meant; a file is named from where the command runs."""
    return where or str(root / GRADEBOOK)


def open_gradebook(where: str) -> Any:
    """The gradebook there. Raises GradebookError if it cannot be opened, or what it takes is not installed."""
    try:
        from grader.gradebook.store import Gradebook

        return Gradebook(where)
    except ModuleNotFoundError as exc:
        message = f"A gradebook needs packages that are not installed ({exc.name})."
        raise GradebookError(message, f"Install them: {INSTALL}") from exc


def open_existing_gradebook(where: str | None, root: Path) -> Any:
    """The gradebook that commands ask which read it. Raises GradebookError if there is none."""
    place = place_of_gradebook(where, root)
    if "://" not in place and not Path(place).exists():
        hint = "`grade batch ASSIGNMENT FOLDER` makes one, or name another: --gradebook FILE|URL."
        raise GradebookError(f"There is no gradebook {place}.", hint)
    return open_gradebook(place)


cluster_option = click.option(
    "--cluster", metavar="URL", help="Grade on a Dask cluster's workers: the scheduler's tcp://HOST:PORT."
)


def cluster_of(address: str | None, workers: int | None) -> str | None:
    """The address. Raises RequestError if it goes with nothing else that is asked for, or with what is installed."""
    if address is not None and workers is not None:
        raise RequestError("--workers counts processes of this machine.", "A cluster has as many as it has threads.")
    if address is not None and not find_spec("distributed"):
        raise RequestError("--cluster needs Dask, which is not installed.", "Install it: pip install distributed")
    return address


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
