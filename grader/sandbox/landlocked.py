"""The launcher where bubblewrap cannot work, as in most containers: Landlock, seccomp and limits, without namespaces.

::

    this process ── zygote (another user than ours, if we are root; packages imported)      control socket: SEQPACKET
                      └ child per submission (no capabilities, Landlock, seccomp)           channel: STREAM

What is missing against bubblewrap: a folder to write in, process ids of its own, and secrecy of what `stat` tells of a
path. Where the kernel has no Landlock, only another user and limits are left (level C), and only for root.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grader
from grader.sandbox import mounts, packages
from grader.sandbox.launcher import Policy
from grader.sandbox.warm import ENVIRONMENT, USER, Recipe, WarmLauncher, settings_of

NAME = "landlock"
_FIRST_DESCRIPTOR = 32  # above those that a child uses, below its limit


@contextmanager
def launch(policy: Policy) -> Iterator[WarmLauncher]:
    """As `bwrap.launch`; whether the kernel plays along shows at the first `start` or look at `isolation`."""
    launcher = WarmLauncher(NAME, policy, _recipe)
    try:
        yield launcher
    finally:
        launcher.close()


class Passage:
    """The names under which the zygote's user reaches our files.

    A user who may not pass through some folder above them (/root, say) gets an open descriptor of the folder itself.
    """

    def __init__(self, user: int | None, folders: Iterable[Path], stack: ExitStack) -> None:
        self.descriptors: list[int] = []
        self._names: dict[Path, str] = {}
        for folder in folders if user is not None else ():
            if not all(_is_open(above) for above in folder.parents):
                self._names[folder] = f"/proc/self/fd/{self._descriptor(folder, stack)}"

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


def _recipe(policy: Policy, stack: ExitStack) -> Recipe:
    user = USER if os.geteuid() == 0 else None
    found = packages.entries(policy.allowed_imports)
    own, home = Path(grader.__file__).resolve().parents[1], Path(sys.base_prefix).resolve()
    folders = sorted({path.resolve().parent for path in found})
    passage = Passage(user, [home, own, *folders], stack)
    readable = [*mounts.system_without_packages(), *(path.resolve() for path in found), *mounts.own_paths()]
    settings = settings_of(policy, packages.importable(found)) | {
        "readable": [passage.to(path) for path in readable],
        "namespaces": False,
        "path": [passage.to(folder) for folder in folders],
        "kept": passage.descriptors,
    }
    environment = {**ENVIRONMENT, "HOME": "/", "TMPDIR": "/", "PYTHONHOME": passage.to(home)}
    program, root = passage.to(mounts.interpreter()), passage.to(own)
    return Recipe(lambda control: _command(program, root, control), environment, settings, tuple(passage.descriptors), user)


def _command(program: str, root: str, control: int) -> list[str]:
    # The package grader.sandbox is made by hand: its own __init__ would pull in the trusted side.
    start = (
        f"import sys, types; sys.path.append({root!r}); import grader; "
        "made = sys.modules['grader.sandbox'] = types.ModuleType('grader.sandbox'); "
        f"made.__path__ = [grader.__path__[0] + '/sandbox']; sys.path.remove({root!r}); "
        f"from grader.sandbox.zygote import main; main({control})"
    )
    return [program, "-P", "-s", "-S", "-B", "-X", "utf8", "-c", start]
