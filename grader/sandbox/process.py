"""The plain launcher, for one's own code: a process per submission, without walls (level D).

It needs nothing but subprocess, pipes and threads, and so works where Python does. What it gives: the grader survives
whatever the submission does to itself, a deadline for each call, and on POSIX an end for everything that was started.
"""

from __future__ import annotations

import functools
import json
import mmap
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import grader
from grader.errors import IsolationError, RequestError
from grader.model import Isolation
from grader.sandbox import packages
from grader.sandbox.clock import times_of
from grader.sandbox.launcher import Policy, Times
from grader.sandbox.passage import Passage, another_user, refuse_if_immortal
from grader.threads import SINGLE_THREAD
from grader.worker.process import READY

NAME = "process"
_START = (
    "import json, sys; root = json.loads(sys.argv[-1])['root']; sys.path.insert(0, root); "
    "from grader.worker.process import main; main()"
)
# What Python needs to start, and to find packages that were installed for one user; nothing else is passed on.
_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH")
_ENVIRONMENT_WINDOWS = ("APPDATA", "SYSTEMDRIVE", "SYSTEMROOT", "USERPROFILE", "WINDIR")
# numpy imports its random numbers when they are first used, which would cost the first call.
_PRELOADED = ("numpy", "numpy.random", "torch")
_CHUNK = 1 << 16
_MAX_CHUNKS = 2048
_SECONDS_TO_START = 120.0
_SECONDS_TO_END = 5.0

_NO_WALLS = "a plain process has no walls; use the launcher bwrap or landlock, on Linux, for code that is not your own"


@contextmanager
def launch(policy: Policy) -> Iterator[ProcessLauncher]:
    """A launcher of plain processes; when it is left, the process that waits for the next submission ends."""
    launcher = ProcessLauncher(policy)
    try:
        yield launcher
    finally:
        launcher.close()


class ProcessLauncher:
    """Starts plain processes, one ahead, so that a submission need not wait for Python and numpy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.isolation = _isolation()
        self._spare: ProcessWorker | None = ProcessWorker(policy)

    def start(self) -> ProcessWorker:
        """A fresh worker. Raises IsolationError if none can be started."""
        worker, self._spare = self._spare or ProcessWorker(self.policy), None
        try:
            worker.await_ready()
        except IsolationError:
            worker.kill()
            raise
        self._spare = ProcessWorker(self.policy)
        return worker

    def close(self) -> None:
        """End the waiting process."""
        if self._spare is not None:
            self._spare.kill()
            self._spare = None


class ProcessWorker:
    """One process, its pipes, and a thread for each direction, because a pipe cannot be waited for everywhere."""

    def __init__(self, policy: Policy) -> None:
        refuse_if_immortal()
        self._folder = tempfile.mkdtemp(prefix="submission-")
        try:
            self._process = _spawn(policy, self._folder)
        except OSError as exc:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise IsolationError(f"Python cannot be started as {sys.executable!r}: {exc}") from exc
        self._outgoing: queue.SimpleQueue[Sequence[bytes | memoryview] | None] = queue.SimpleQueue()
        self._incoming: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._room = threading.Semaphore(_MAX_CHUNKS)
        self._buffer = bytearray()
        self._ended = False
        self._killed = False
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._read, self._write)]
        for thread in self._threads:
            thread.start()

    def send(self, parts: Sequence[bytes | memoryview], deadline: float) -> None:  # noqa: ARG002 - see below
        """Hand the bytes to the writing thread. What a worker does not read shows as an answer that does not come."""
        if self._killed:
            raise EOFError
        self._outgoing.put(parts)

    def receive(self, n: int, deadline: float) -> bytes:
        """Receive exactly `n` bytes. After a TimeoutError nothing is lost: it may be asked again."""
        while len(self._buffer) < n:
            if self._ended:
                raise EOFError
            try:
                self._take(max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError from None
        data = bytes(memoryview(self._buffer)[:n])
        del self._buffer[:n]
        return data

    def unsolicited(self) -> bool:
        """Whether bytes are waiting that nobody asked for."""
        with suppress(queue.Empty):
            while not self._ended:
                self._take(0.0)
        return bool(self._buffer)

    def resident_bytes(self) -> int | None:
        """The memory of the process itself, where /proc tells it."""
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return None
        return pages * mmap.PAGESIZE

    def await_ready(self) -> None:
        """Wait until the process can be asked. Raises IsolationError: nothing of a submission is in it yet."""
        try:
            self.receive(len(READY), time.monotonic() + _SECONDS_TO_START)
        except (TimeoutError, EOFError) as exc:
            how = "was too slow" if isinstance(exc, TimeoutError) else self.ending()
            hint = f"try {sys.executable} -c 'import numpy' in a terminal"
            raise IsolationError(f"the process for student code {how} before it was ready", hint) from exc

    def times(self) -> Times | None:
        """How long the worker ran and had to wait, where /proc tells it."""
        return times_of(self._process.pid)

    def ending(self) -> str:
        """How the process ended, as a predicate."""
        try:
            status = self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            return "closed its channel"
        return f"exited with status {status}" if status >= 0 else f"was killed by signal {-status}"

    def kill(self) -> None:
        """End the process, its group where there are groups, and the threads; remove its folder."""
        if self._killed:
            return
        self._killed = True
        _end(self._process)
        self._outgoing.put(None)
        # A thread that waits for room in a full queue must see the end too.
        self._room.release(_MAX_CHUNKS)
        for thread in self._threads:
            thread.join(_SECONDS_TO_END)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _take(self, seconds: float) -> None:
        chunk = self._incoming.get(timeout=seconds) if seconds else self._incoming.get_nowait()
        self._room.release()
        self._buffer += chunk
        self._ended = not chunk

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - for the type checker
        fd = self._process.stdout.fileno()
        chunk = b"-"
        while chunk and not self._killed:
            try:
                chunk = os.read(fd, _CHUNK)
            except OSError:
                chunk = b""
            self._room.acquire()
            self._incoming.put(chunk)

    def _write(self) -> None:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        with suppress(OSError):
            while (parts := self._outgoing.get()) is not None:
                _write_all(self._process.stdin.fileno(), parts)


def _write_all(fd: int, parts: Sequence[bytes | memoryview]) -> None:
    # Small frames in one piece: one system call, and one wake-up of the worker.
    whole = [b"".join(parts)] if sum(map(len, parts)) <= _CHUNK else parts
    for part in whole:
        view = memoryview(part)
        while view:
            view = view[os.write(fd, view) :]


def _spawn(policy: Policy, folder: str) -> subprocess.Popen[bytes]:
    user = another_user()
    found = _installed(policy.allowed_imports)
    settings = {
        "root": str(Path(grader.__file__).parent.parent),
        "importable": [*policy.allowed_imports, *packages.importable(found)],
        "preload": [name for name in _PRELOADED if name.partition(".")[0] in policy.allowed_imports],
        "memory_mb": policy.limits.memory_mb,
        "seconds": policy.limits.seconds_total,
    }
    # -P: no folder of whoever grades on the path; the user's own packages stay, unlike with -I.
    options = ["-P", "-B", "-X", "utf8", "-c", _START]
    program, environment = sys.executable, _environment(folder)
    with ExitStack() as stack:
        descriptors: list[int] = []
        if user is not None:
            passage = Passage(user, found, stack)
            program, descriptors, options = passage.program, passage.descriptors, ["-S", "-s", *options]
            environment |= {"HOME": folder, "PYTHONHOME": passage.home}
            settings |= {"root": passage.root, "path": passage.path}
            os.chown(folder, user, user)
        return subprocess.Popen(  # noqa: S603 - our own interpreter, with our own arguments
            [program, *options, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            bufsize=0,
            pass_fds=descriptors,
            start_new_session=os.name == "posix",
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )


def _environment(folder: str) -> dict[str, str]:
    names = (*_ENVIRONMENT, *_ENVIRONMENT_WINDOWS) if os.name == "nt" else _ENVIRONMENT
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment |= SINGLE_THREAD | {"TMPDIR": folder, "TEMP": folder, "TMP": folder}
    # The same order of sets in every run.
    return environment | {"PYTHONHASHSEED": "0"}


@functools.cache
def _installed(imports: tuple[str, ...]) -> tuple[Path, ...]:
    """The entries of those packages that are installed; the others a submission gets to know where it imports them."""
    found: set[Path] = set()
    for name in imports:
        with suppress(RequestError):
            found |= packages.entries([name])
    return tuple(found)


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix" and process.returncode is None:
        # The group lives as long as its leader is not waited for, so its number cannot have been given away.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(OSError):
        process.kill()
    process.wait()


def _isolation() -> Isolation:
    guards = {
        "separate process": True,
        "deadline": True,
        "memory": sys.platform.startswith("linux"),
        "files": False,
        "network": False,
        "processes": False,
    }
    memory = "this system cannot bound a process's memory; the deadline still holds"
    if another_user() is not None:
        guards["another user"] = True
    reasons = {name: memory if name == "memory" else _NO_WALLS for name, held in guards.items() if not held}
    return Isolation("D", NAME, guards, reasons)
