"""How well student code is kept apart here: found out by a child that tries to break out, not by reading settings."""

from __future__ import annotations

import json
import os
import secrets
import socket
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from grader.errors import IsolationError
from grader.model import Isolation
from grader.sandbox.launcher import Policy, Worker

_SECONDS = 10.0
# Without each of these it is not full isolation.
_FULL = (
    *("files", "writes", "attributes", "network", "signals", "neighbours", "memory", "descriptors"),
    *("user", "capabilities", "own process ids"),
)
# What carries it where there are no namespaces.
_WITHOUT_NAMESPACES = (
    *("files", "writes", "attributes", "network", "signals", "neighbours", "processes", "memory", "descriptors"),
    *("environment", "user", "capabilities", "landlock", "seccomp"),
)
# What is left without Landlock: files that everybody may read are open to it.
_ANOTHER_USER = ("signals", "neighbours", "memory", "limits", "descriptors", "environment", "user", "capabilities")
_SCOPES_SINCE = 6  # the version of Landlock that keeps signals and abstract sockets in

_WAYS_OUT = (
    ("'/dev/null'", "sudo chmod 666 /dev/null (everybody must be able to open it)"),
    (
        "uid map: Permission denied",
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (as Ubuntu 23.10 and later need it)",
    ),
    (
        "permissions to creat",  # bwrap writes both create and "creating new namespace"
        "docker run --security-opt seccomp=unconfined, or sudo sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    ("max_", "sudo sysctl -w user.max_user_namespaces=15000"),
    ("Can't mount proc", "a container inside a sandbox cannot make another one: run the grader outside of it"),
    ("must not run as root", "run the grader as an ordinary user; in Docker: docker run --user 1000"),
    ("Operation not permitted", "in Docker: docker run --security-opt seccomp=unconfined --cap-add SYS_ADMIN"),
    ("Permission denied", "make the interpreter and the toolkit readable for all users: chmod -R a+rX <their folder>"),
)
_OLD_LANDLOCK = (
    "it has the grader's user id, and the kernel's Landlock (version {}) does not keep signals in; "
    "run the grader as root, which makes it take another user, or use Linux 6.12"
)
_SAME_USER = "only root can give it another user id than the grader's; Landlock (version {}) keeps its signals in"
_NAMESPACES = "the kernel gives no namespaces of their own to processes inside the sandbox ({}); {}"


class Examined(Worker, Protocol):
    """A worker that can be looked at from outside."""

    lacking: dict[str, str]

    def status(self) -> dict[str, str]:
        """What /proc/…/status says of it."""


def way_out(said: str) -> str:
    """What to do about an error message of bwrap or the kernel; "" if it is not known."""
    return next((hint for part, hint in _WAYS_OUT if part.lower() in said.lower()), "")


def examine(
    name: str, fork: Callable[[dict[str, Any]], Examined], ready: Mapping[str, Any], policy: Policy
) -> Isolation:
    """Let a child try everything that must fail, look at it from outside, and say which level held.

    `name` is the launcher's; `ready` is what its zygote told of the kernel. Raises IsolationError where so little held
    that it is no better than a plain process.
    """
    with _bait() as bait:
        worker = fork({"do": "selftest", "memory_mb": policy.limits.memory_mb, **bait})
        try:
            attempts = _answer(worker)
            status = _status(worker)
        finally:
            worker.kill()
    faults = attempts | _from_outside(status) | worker.lacking
    if ready["namespaces"]:
        hint = way_out("uid map: permission denied")
        faults["own process ids"] = _NAMESPACES.format(ready["namespaces"], hint)
    another = _is_another(status)
    level = _level(faults, ready["landlock"], another=another)
    if level != "A":
        version = ready["landlock"]
        same = (_SAME_USER if version >= _SCOPES_SINCE else _OLD_LANDLOCK).format(version)
        faults["another user"] = "" if another else same
    if not level:
        broken = "; ".join(f"{guard}: {fault}" for guard, fault in faults.items() if fault)
        raise IsolationError(f"the sandbox does not hold: {broken}", "grade doctor")
    guards = {guard: not fault for guard, fault in faults.items()}
    return Isolation(level, name, guards, {guard: fault for guard, fault in faults.items() if fault})


def _level(faults: Mapping[str, str], landlock: int, *, another: bool) -> str:
    """The highest level of which every guard held; "" if it is none. `another` is whether the user is another one."""
    levels = (
        ("A", _FULL, True),
        ("B", _WITHOUT_NAMESPACES, another or landlock >= _SCOPES_SINCE),
        ("C", _ANOTHER_USER, another),
    )
    return next((name for name, needed, holds in levels if holds and not any(faults.get(n, "?") for n in needed)), "")


def _is_another(status: Mapping[str, str]) -> bool:
    """Whether the process has another user id than this one."""
    return str(os.geteuid()) not in status.get("Uid", "").split()


@contextmanager
def _bait() -> Iterator[dict[str, Any]]:
    """A file that everybody may read, an open port, and our own process id: for the child to fail at."""
    with tempfile.TemporaryDirectory(prefix="canary-") as folder, socket.socket() as listener:
        canary = Path(folder) / "canary"
        canary.write_text(secrets.token_hex(), "ascii")
        Path(folder).chmod(0o755)
        canary.chmod(0o644)
        port = 0
        with suppress(OSError):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
        yield {"canary": str(canary), "port": port, "grader": os.getpid()}


def _answer(worker: Worker) -> dict[str, str]:
    deadline = time.monotonic() + _SECONDS
    try:
        (length,) = struct.unpack("<I", worker.receive(4, deadline))
        attempts: dict[str, str] = json.loads(worker.receive(min(length, 1 << 16), deadline))
    except (EOFError, TimeoutError, ValueError) as exc:
        raise IsolationError(f"the sandbox's self-test did not answer: it {worker.ending()}") from exc
    return attempts


def _status(worker: Examined) -> dict[str, str]:
    """What the kernel says of the child. Raises IsolationError if it has ended, for then nothing is known of it."""
    status = worker.status()
    if "CapEff" not in status:
        raise IsolationError(f"the sandbox's self-test ended before it was looked at: it {worker.ending()}")
    return status


def _from_outside(status: Mapping[str, str]) -> dict[str, str]:
    """What the kernel says of the child, which the child cannot colour."""
    user = set(status.get("Uid", "0").split())
    held = [status[name] for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")]
    pids = status.get("NSpid", "").split()
    return {
        "user": "it runs as root" if "0" in user else "",
        "capabilities": "" if all(int(word, 16) == 0 for word in held) else f"it holds capabilities: {held[0]}",
        "own process ids": ""
        if len(pids) > 1 and pids[-1] == "1"
        else "it shares its process ids with others; only namespaces mend that, as bubblewrap makes them",
        "no new privileges": "" if status.get("NoNewPrivs") == "1" else "it could gain privileges",
    }
