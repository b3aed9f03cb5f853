"""Reads what students hand in: source files, notebooks, folders and archives of them. Nothing is executed or extracted.

A submission that cannot be read is a `Submission` whose `problem` says why: one bad file must not stop a class.
"""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path

from grader.errors import SubmissionError
from grader.intake.collected import Collected, HandedIn, find_class, find_submissions
from grader.intake.content import Content, read_alone, read_among
from grader.intake.files import is_folder, read_file, refuse_unless_regular, unreadable
from grader.intake.folder import list_files
from grader.intake.names import stem, student_name
from grader.model import Assignment, Submission
from grader.printable import one_line

__all__ = ["Collected", "HandedIn", "find_class", "find_submissions", "read_submission"]


def read_submission(path: Path, assignment: Assignment, student: str = "") -> Submission:
    """Read one submission: a `.py` or `.ipynb` file, or a folder or archive (.zip, .tar, .tar.gz, .tar.xz) with one.

    In a folder or an archive, `<module>.py` or `<module>.ipynb` is looked for at the top, and then below. If both are
    at the top, as they were handed out, the one that is no longer the stub is taken. In a folder without either, an
    archive is opened if it is the only one.

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


def _student_of(path: Path, assignment: Assignment) -> str:
    path = path.resolve() if path.name in ("", "..") else path.absolute()
    folder = is_folder(path)
    named_like_all = not folder and stem(path.name).casefold() == assignment.module.casefold()
    name = path.parent.name if named_like_all else path.name if folder else stem(path.name)
    return "you" if name in ("", assignment.name) else name


def _read(path: Path, assignment: Assignment) -> Content:
    try:
        status = path.lstat()
    except OSError as exc:
        raise unreadable(path, exc) from exc
    if stat.S_ISDIR(status.st_mode):
        files = {name: partial(read_file, path / name) for name in list_files(path)}
        return read_among(files, assignment, f"the folder {one_line(path.resolve().name, 60)}", str(path))
    refuse_unless_regular(status, one_line(path.name, 60))
    return read_alone(path.name, partial(read_file, path), assignment, str(path))
