"""One confined child of a zygote, seen from the trusted side."""

from __future__ import annotations

import math
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from grader.sandbox.clock import times_of
from grader.sandbox.launcher import SANDBOX_GONE, Times

_SECONDS_TO_END = 5.0
_CHUNK = 1 << 16
_LOOK = int(socket.MSG_PEEK | socket.MSG_DONTWAIT)
_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}


class Child:
    """A worker that is confined already. `reap` tells the wait status of a child that has ended, by its process id."""

    def __init__(
        self,
        reap: Callable[[int], int | None],
        channel: socket.socket,
        pidfd: int,
        pid: int,
        lacking: dict[str, str],
    ) -> None:
        self.lacking = lacking
        self._ask_status = reap
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
            return bool(self._channel.recv(1, _LOOK))
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

    def times(self) -> Times | None:
        """How long the worker ran and had to wait, where /proc tells it."""
        return times_of(self._outer_pid)

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
            self._status = self._ask_status(self._pid)
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
