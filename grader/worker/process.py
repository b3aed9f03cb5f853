"""The worker as a plain process of its own: its channel is what was stdin and stdout."""

from __future__ import annotations

import json
import os
import site
import sys
import threading
import time

from grader.worker.imports import admit_only
from grader.worker.requests import serve

# What is sent when everything is imported: from then on whatever happens is the submission's doing.
READY = b"!"
_SECONDS_BETWEEN_LOOKS = 1.0


def main() -> None:
    """The worker as a plain process: channel on stdin and stdout, settings as JSON in the last argument."""
    settings = json.loads(sys.argv[-1])
    _leave_path(settings["root"])
    sys.path += settings.get("path", ())
    admit_only(settings["importable"])
    read_fd, write_fd = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    if os.name == "nt":
        import msvcrt

        for fd in (read_fd, write_fd):
            msvcrt.setmode(fd, os.O_BINARY)  # type: ignore[attr-defined]
    for name in settings["preload"]:
        try:
            __import__(name)
        except ImportError:
            # The submission gets to know it where it imports it.
            continue
    _limit(settings["memory_mb"], settings["seconds"])
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    os.write(write_fd, READY)
    serve(read_fd, write_fd)


def _leave_path(root: str) -> None:
    """Take the toolkit's folder from the path; in a checkout it holds more that is not meant for a submission."""
    sys.path.remove(root)
    if root not in (*site.getsitepackages(), site.getusersitepackages()):
        sys.path[:] = [folder for folder in sys.path if folder != root]


def _end_with(parent: int) -> None:
    """End this process when its parent has: a grader that was killed cannot end its workers any more."""
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def _limit(memory_mb: int, seconds: float) -> None:
    """Bound the address space, relative to what is used now, and the processor time, where the system can.

    The time is a backstop for a loop that lets no other thread run, in a worker whose grader is gone.
    """
    try:
        import resource

        with open("/proc/self/statm") as statm:  # noqa: PTH123 - pathlib would be imported for this alone
            used = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(2 * seconds) + 10,) * 2)
        resource.setrlimit(resource.RLIMIT_AS, (used + memory_mb * 2**20,) * 2)
    except (ImportError, OSError, ValueError):
        return
