"""Finds the assignments of a course: by walking its folders, and by the names that people type.

An assignment is a folder `assignments/assignment<N>_<topic>` with an `assignment.toml` (see `manifest`); nothing is
registered elsewhere.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Mapping
from pathlib import Path

from grader.catalog.manifest import FOLDER, MANIFEST, did_you_mean, listed, read_manifest
from grader.errors import AssignmentError, RequestError
from grader.model import Assignment

__all__ = ["MANIFEST", "find_assignments", "find_root", "load_assignment", "resolve"]

_WHERE = "run the command inside the course folder"


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` upwards, that holds `assignments/`.

    Raises:
        RequestError: no folder on the way up holds one.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "assignments").is_dir():
            return folder
    raise RequestError(f"neither {start} nor any folder above it holds a folder 'assignments'", _WHERE)


def find_assignments(root: Path) -> tuple[Assignment, ...]:
    """Every assignment of the course, sorted by number; a folder without a manifest is none.

    Raises:
        RequestError: there is no `assignments/` in `root`.
        AssignmentError: a manifest is invalid, or two assignments bear one number.
    """
    folders = [folder for folder in _folders(root) if (folder / MANIFEST).is_file()]
    found = sorted((load_assignment(folder) for folder in folders), key=lambda a: _number(a.name))
    for first, second in itertools.pairwise(found):
        if _number(first.name) == _number(second.name):
            raise AssignmentError(
                f"{first.folder.parent}: the number of an assignment must be its own "
                f"(got {first.name} and {second.name})",
                "renumber one of them",
            )
    return tuple(found)


def load_assignment(folder: Path) -> Assignment:
    """Read and check the manifest in `folder`, which is `<course>/assignments/assignment<N>_<topic>`.

    Raises:
        RequestError: there is no such folder, or no manifest in it.
        AssignmentError: the folder's name or the manifest is invalid.
    """
    folder = folder.absolute()
    if not FOLDER.fullmatch(folder.name) or folder.parent.name != "assignments":
        raise AssignmentError(
            f"{folder}: the folder of an assignment must be assignments/assignment<number>_<topic>, in lower case "
            f"(got {folder.parent.name}/{folder.name})",
            "rename it, for example to assignments/assignment3_convolution",
        )
    if not (folder / MANIFEST).is_file():
        raise RequestError(f"there is no {folder / MANIFEST}", f"an assignment is a folder that holds an {MANIFEST}")
    return read_manifest(folder)


def resolve(name: str, root: Path) -> Assignment:
    """The assignment that `name` means: `3`, `assignment3`, `convolution` or `assignment3_convolution`.

    Capitals, hyphens and a path around the name (as a shell completes it) do not matter. Only the manifest of the
    assignment that is meant is read, so that a fault in another one is in nobody's way.

    Raises:
        RequestError: no assignment, or more than one, is meant; the hint says which there are.
        AssignmentError: its manifest is invalid.
    """
    folders = {folder.name: folder for folder in _folders(root) if FOLDER.fullmatch(folder.name)}
    known = sorted(folders, key=_number)
    aliases: dict[str, list[str]] = {}
    for full in known:
        for alias in _aliases(full):
            aliases.setdefault(alias, []).append(full)
    meant = aliases.get(_spelling(name), [])
    if len(meant) > 1:
        raise RequestError(f"{name!r} may mean {listed(meant, 'or')}", "give the full name")
    if not meant:
        raise RequestError(f"there is no assignment {name!r}", _what_there_is(name, aliases, known))
    return load_assignment(folders[meant[0]])


def _folders(root: Path) -> list[Path]:
    """The folders in `assignments/` of the course in `root`, without hidden and generated ones."""
    home = root.absolute() / "assignments"
    if not home.is_dir():
        raise RequestError(f"{root} is no course folder: it holds no folder 'assignments'", _WHERE)
    return sorted(f for f in home.iterdir() if f.is_dir() and not f.name.startswith((".", "__")))


def _number(name: str) -> int:
    match = FOLDER.fullmatch(name)
    return int(match["number"]) if match else -1


def _aliases(name: str) -> tuple[str, ...]:
    match = FOLDER.fullmatch(name)
    return (name, f"assignment{match['number']}", match["number"], match["topic"]) if match else (name,)


def _spelling(name: str) -> str:
    """What was typed, without a path around it, capitals, hyphens, spaces and leading zeros."""
    last = name.strip().replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = re.sub(r"[-\s]+", "_", last.lower())
    return re.sub(r"\A(assignment)?_?0*(?=[0-9])", r"\1", plain)


def _what_there_is(name: str, aliases: Mapping[str, list[str]], known: list[str]) -> str:
    if not known:
        return f"the course has no assignment yet: add a folder assignments/assignment1_<topic> with an {MANIFEST}"
    words = [alias for alias in aliases if not alias.isdigit()]  # "5" is like every other number
    return did_you_mean(difflib.get_close_matches(_spelling(name), words, n=1)) + f"the course has {listed(known)}"
