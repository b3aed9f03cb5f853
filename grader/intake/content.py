"""Which of several files is the submission, and what stands in it: the parts, remarks, and the place they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from grader.errors import SubmissionError
from grader.intake.archive import MOST_ARCHIVE, open_archive
from grader.intake.names import ARCHIVES, SOURCES, choose, kind
from grader.intake.notebook import MOST_NOTEBOOK, read_notebook
from grader.intake.source import MOST_SOURCE, read_source
from grader.model import Assignment, Part
from grader.printable import one_line

_READ = ".py, .ipynb, .zip, .tar, .tar.gz, .tar.xz, or a folder"

Reader = Callable[[int], bytes]
Files = Mapping[str, Reader]
Content = tuple[tuple[Part, ...], tuple[str, ...], str]


def read_alone(name: str, read: Reader, assignment: Assignment, place: str) -> Content:
    """What one file holds: a source, a notebook, or an archive with one. Raises SubmissionError."""
    ending = kind(name)
    if ending in ARCHIVES:
        shown = one_line(name.rpartition("/")[2], 60)
        members = open_archive(read(MOST_ARCHIVE), ending, shown)
        inner, notes = _choose(members, assignment, shown)
        return _read_as(inner, members[inner], notes, f"{place}: {inner}")
    if not ending:
        raise SubmissionError(f"{one_line(name, 60)} is of no kind that is read: hand in {_READ}.")
    return _read_as(name, read, (), place)


def read_among(files: Files, assignment: Assignment, where: str, place: str) -> Content:
    """What the right one of several files holds; an archive is opened if it is the only one and no source is beside.

    So students may hand in an archive where a platform makes a folder. Raises SubmissionError.
    """
    archives = [name for name in files if kind(name) in ARCHIVES]
    if len(archives) == 1 and not any(kind(name) in SOURCES for name in files):
        return read_alone(archives[0], files[archives[0]], assignment, f"{place}/{archives[0]}")
    inner, notes = _choose(files, assignment, where)
    return _read_as(inner, files[inner], notes, f"{place}/{inner}")


def _choose(files: Files, assignment: Assignment, where: str) -> tuple[str, tuple[str, ...]]:
    """The file that holds the submission; of a source and a notebook side by side the one that was worked on."""
    source, notebook = f"{assignment.module}.py", f"{assignment.module}.ipynb"
    if source in files and notebook in files:
        touched = [name for name in (source, notebook) if not _is_stub(name, files[name], assignment)]
        if len(touched) < 2:
            taken = touched[0] if touched else source
            other = notebook if taken == source else source
            return taken, (f"{taken} was graded; in {other} beside it nothing is written yet.",)
    return choose(sorted(files), assignment.module, where)


# What stands in the place of each solution when a stub is handed out.
_UNWRITTEN = re.compile(r"# YOUR CODE HERE\s*raise NotImplementedError")


def _is_stub(name: str, read: Reader, assignment: Assignment) -> bool:
    """Whether every exercise still is as it was handed out."""
    try:
        parts = _read_as(name, read, (), "")[0]
    except SubmissionError:
        return False
    return sum(len(_UNWRITTEN.findall(part.source)) for part in parts) >= len(assignment.exercises)


def _read_as(name: str, read: Reader, notes: tuple[str, ...], origin: str) -> Content:
    label = one_line(name.rpartition("/")[2], 60)
    if kind(name) == ".ipynb":
        parts, remarks = read_notebook(read(MOST_NOTEBOOK), label)
    else:
        parts, remarks = read_source(read(MOST_SOURCE), label)
    return parts, (*notes, *remarks), origin
