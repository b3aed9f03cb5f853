"""Paths and names that tell where, and by whom, a bundle was made."""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Iterator
from pathlib import Path

_HOMES = r"(?:home|Users|usr/home|export/home)"


def places_of(root: Path) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns, each with what it finds: paths below a course's folder or the home folder, the user at this computer.

    A user may be called like any word, and a folder be as short as one: so a name alone is looked for nowhere.
    """
    return tuple((re.compile(pattern), what) for pattern, what in _places(root))


def _places(root: Path) -> Iterator[tuple[str, str]]:
    where, who = "a path of this computer", "a user name"
    for folder in {root.resolve(), root.absolute(), Path.home()}:
        if len(folder.parts) > 2:
            yield rf"(?<![\w.~-]){_path(folder)}(?![\w-])", where
        elif len(folder.parts) == 2 and folder != Path.home():
            names = "|".join(sorted(re.escape(entry.name) for entry in folder.iterdir()))
            yield rf"(?<![\w.~/\\-]){_path(folder)}[/\\](?:{names})(?![\w-])", where
    try:
        user = re.escape(getpass.getuser())
    except (OSError, KeyError, ImportError):
        return
    yield rf"(?<![\w.-])(?:[A-Za-z]:)?[/\\]+{_HOMES}[/\\]+{user}(?![\w-])", who
    yield rf"(?<![\w.-]){user}@{re.escape(socket.gethostname())}(?![\w-])", who


def _path(folder: Path) -> str:
    """A pattern for a path, whichever way its slashes lean and however often they are written."""
    parts = [re.escape(part.strip("/\\")) for part in folder.parts]
    return r"[/\\]+".join(parts)
