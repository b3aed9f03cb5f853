"""Writing a result file: whole, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from grader.errors import ExportError

_REASONS = {
    errno.ENOENT: ("its folder does not exist", "Create it first: mkdir -p '{folder}'"),
    errno.ENOTDIR: ("what should be its folder is a file", "Choose another place."),
    errno.EACCES: ("writing is not allowed there", "Choose a folder that you may write to."),
    errno.EPERM: ("writing is not allowed there", "Choose a folder that you may write to."),
    errno.EROFS: ("that place is read-only", "Choose a folder that you may write to."),
    errno.ENOSPC: ("the disk is full", "Free some space there, or choose another disk."),
    errno.EDQUOT: ("your disk quota is used up", "Free some space there, or choose another disk."),
    errno.EFBIG: (
        "it is larger than is allowed",
        "Raise the limit on file sizes (ulimit -f), or choose another place.",
    ),
    errno.ENAMETOOLONG: ("its name is too long", "Choose a shorter one."),
}


def write(path: Path, text: str) -> None:
    """Write the text as UTF-8; if that fails, a file that was there before is left as it was.

    Readers meanwhile see the old file or the new one, never a part. A link is followed, and the old file's mode kept.

    Raises:
        ExportError: it cannot be written; or `path` is "-", a folder, or a device or pipe, which could not be replaced.
    """
    if str(path) == "-":
        raise ExportError("'-' is no file name", "Leave the option out to write to standard output.")
    try:
        target = path.resolve()
        if target.is_dir():
            raise ExportError(f"{path} is a folder", f"Name a file in it, such as {path / 'results'}.")
        if target.exists() and not target.is_file():
            raise ExportError(f"{path} is no regular file", "Name a file; standard output is the default.")
        _replace(target, text.encode())
    except (OSError, RuntimeError) as exc:
        number = getattr(exc, "errno", None)
        reason, hint = _REASONS.get(number or 0, (str(exc), "Choose another place."))
        raise ExportError(f"{path} cannot be written: {reason}", hint.format(folder=path.parent)) from exc


def _replace(target: Path, data: bytes) -> None:
    # In the same folder, because a file can be renamed in one step only within one file system.
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
