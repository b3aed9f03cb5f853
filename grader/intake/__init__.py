"""Reads what students hand in: source files, notebooks, folders and archives of them. Nothing is executed or extracted.

A submission that cannot be read is a `Submission` whose `problem` says why: one bad file must not stop a class.
"""

from __future__ import annotations

import itertools
import re
import stat
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from grader.errors import RequestError, SubmissionError
from grader.intake.archive import MOST_ARCHIVE, open_archive
from grader.intake.files import is_folder, read_file, refuse_unless_regular, unreadable
from grader.intake.folder import list_files
from grader.intake.names import ARCHIVES, choose, is_junk, kind, stem, student_name
from grader.intake.notebook import MOST_NOTEBOOK, read_notebook
from grader.intake.source import MOST_SOURCE, read_source
from grader.model import Assignment, Part, Submission
from grader.printable import one_line

__all__ = ["find_submissions", "read_submission"]

_READ = ".py, .ipynb, .zip, .tar, .tar.gz, .tar.xz, or a folder"
# Lists and remarks of instructors, which lie beside submissions.
_BESIDE = (".toml", ".md", ".csv")

_Reader = Callable[[int], bytes]
_Content = tuple[tuple[Part, ...], tuple[str, ...], str]


def read_submission(path: Path, assignment: Assignment, student: str = "") -> Submission:
    """Read one submission: a `.py` or `.ipynb` file, or a folder or archive (.zip, .tar, .tar.gz, .tar.xz) with one.

    In a folder or an archive, `<module>.py` or `<module>.ipynb` is looked for at the top, and then below. If both are
    at the top, as they were handed out, the one that is no longer the stub is taken.

    The student is, unless given, the name of the file, folder or archive without its ending; for a file that bears the
    module's name, that of its folder; and `you` where that is the assignment's own folder.

    Bad content never raises: it is told in `Submission.problem`.

    Raises:
        RequestError: there is nothing at `path`, or it may not be read.
    """
    student = student_name(student or _student_of(path, assignment))
    try:
        parts, notes, origin = _read(path, assignment)
    except SubmissionError as exc:
        return Submission(student, assignment.module, origin=str(path), problem=str(exc))
    return Submission(student, assignment.module, parts, origin, notes=notes)


def find_submissions(folder: Path, assignment: Assignment) -> tuple[Submission, ...]:
    """Read every submission of a class: one per file, folder or archive in `folder`, sorted by name.

    Passed over are hidden files, what operating systems leave behind (`__MACOSX`, `Thumbs.db`), and what instructors
    put beside: README files, `*.toml`, `*.md` and `*.csv`. Anything else is a submission, if only one with a problem.
    Where two entries have one student's name, both are kept, and each bears the name of its entry too.

    Raises:
        RequestError: there is no such folder, or it may not be read.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda path: (path.name.casefold(), path.name))
    except OSError as exc:
        if isinstance(exc, NotADirectoryError):
            raise RequestError(f"{folder} is no folder", "name the folder that holds the submissions") from exc
        raise unreadable(folder, exc) from exc
    entries = [path for path in entries if not is_junk(path.name) and not _beside(path)]
    return _told_apart([_read_entry(path, assignment) for path in entries], entries)


def _beside(path: Path) -> bool:
    name = path.name.lower()
    return (name.endswith(_BESIDE) or (name.startswith("readme") and not kind(name))) and not is_folder(path)


def _read_entry(path: Path, assignment: Assignment) -> Submission:
    """One entry of a class; one that cannot be opened does not stop the others from being graded."""
    student = path.name if is_folder(path) else stem(path.name)
    try:
        return read_submission(path, assignment, student)
    except RequestError as exc:
        problem = f"{one_line(path.name, 60)} could not be opened: {exc}."
        return Submission(student_name(student), assignment.module, origin=str(path), problem=problem, unopened=True)


def _told_apart(submissions: list[Submission], entries: list[Path]) -> tuple[Submission, ...]:
    count = Counter(submission.student for submission in submissions)
    taken = {name for name, times in count.items() if times == 1}
    told = []
    for submission, entry in zip(submissions, entries, strict=True):
        if count[submission.student] == 1:
            told.append(submission)
            continue
        plain = f"{submission.student} ({student_name(entry.name)})"
        name = next(
            n for n in itertools.chain([plain], (f"{plain} #{i}" for i in itertools.count(2))) if n not in taken
        )
        taken.add(name)
        note = f"Several submissions bear the name {submission.student}; this one is {one_line(entry.name, 60)}."
        told.append(replace(submission, student=name, notes=(*submission.notes, note)))
    return tuple(told)


def _student_of(path: Path, assignment: Assignment) -> str:
    path = path.resolve() if path.name in ("", "..") else path.absolute()
    folder = is_folder(path)
    named_like_all = not folder and stem(path.name).casefold() == assignment.module.casefold()
    name = path.parent.name if named_like_all else path.name if folder else stem(path.name)
    return "you" if name in ("", assignment.name) else name


def _read(path: Path, assignment: Assignment) -> _Content:
    """The parts, the remarks, and the place that they come from."""
    try:
        status = path.lstat()
    except OSError as exc:
        raise unreadable(path, exc) from exc
    if stat.S_ISDIR(status.st_mode):
        files = {name: partial(read_file, path / name) for name in list_files(path)}
        where = f"the folder {one_line(path.resolve().name, 60)}"
        inner, notes = _choose(files, assignment, where)
        return _read_as(inner, files[inner], notes, str(path / inner))
    shown = one_line(path.name, 60)
    refuse_unless_regular(status, shown)
    ending = kind(path.name)
    if ending in ARCHIVES:
        members = open_archive(read_file(path, MOST_ARCHIVE), ending, shown)
        inner, notes = _choose(members, assignment, shown)
        return _read_as(inner, members[inner], notes, f"{path}: {inner}")
    if not ending:
        raise SubmissionError(f"{shown} is of no kind that is read: hand in {_READ}.")
    return _read_as(path.name, lambda most: read_file(path, most), (), str(path))


def _choose(files: Mapping[str, _Reader], assignment: Assignment, where: str) -> tuple[str, tuple[str, ...]]:
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


def _is_stub(name: str, read: _Reader, assignment: Assignment) -> bool:
    """Whether every exercise still is as it was handed out."""
    try:
        parts = _read_as(name, read, (), "")[0]
    except SubmissionError:
        return False
    return sum(len(_UNWRITTEN.findall(part.source)) for part in parts) >= len(assignment.exercises)


def _read_as(name: str, read: _Reader, notes: tuple[str, ...], origin: str) -> _Content:
    label = one_line(name.rpartition("/")[2], 60)
    if kind(name) == ".ipynb":
        parts, remarks = read_notebook(read(MOST_NOTEBOOK), label)
    else:
        parts, remarks = read_source(read(MOST_SOURCE), label)
    return parts, (*notes, *remarks), origin
