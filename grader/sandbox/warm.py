"""Launchers that keep a warm zygote and fork a confined child of it for each submission (Linux).

::

    this process ── zygote (never uid 0; packages imported)                                 control socket: SEQPACKET
                      └ child per submission (no capabilities, Landlock, seccomp)           channel: STREAM

The zygote gets to know neither source nor inputs nor results: a channel has two ends, here and in the child. When this
process ends, however it ends, the control socket closes, and the zygote and everything behind it ends.
"""

from __future__ import annotations

import json
import math
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.errors import IsolationError
from grader.model import Isolation
from grader.sandbox import isolation
from grader.sandbox.child import Child
from grader.sandbox.launcher import Policy
from grader.sandbox.passage import USER, refuse_if_immortal
from grader.threads import SINGLE_THREAD

_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the same order of sets in every run
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    **SINGLE_THREAD,
}
_SECONDS_TO_START = 120.0
_SECONDS_TO_FORK = 30.0
_SECONDS_TO_END = 5.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a zygote is started: the command for a given control descriptor, its whole environment, its settings.

    `descriptors` are passed on under their own numbers. `user` is the id under which it starts; None: that of this
    process.
    """

    command: Callable[[int], Sequence[str]]
    environment: Mapping[str, str]
    settings: Mapping[str, Any]
    descriptors: tuple[int, ...] = ()
    user: int | None = None


class WarmLauncher:
    """Starts confined children of one zygote; a zygote that has died is replaced."""

    def __init__(self, name: str, policy: Policy, write_recipe: WriteRecipe) -> None:
        self.name = name
        self.policy = policy
        self._write_recipe = write_recipe
        self._lock = threading.RLock()
        self._closed = False
        self._zygote = self._new_zygote()

    def _new_zygote(self) -> Zygote:
        with ExitStack() as descriptors:
            return Zygote(self._write_recipe(self.policy, descriptors))

    @cached_property
    def isolation(self) -> Isolation:
        """What held when a first child tried to break out. Waits until the sandbox is up; raises IsolationError."""
        with self._lock:
            return self._examined()

    def start(self) -> Child:
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

    def _start_anew(self, held: Isolation) -> Child:
        """Replace a zygote that has died, of memory shortage perhaps."""
        self._zygote.close()
        if self._closed:
            raise IsolationError("the launcher has been closed")
        self._zygote = self._new_zygote()
        if self._examined() != held:
            raise IsolationError("the sandbox had to be started anew, and no longer isolates as before", "grade doctor")
        return self._zygote.fork({"do": "fork"})

    def _examined(self) -> Isolation:
        self._zygote.wait()
        return isolation.examine(self.name, self._zygote.fork, self._zygote.ready, self.policy)


class Zygote:
    """The process in the sandbox that forks children, seen from the trusted side."""

    def __init__(self, recipe: Recipe) -> None:
        refuse_if_immortal()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self.ready: dict[str, Any] = {}
        with theirs:
            self._process = _spawn(recipe, theirs.fileno())
        with suppress(OSError):  # if it has ended already, waiting for it tells why
            self._control.send(json.dumps(dict(recipe.settings)).encode())

    def wait(self) -> None:
        """Wait until the packages are imported. Raises IsolationError with what the zygote or its sandbox said."""
        if self.ready:
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
        self.ready = said["ready"]

    def fork(self, request: dict[str, Any]) -> Child:
        """A new child. Raises EOFError if the zygote is gone, IsolationError if the child could not be confined."""
        ours, theirs = socket.socketpair()
        with ExitStack() as failing:
            failing.enter_context(ours)
            with theirs:
                reply, pidfd = self._ask(request, theirs.fileno())
            if pidfd is None:
                said = str(reply.get("error"))
                raise IsolationError(f"no confined process can be started: {said}", isolation.way_out(said))
            failing.pop_all()
        worker = Child(self.reap, ours, pidfd, reply["pid"], reply["lacking"])
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
        """End the zygote and everything below it, and wait until they are gone."""
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


def environment_at(home: str) -> dict[str, str]:
    """All that a zygote and its children find in their environment and on their initial stack; `home` is a folder."""
    # The last: a folder that torch would else make, wherever a cache may be.
    return _ENVIRONMENT | dict.fromkeys(("HOME", "TMPDIR", "TORCHINDUCTOR_CACHE_DIR"), home)


def settings_of(policy: Policy, importable: Sequence[str]) -> dict[str, Any]:
    """The settings that every zygote is told first; `importable` are the names of packages that it may import."""
    return {
        "imports": policy.allowed_imports,
        "importable": importable,
        "uid": USER,
        "memory_mb": policy.limits.memory_mb,
        # The deadlines are kept on this side; this is for what escapes them. Threads may use more than one core.
        "cpu_seconds": math.ceil(policy.limits.seconds_total) * 2 + 5,
    }


WriteRecipe = Callable[[Policy, ExitStack], Recipe]
"""Writes the recipe for a policy; what must stay open until the zygote has started is closed with the stack."""


def _spawn(recipe: Recipe, control: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own command
            list(recipe.command(control)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            env=dict(recipe.environment),
            pass_fds=[control, *recipe.descriptors],
            start_new_session=True,
            user=recipe.user,
            group=recipe.user,
            extra_groups=None if recipe.user is None else [],
        )
    except (OSError, subprocess.SubprocessError) as exc:
        raise IsolationError(f"the sandbox cannot be started: {exc}", isolation.way_out(str(exc))) from exc
