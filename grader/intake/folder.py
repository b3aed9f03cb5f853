"""Lists the files of a folder, without following links, and without walking for ever."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.errors import SubmissionError
from grader.intake.files import unreadable
from grader.intake.names import DEEPEST, MOST_FILES, is_junk
from grader.printable import one_line


def list_files(folder: Path) -> list[str]:
    """The paths of all files in a folder and below, relative, with `/`; what tools leave behind is passed over.

    A link is listed, and refused only when it is read.

    Raises:
        RequestError: a folder is not there, or may not be read.
        SubmissionError: too many files, or folders within folders.
    """
    shown = one_line(folder.name, 60) or "the folder"
    found: list[str] = []
    waiting = [("", 1)]
    seen = 0
    while waiting:
        prefix, depth = waiting.pop()
        if depth > DEEPEST:
            raise SubmissionError(
                f"{shown} holds folders nested deeper than {DEEPEST}: hand in only what was asked for."
            )
        for entry in _entries(folder / prefix):
            seen += 1
            if seen > MOST_FILES:
                raise SubmissionError(f"{shown} holds more than {MOST_FILES} files: hand in only what was asked for.")
            if is_junk(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((f"{prefix}{entry.name}/", depth + 1))
            else:
                found.append(prefix + entry.name)
    return sorted(found)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as exc:
        raise unreadable(folder, exc) from exc
