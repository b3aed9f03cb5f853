"""The launcher for code that is not one's own (Linux): bubblewrap, a warm zygote in it, a child per submission.

::

    this process ── bwrap (no network; only the interpreter, the allowed packages and the worker, read-only)
                      └ zygote (never uid 0; own namespaces; packages imported)            control socket: SEQPACKET
                          └ child per submission (pid 1 of its own, private /box, no capabilities, Landlock, seccomp)
                                                                                             channel: STREAM

The zygote gets to know neither source nor inputs nor results: a channel has two ends, here and in the child. When this
process ends, however it ends, the control socket closes, and the kernel ends everything behind it.
"""

from __future__ import annotations

import json
import math
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.errors import IsolationError
from grader.model import Isolation
from grader.sandbox import isolation, mounts
from grader.sandbox.launcher import SANDBOX_GONE, Policy

# An ordinary user that nobody is: student code must never run as uid 0.
USER = 64999
_SECONDS_TO_START = 120.0
_SECONDS_TO_FORK = 30.0
_SECONDS_TO_END = 5.0
_CHUNK = 1 << 16
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the same order of sets in every run
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/box",
    "TMPDIR": "/box",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}
_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}


@contextmanager
def launch(policy: Policy) -> Iterator[BwrapLauncher]:
    """A launcher whose sandbox is being started while the caller goes on; it is waited for where it is first needed.

    Raises IsolationError if bubblewrap is not installed, RequestError if an allowed package is not; whether the kernel
    plays along shows at the first `start` or look at `isolation`.
    """
    launcher = BwrapLauncher(policy)
    try:
        yield launcher
    finally:
        launcher.close()


class BwrapLauncher:
    """Starts confined children of one zygote; a zygote that has died is replaced."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._lock = threading.RLock()
        self._closed = False
        self._zygote = Zygote(policy)

    @cached_property
    def isolation(self) -> Isolation:
        """What held when a first child tried to break out. Waits until the sandbox is up; raises IsolationError."""
        with self._lock:
            return self._examined()

    def start(self) -> BwrapWorker:
        """A fresh worker, confined already. Raises IsolationError if none can be started."""
        with self._lock:
            held = self.isolation
            try:
                worker = self._zygote.fork({"do": "fork"})
            except EOFError:
                worker = self._start_anew(held)
            missing = [guard for guard in worker.lacking if held.guards.get(guard)]
            if missing:
                worker.kill()
                raise IsolationError(f"a worker could not be confined as the first one was: {', '.join(missing)}")
            return worker

    def close(self) -> None:
        """End the sandbox with everything in it."""
        self._closed = True
        self._zygote.close()

    def _start_anew(self, held: Isolation) -> BwrapWorker:
        """Replace a zygote that has died, of memory shortage perhaps."""
        self._zygote.close()
        if self._closed:
            raise IsolationError("the launcher has been closed")
        self._zygote = Zygote(self.policy)
        if self._examined() != held:
            raise IsolationError("the sandbox had to be started anew, and no longer isolates as before", "grade doctor")
        return self._zygote.fork({"do": "fork"})

    def _examined(self) -> Isolation:
        self._zygote.wait()
        return isolation.examine(self._zygote.fork, self._zygote.reasons, self.policy)


class Zygote:
    """The process in the sandbox that forks children, seen from the trusted side."""

    def __init__(self, policy: Policy) -> None:
        program = shutil.which("bwrap")
        if program is None:
            raise IsolationError("bubblewrap is not installed", "install the package bubblewrap (it brings bwrap)")
        options = _options(policy)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ready = False
        self._lock = threading.Lock()
        self.reasons: dict[str, str] = {}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [program, *options, *_command(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        with suppress(OSError):  # if it has ended already, waiting for it tells why
            self._control.send(json.dumps(_settings(policy)).encode())

    def wait(self) -> None:
        """Wait until the packages are imported. Raises IsolationError with what bwrap or the zygote said."""
        if self._ready:
            return
        self._control.settimeout(_SECONDS_TO_START)
        try:
            said = json.loads(self._control.recv(1 << 16) or b"{}")
        except TimeoutError:
            said = {"error": f"it was not ready after {_SECONDS_TO_START:.0f} s"}
        except OSError:
            said = {}
        if "ready" not in said:
            raise self._failure(said.get("error", ""))
        self._control.settimeout(_SECONDS_TO_FORK)
        self.reasons = said["ready"]
        self._ready = True

    def fork(self, request: dict[str, Any]) -> BwrapWorker:
        """A new child. Raises EOFError if the zygote is gone, IsolationError if the child could not be confined."""
        ours, theirs = socket.socketpair()
        with ExitStack() as failing:
            failing.enter_context(ours)
            with theirs:
                reply, pidfd = self._ask(request, theirs.fileno())
            if pidfd is None:
                raise IsolationError(f"no confined process can be started: {reply.get('error')}")
            failing.pop_all()
        worker = BwrapWorker(self, ours, pidfd, reply["pid"], reply["lacking"])
        if 0 in worker.user_ids():
            worker.kill()
            raise IsolationError("the confined process would run as root", "run the grader as an ordinary user")
        return worker

    def reap(self, pid: int) -> int | None:
        """The wait status of a child that has ended; None if the zygote is gone."""
        try:
            status = self._ask({"do": "reap", "pid": pid})[0]["status"]
        except (EOFError, KeyError):
            return None
        return int(status)

    def close(self) -> None:
        """End the zygote and everything below it, and wait until bwrap is gone."""
        self._control.close()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _ask(self, request: dict[str, Any], *descriptors: int) -> tuple[dict[str, Any], int | None]:
        message = [json.dumps(request).encode()]
        with self._lock:
            try:
                socket.send_fds(self._control, message, descriptors)
                data, received, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
            except OSError as exc:
                raise EOFError from exc
        if not data:
            raise EOFError
        return json.loads(data), received[0] if received else None

    def _failure(self, error: str) -> IsolationError:
        self._process.kill()
        _, stderr = self._process.communicate()
        lines = stderr.decode(errors="replace").strip().splitlines()
        said = error or (lines[-1] if lines else f"it exited with status {self._process.returncode}")
        return IsolationError(f"the sandbox cannot be started: {said}", isolation.way_out(said))


class BwrapWorker:
    """One confined child, seen from the trusted side."""

    def __init__(self, zygote: Zygote, channel: socket.socket, pidfd: int, pid: int, lacking: dict[str, str]) -> None:
        self.lacking = lacking
        self._zygote = zygote
        self._channel = channel
        self._channel.setblocking(False)
        self._poll = select.poll()
        self._pidfd = pidfd
        self._pid = pid
        self._outer_pid = _outer_pid(pidfd)
        self._buffer = bytearray()
        self._status: int | None = None
        self._gone = False
        self._killed = False
        self._base = self._resident() or 0

    def send(self, parts: Sequence[bytes | memoryview], deadline: float) -> None:
        """Send the bytes of one message. Raises TimeoutError, or EOFError if the worker is gone."""
        views = [memoryview(part).cast("B") for part in parts if len(part)]
        while views:
            try:
                sent = self._channel.sendmsg(views[:64])
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
                continue
            except OSError as exc:
                raise EOFError from exc
            while views and sent >= len(views[0]):
                sent -= len(views.pop(0))
            if sent:
                views[0] = views[0][sent:]

    def receive(self, n: int, deadline: float) -> bytes:
        """Receive exactly `n` bytes. After a TimeoutError nothing is lost: it may be asked again."""
        while len(self._buffer) < n:
            try:
                chunk = self._channel.recv(max(n - len(self._buffer), _CHUNK))
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError as exc:
                raise EOFError from exc
            if not chunk:
                raise EOFError
            self._buffer += chunk
        data = bytes(memoryview(self._buffer)[:n])
        del self._buffer[:n]
        return data

    def unsolicited(self) -> bool:
        """Whether bytes are waiting that nobody asked for."""
        if self._buffer:
            return True
        try:
            return bool(self._channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def resident_bytes(self) -> int | None:
        """The memory that the worker holds beyond what every worker starts with; None once it has ended."""
        resident = self._resident()
        return None if resident is None else max(0, resident - self._base)

    def status(self) -> dict[str, str]:
        """What the kernel tells of the process from outside (/proc/…/status); empty once it has ended."""
        try:
            lines = Path(f"/proc/{self._outer_pid}/status").read_text("utf-8").splitlines()
        except OSError:
            return {}
        return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}

    def user_ids(self) -> tuple[int, ...]:
        """The user ids of the process as they are outside of every namespace."""
        return tuple(int(uid) for uid in self.status().get("Uid", "").split())

    def ending(self) -> str:
        """How the worker ended, as a predicate."""
        if not self._reap(_SECONDS_TO_END):
            return "closed its channel"
        if self._status is None:
            return SANDBOX_GONE
        code = os.waitstatus_to_exitcode(self._status)
        if code >= 0:
            return f"exited with status {code}"
        # A pid 1 ignores the signal of abort() and dies of the next: all of these are one thing to a student.
        return f"crashed (signal {-code})" if -code in _CRASHES else f"was killed by signal {-code}"

    def kill(self) -> None:
        """End the worker and all that it started, and wait until they are gone. May be called again."""
        if self._killed:
            return
        self._killed = True
        with suppress(OSError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self._reap(math.inf)
        self._channel.close()
        os.close(self._pidfd)

    def _wait(self, event: int, deadline: float) -> None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._poll.register(self._channel, event)
        self._poll.poll(math.ceil(min(remaining, 3600) * 1000))

    def _reap(self, seconds: float) -> bool:
        """Whether the process has ended within that time; then its status is known."""
        if not self._gone:
            ended = select.poll()
            ended.register(self._pidfd, select.POLLIN)
            if not ended.poll(None if math.isinf(seconds) else seconds * 1000):
                return False
            self._gone = True
            self._status = self._zygote.reap(self._pid)
        return True

    def _resident(self) -> int | None:
        try:
            pages = int(Path(f"/proc/{self._outer_pid}/statm").read_text("ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return None
        return pages * resource.getpagesize()


def _outer_pid(pidfd: int) -> int:
    """The process id by which this process knows the one behind a pidfd."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text("ascii").splitlines():
        key, _, value = line.partition(":")
        if key == "Pid":
            return int(value)
    return -1


def _settings(policy: Policy) -> dict[str, Any]:
    return {
        "imports": policy.allowed_imports,
        "uid": USER,
        "readable": mounts.readable(),
        "memory_mb": policy.limits.memory_mb,
        # The deadlines are kept here; this is for what escapes them. Threads may use more than one core.
        "cpu_seconds": math.ceil(policy.limits.seconds_total) * 2 + 5,
    }


def _options(policy: Policy) -> list[str]:
    """What bwrap is told besides the command. Each of its defaults that is too open is named."""
    options = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    options += ["--hostname", "sandbox", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        # Without a user namespace of bwrap's: the zygote leaves uid 0 for good, which inside of one it could not.
        options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        options += ["--unshare-user", "--uid", str(USER), "--gid", str(USER)]
    # It acts when the thread ends that started bwrap: only the main thread is sure to live as long as the process.
    # The closing control socket ends the zygote in any case.
    if threading.current_thread() is threading.main_thread():
        options.append("--die-with-parent")
    return options + mounts.arguments(policy.allowed_imports)


def _command(control: int) -> list[str]:
    start = (
        f"import sys; sys.path += [{mounts.OWN!r}, {mounts.PACKAGES!r}]; "
        f"from grader.sandbox.zygote import main; main({control})"
    )
    # -P, -s and -S: no path or start-up file of whoever grades. Its variables are not there; ours must count, so no -I.
    return [str(mounts.interpreter()), "-P", "-s", "-S", "-B", "-X", "utf8", "-c", start]
