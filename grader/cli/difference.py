"""The command that compares two runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from grader.cli.options import FULL_MARKS, LESS, console
from grader.errors import RequestError


@click.command(
    epilog="""\b
Examples:
  grade assignment3 --json -o before.json
  grade assignment3 --json -o after.json
  grade diff before.json after.json"""
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
def diff(before: Path, after: Path) -> int:
    """Say what changed between two runs of one assignment: tests that newly pass or fail, and points.

    BEFORE and AFTER are reports that `--json` wrote. The exit code is 0 if nothing got worse, 1 if a test newly fails
    or an exercise lost points, 2 if the two cannot be compared.
    """
    from grader.console.difference import print_difference
    from grader.difference import compare_runs

    found = compare_runs(_read(before), _read(after))
    print_difference(console(), found)
    return LESS if found.worse else FULL_MARKS


def _read(path: Path) -> Any:
    """The run in a file."""
    from grader.exports import run_from_json

    try:
        return run_from_json(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise RequestError(f"{path} cannot be read: {exc.strerror or exc}.", "Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise RequestError(f"{path}: a report must be UTF-8 text.", "`grade … --json -o FILE` writes one.") from exc
    except RequestError as exc:
        raise RequestError(f"{path}: {exc}", exc.hint) from exc
