"""Finds the submitted file in a folder, without following links, and without walking for ever."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.errors import SubmissionError
from grader.intake.files import unreadable
from grader.intake.names import DEEPEST, Choice, choose, is_junk, kind
from grader.printable import one_line

_MOST_ENTRIES = 5_000


def choose_in_folder(folder: Path, module: str) -> Choice:
    """The file of the folder that holds the submission (see `names.choose`).

    Raises:
        RequestError: the folder may not be read.
        SubmissionError: there is no such file, or more than one; it is a link; too many or too deep folders.
    """
    shown = one_line(folder.name) or "the folder"
    files = [path for count, path in enumerate(_files(folder, "", 1, shown)) if _counted(count, shown)]
    return choose(files, module, shown)


def _counted(count: int, shown: str) -> bool:
    if count >= _MOST_ENTRIES:
        raise SubmissionError(f"{shown} holds more than {_MOST_ENTRIES} files: hand in only what was asked for.")
    return True
