"""Names of files and students, and which file in a heap of files is the one that was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.printable import one_line

ARCHIVES = (".tar.gz", ".tar.xz", ".tgz", ".txz", ".tar", ".zip")
SOURCES = (".py", ".ipynb")
DEEPEST = 8

_JUNK = ("__macosx", "__pycache__", "thumbs.db", "desktop.ini", "node_modules", "site-packages")


def student_name(name: str) -> str:
    """A name fit to be shown and stored: one line without separators of paths or controls; `unnamed` if none is left."""
    plain = re.sub(r'[/\\:*?"<>|]+', "_", one_line(name)).replace("\u200c", "").replace("\u200d", "")
    return one_line(plain.strip(". _") and plain.strip(), 80) or "unnamed"


def stem(name: str) -> str:
    """A file's name without the ending that tells its kind: `alice.tar.gz` → `alice`."""
    ending = kind(name)
    return name[: -len(ending)] if ending and len(name) > len(ending) else name


def kind(name: str) -> str:
    """The ending, in lower case, that tells how a file is read; empty if it is none that we read."""
    return next((ending for ending in (*ARCHIVES, *SOURCES) if name.lower().endswith(ending)), "")


def is_junk(part: str) -> bool:
    """Whether operating systems and tools leave files or folders of this name: hidden ones, `__MACOSX`, caches."""
    return part.startswith(".") or part.lower() in _JUNK


@dataclass(frozen=True, slots=True)
class Choice:
    """The file that was chosen, by its path in the folder or archive, and remarks on why."""

    path: str
    notes: tuple[str, ...] = ()


def choose(paths: Sequence[str], module: str, where: str) -> Choice:
    """The file of a folder or an archive that holds the submission; paths are relative, with `/`.

    That is `<module>.py` or `<module>.ipynb`: the one at the top, or else the only one below. If there is none, the
    only `.py` or `.ipynb` of another name is taken, with a remark (browsers rename: `convolution (1).py`).

    Raises:
        SubmissionError: there is none, or more than one.
    """
    wanted = [f"{module}{ending}" for ending in SOURCES]
    named = [path for path in paths if PurePosixPath(path).name.lower() in [name.lower() for name in wanted]]
    others = [path for path in paths if kind(path) in SOURCES]
    for found in ([path for path in named if "/" not in path], named, others):
        if len(found) > 1:
            shown = ", ".join(one_line(path, 60) for path in sorted(found)[:4])
            more = ", …" if len(found) > 4 else ""
            raise SubmissionError(
                f"{where} holds {len(found)} files that could be the submission ({shown}{more}): "
                f"hand in exactly one {wanted[0]} or {wanted[1]}."
            )
        if found:
            taken = one_line(found[0], 60)
            renamed = PurePosixPath(found[0]).name not in wanted
            note = (f"{taken} was taken, since there is no {wanted[0]} or {wanted[1]}.",) if renamed else ()
            return Choice(found[0], note)
    inner = " An archive within it is not opened." if any(kind(path) in ARCHIVES for path in paths) else ""
    raise SubmissionError(f"{where} holds no {wanted[0]} or {wanted[1]}.{inner}")
