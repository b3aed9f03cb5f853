"""Where a class lies: a folder, or a zip file, which is read where it is. Both are entries, each with its files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from grader.errors import RequestError
from grader.intake.archive import class_members
from grader.intake.content import Reader
from grader.intake.files import is_folder, read_file, refuse_unless_regular, unreadable
from grader.intake.folder import list_files
from grader.intake.layouts import Entry, layout_of
from grader.intake.names import is_junk, kind
from grader.printable import one_line

# Lists and remarks of instructors, which lie beside submissions.
_BESIDE = (".toml", ".md", ".csv")


class Place(Protocol):
    """A class on the disk. `home` is its name, without an ending."""

    @property
    def home(self) -> str:
        """The name of the folder or archive."""

    def entries(self) -> list[Entry]:
        """What lies there, but for junk and lists, sorted by name."""

    def files(self, entry: Entry) -> Mapping[str, Reader]:
        """The files of an entry by their paths in it; of a file, itself. Raises SubmissionError, RequestError."""

    def path_of(self, name: str) -> str:
        """Where an entry is, for people."""


def open_place(path: Path, stack: ExitStack) -> Place:
    """The class in a folder, or in a zip file, which is open for as long as the stack is."""
    if path.is_file() and kind(path.name) == ".zip":
        return _open_archive(path, stack)
    return _Folder(path)


@dataclass(frozen=True)
class _Folder:
    path: Path

    @property
    def home(self) -> str:
        return self.path.resolve().name

    def entries(self) -> list[Entry]:
        try:
            found = sorted(self.path.iterdir(), key=lambda path: (path.name.casefold(), path.name))
        except OSError as exc:
            if isinstance(exc, NotADirectoryError):
                raise RequestError(
                    f"{self.path} is no folder", "name the folder, or the zip file, that holds the submissions"
                ) from exc
            raise unreadable(self.path, exc) from exc
        entries = [Entry(p.name, is_folder(p), _is_repository(p)) for p in found if not is_junk(p.name)]
        return [e for e in entries if not _beside(e)]

    def files(self, entry: Entry) -> Mapping[str, Reader]:
        path = self.path / entry.name
        if entry.folder:
            return {name: partial(read_file, path / name) for name in list_files(path)}
        try:
            refuse_unless_regular(path.lstat(), one_line(entry.name, 60))
        except OSError as exc:
            raise unreadable(path, exc) from exc
        return {entry.name: partial(read_file, path)}

    def path_of(self, name: str) -> str:
        return str(self.path / name)


@dataclass(frozen=True)
class _Archive:
    """A zip file; what it holds lies in the folder `top` of it, which is "" or ends with a slash.

    `held` are the files by entry and by path within it, which is "" for an entry that is a file.
    """

    path: Path
    held: Mapping[str, Mapping[str, Reader]]
    top: str = ""

    @property
    def home(self) -> str:
        return self.top.rstrip("/") or self.path.stem

    def entries(self) -> list[Entry]:
        entries = []
        for name in sorted(self.held, key=lambda name: (name.casefold(), name)):
            inner = self.held[name]
            kept = [path for path in inner if not any(map(is_junk, path.split("/")))] if "" not in inner else [""]
            if kept and not is_junk(name):
                entries.append(Entry(name, "" not in inner, any(path.startswith(".git/") for path in inner)))
        return [e for e in entries if not _beside(e)]

    def files(self, entry: Entry) -> Mapping[str, Reader]:
        inner = self.held[entry.name]
        if not entry.folder:
            return {entry.name: inner[""]}
        return {name: read for name, read in inner.items() if not any(map(is_junk, name.split("/")))}

    def path_of(self, name: str) -> str:
        return f"{self.path}: {self.top}{name}"


def _by_entry(members: Mapping[str, Reader]) -> dict[str, dict[str, Reader]]:
    held: dict[str, dict[str, Reader]] = {}
    for name, read in members.items():
        top, _, rest = name.partition("/")
        held.setdefault(top, {})[rest] = read
    for top, inner in held.items():
        if "" in inner and len(inner) > 1:  # a file and a folder of one name: both are in the folder, then
            inner[top] = inner.pop("")
    return held


def _open_archive(path: Path, stack: ExitStack) -> Place:
    """The archive; if a single folder holds all, as tools like to pack, its content."""
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
    except OSError as exc:
        raise unreadable(path, exc) from exc
    except Exception as exc:  # zipfile is known to raise many classes over damaged files
        raise RequestError(f"{path} is damaged, or no zip file.", "Download it again.") from exc
    place = _Archive(path, _by_entry(class_members(archive, one_line(path.name, 60))))
    entries = place.entries()
    if len(entries) == 1 and entries[0].folder:
        name = entries[0].name
        within = _Archive(path, _by_entry(place.held[name]), f"{name}/")
        if name.casefold() == path.stem.casefold() or layout_of(within.entries(), within.home) != "plain":
            return within
    return place


def _is_repository(path: Path) -> bool:
    try:
        return (path / ".git").exists()
    except OSError:
        return False


def _beside(entry: Entry) -> bool:
    name = entry.name.lower()
    return not entry.folder and (name.endswith(_BESIDE) or (name.startswith("readme") and not kind(name)))
