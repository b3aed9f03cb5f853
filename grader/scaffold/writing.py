"""Writes the files of a new assignment: all of them, or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.catalog.manifest import FOLDER
from grader.errors import RequestError


def write_new(files: Mapping[str, str], root: Path) -> None:
    """Write files by their paths in `root`, none of which may exist; each folder gets its name when it is whole.

    Raises RequestError if one exists already, or cannot be written.
    """
    pieces = _pieces(files)
    there = next((root / p for p in reversed(pieces) if (root / p).exists() or (root / p).is_symlink()), None)
    if there is not None:
        raise RequestError(f"{there} exists already.", "Nothing was written. Take another name, or remove it.")
    try:
        with tempfile.TemporaryDirectory(prefix=".grade-new-", dir=root) as part:
            for name, text in files.items():
                file = Path(part, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            _move(pieces, Path(part), root)
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise RequestError(f"Nothing can be written in {root}: {reason}.", "Go to a folder of your own.") from exc


def _pieces(files: Iterable[str]) -> list[str]:
    """What is moved into place: the assignment's own folders, and single files. The folder that counts comes last."""
    folders = (next((p for p in Path(f).parents if FOLDER.fullmatch(p.name)), Path(f)) for f in files)
    return sorted({folder.as_posix() for folder in folders}, reverse=True)


def _move(pieces: Iterable[str], part: Path, root: Path) -> None:
    moved: list[Path] = []
    try:
        for piece in pieces:
            for folder in reversed((root / piece).parents):
                if not folder.exists():
                    folder.mkdir()
                    moved.append(folder)
            (part / piece).rename(root / piece)
            moved.append(root / piece)
    except BaseException:
        for path in reversed(moved):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
