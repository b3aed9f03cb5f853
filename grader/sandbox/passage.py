"""How a process of another user reaches the interpreter, the packages and the worker, if we are root."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import grader
from grader.errors import IsolationError
from grader.sandbox import mounts

USER = 64999
"""An ordinary user that nobody is: student code must never run as uid 0."""
_CAP_KILL = 1 << 5
_FIRST_DESCRIPTOR = 32  # above those that a child uses, below its limit


def another_user() -> int | None:
    """The user id under which student code can run, if it can be another one than ours."""
    return USER if sys.platform.startswith("linux") and os.geteuid() == 0 else None


def refuse_if_immortal() -> None:
    """Raise IsolationError if we could not end a process of that user, as root cannot without CAP_KILL."""
    if another_user() is None:
        return
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    if not int(status.partition("\nCapEff:")[2].split()[0], 16) & _CAP_KILL:
        hint = "give root the capability KILL too, or run the grader as an ordinary user"
        raise IsolationError("student code could not be ended: root has no CAP_KILL here", hint)


class Passage:
    """The names under which a user reaches the files that Python needs; `packages` are entries of installed ones.

    A user who may not pass through some folder above them (/root, say) gets an open descriptor of the folder itself:
    `descriptors`, which close with the stack. For our own user (None) all names are the paths themselves.
    """

    def __init__(self, user: int | None, packages: Iterable[Path], stack: ExitStack) -> None:
        self.descriptors: list[int] = []
        self._names: dict[Path, str] = {}
        own, home = Path(grader.__file__).resolve().parents[1], Path(sys.base_prefix).resolve()
        folders = sorted({path.resolve().parent for path in packages})
        for folder in (home, own, *folders) if user is not None else ():
            if not all(_is_open(above) for above in folder.parents):
                self._names[folder] = f"/proc/self/fd/{self._descriptor(folder, stack)}"
        self.root, self.home = self.to(own), self.to(home)
        self.program = self.to(mounts.interpreter())
        self.path = [self.to(folder) for folder in folders]

    def to(self, path: Path) -> str:
        """The name of a path."""
        for folder, name in self._names.items():
            if path.is_relative_to(folder):
                return str(Path(name) / path.relative_to(folder))
        return str(path)

    def _descriptor(self, folder: Path, stack: ExitStack) -> int:
        import fcntl

        opened = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        number = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, _FIRST_DESCRIPTOR)
        os.close(opened)
        stack.callback(os.close, number)
        self.descriptors.append(number)
        return number


def _is_open(folder: Path) -> bool:
    """Whether everybody may pass through a folder."""
    return bool(folder.stat().st_mode & 0o001)
