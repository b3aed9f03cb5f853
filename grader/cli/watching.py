"""`grade … --watch`: grades again whenever the submission is saved, and says what changed since the last run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from grader.cli.options import FULL_MARKS, console
from grader.difference import Run, compare_runs
from grader.errors import RequestError
from grader.model import Submission

# Editors write in several steps: a file that is replaced is gone for a moment. Read until it stays as it is.
_SECONDS_OF_QUIET = 0.1
# Whatever the system's own notice missed, such as what was saved while grading, is found by looking again.
_MILLISECONDS_BETWEEN_LOOKS = 1000


def watch(place: Path, read: Callable[[], Submission], grade: Callable[[Submission], Run]) -> int:
    """Grade, and grade again after each change of the file or folder `place`, until Ctrl-C.

    `read` reads the submission; `grade` grades it and prints the report. Raises RequestError if there is nothing to
    watch, or nothing to watch it with.
    """
    last: Run | None = None
    seen: object = None
    with suppress(KeyboardInterrupt):
        for _ in _looks(place):
            found = _settled(read, seen)
            if found == seen:
                continue
            seen = found
            if isinstance(found, Submission):
                last = _since(last, grade(found))
                click.echo(f"\nWatching {place}; Ctrl-C ends it.")
            else:
                click.echo(f"\nNot graded: {found}. Waiting until it can be.")
    click.echo()
    return FULL_MARKS


def _since(last: Run | None, run: Run) -> Run | None:
    """Print what changed since the last run; returns the run to compare with next time.

    What could not be read or loaded at all is no news about the tests.
    """
    if run.report.ungraded or (run.report.problems and not any(e.passed for e in run.grade.exercises)):
        return last
    if last is not None:
        from grader.console.difference import print_changes

        click.echo("\nSince the last run:\n")
        print_changes(console(), compare_runs(last, run))
    return run


def _settled(read: Callable[[], Submission], seen: object) -> Submission | str:
    """The submission, or why there is none, as soon as it stays as it is or is what was `seen` already."""
    found = _read(read)
    while found != seen:
        time.sleep(_SECONDS_OF_QUIET)
        before, found = found, _read(read)
        if found == before:
            break
    return found


def _read(read: Callable[[], Submission]) -> Submission | str:
    try:
        return read()
    except RequestError as exc:
        return str(exc)


def _looks(place: Path) -> Iterator[None]:
    """Yields when it is time to look: at once, whenever something is saved, and now and then."""
    try:
        from watchfiles import watch as changes
    except ImportError as exc:
        raise RequestError("--watch needs the package watchfiles.", "Install it: pip install watchfiles") from exc
    folder = place if place.is_dir() else place.absolute().parent
    if not folder.is_dir():
        raise RequestError(f"There is no folder {folder} to watch.", "Check the path.")
    yield
    pause = _MILLISECONDS_BETWEEN_LOOKS
    for _ in changes(folder, recursive=folder == place, rust_timeout=pause, yield_on_timeout=True):
        yield
