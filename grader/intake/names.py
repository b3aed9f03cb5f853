"""Names of files and students, and which file of many is the one that was asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.printable import one_line

ARCHIVES = (".tar.gz", ".tar.xz", ".tgz", ".txz", ".tar", ".zip")
SOURCES = (".py", ".ipynb")
MOST_FILES = 2_000
DEEPEST = 8

_JUNK = ("__macosx", "__pycache__", "thumbs.db", "desktop.ini", "node_modules", "site-packages")


def student_name(name: str) -> str:
    """A name fit to be shown and stored: one line, no separators of paths, no controls; `unnamed` if none is left."""
    plain = one_line(unicodedata.normalize("NFC", name)).replace("\u200c", "").replace("\u200d", "")
    plain = re.sub(r"[/\\:]+", "_", plain).strip()
    return one_line(plain, 80) if plain.strip("._ ") else "unnamed"


def kind(name: str) -> str:
    """The ending, in lower case, that tells how a file is read; empty if it is none that we read."""
    return next((ending for ending in (*ARCHIVES, *SOURCES) if name.lower().endswith(ending)), "")


def stem(name: str) -> str:
    """A file's name without its ending: `alice.tar.gz` → `alice`."""
    return name[: -len(kind(name))] if kind(name) else PurePosixPath(name).stem


def is_junk(part: str) -> bool:
    """Whether operating systems and tools leave files or folders of this name: hidden ones, `__MACOSX`, caches."""
    return part.startswith(".") or part.lower() in _JUNK


def choose(paths: Sequence[str], module: str, where: str) -> tuple[str, tuple[str, ...]]:
    """The path of the file that holds the submission, and remarks; `paths` are relative, with `/`.

    That is `<module>.py` or `<module>.ipynb`: the only one at the top, or else the only one below. If there is none,
    the only `.py` or `.ipynb` of another name is taken, with a remark (browsers rename: `convolution (1).py`).

    Raises:
        SubmissionError: there is none, or more than one.
    """
    wanted = [f"{module}{ending}" for ending in SOURCES]
    named = [path for path in paths if PurePosixPath(path).name.lower() in [name.lower() for name in wanted]]
    for found in ([path for path in named if "/" not in path], named, [p for p in paths if kind(p) in SOURCES]):
        if len(found) > 1:
            shown = ", ".join(one_line(path, 60) for path in sorted(found)[:4]) + (", …" if len(found) > 4 else "")
            raise SubmissionError(
                f"{where} holds {len(found)} files that could be the submission ({shown}): "
                f"hand in exactly one {wanted[0]} or {wanted[1]}."
            )
        if found:
            exact = PurePosixPath(found[0]).name in wanted
            note = f"{one_line(found[0], 60)} was taken, since there is no {wanted[0]} or {wanted[1]}."
            return found[0], () if exact else (note,)
    inner = " An archive within it is not opened." if any(kind(path) in ARCHIVES for path in paths) else ""
    raise SubmissionError(f"{where} holds no {wanted[0]} or {wanted[1]}.{inner}")
