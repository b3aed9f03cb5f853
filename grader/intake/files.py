"""Opens files that a stranger made: nothing but regular files, never through a link, never more than was allowed for.

A path that does not exist, or that this user may not read, is the user's affair (`RequestError`); everything else about
a file is the submission's (`SubmissionError`).
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

from grader.errors import RequestError, SubmissionError
from grader.printable import one_line

# Without O_NONBLOCK, opening a named pipe would wait for ever. Windows has neither flag, and needs O_BINARY.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
_CHUNK = 1 << 20


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes.

    Raises:
        RequestError: there is no such file, or it may not be read.
        SubmissionError: it is a link, a pipe or a device, or too large.
    """
    shown = one_line(path.name)
    try:
        refuse_unless_regular(path.lstat(), shown)  # before opening, since opening a device may already act
        descriptor = os.open(path, _FLAGS)
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            raise SubmissionError(f"{shown} is a symbolic link: hand in the file itself.") from exc
        raise unreadable(path, exc) from exc
    with io.FileIO(descriptor) as file:
        status = os.fstat(descriptor)  # again: it may have been exchanged meanwhile
        refuse_unless_regular(status, shown)
        if status.st_size > most:
            raise too_large(shown, most, status.st_size)
        data = _read_counted(file, most)
    if len(data) > most:
        raise too_large(shown, most)
    return data


def _read_counted(file: io.FileIO, most: int) -> bytes:
    """At most `most + 1` bytes: a file may grow while it is read, and some in /proc say that they are empty."""
    data = bytearray()
    while len(data) <= most and (chunk := file.read(min(_CHUNK, most + 1 - len(data)))):
        data += chunk
    return bytes(data)


def refuse_unless_regular(status: os.stat_result, shown: str) -> None:
    """Raise SubmissionError for anything that is no regular file, in words."""
    if stat.S_ISLNK(status.st_mode):
        raise SubmissionError(f"{shown} is a symbolic link: hand in the file itself.")
    if not stat.S_ISREG(status.st_mode):
        raise SubmissionError(f"{shown} is no regular file (but a folder, a pipe or a device): hand in a file.")


def too_large(shown: str, most: int, size: int = 0) -> SubmissionError:
    """The error for more bytes than allowed; `size` says how many, if that is known."""
    got = f" ({in_words(size)})" if size and in_words(size) != in_words(most) else ""
    way_out = " Clear its outputs, and save it again." if shown.endswith(".ipynb") and size else ""
    return SubmissionError(f"{shown} is too large{got}: at most {in_words(most)} are read.{way_out}")


def is_folder(path: Path) -> bool:
    """Whether a folder is there, and not merely a link to one; RequestError if nothing is, or nobody can tell."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError as exc:
        raise unreadable(path, exc) from exc


def unreadable(path: Path, exc: OSError) -> RequestError:
    """The error for a path that is not there, or that this user may not read."""
    if isinstance(exc, FileNotFoundError | NotADirectoryError):
        return RequestError(f"there is no {path}", "check the path")
    if isinstance(exc, PermissionError):
        return RequestError(f"{path} may not be read by you", "give yourself the permission to read it")
    return RequestError(f"{path} cannot be read: {exc.strerror or exc}", "check the path, and the disk")


def in_words(size: int) -> str:
    """A number of bytes for people: `300 KB`."""
    for unit, name in ((1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"
