"""What a child of the sandbox tries when it is asked how well it is confined: each attempt must fail.

Stdlib only: this runs inside the sandbox, in the place of a submission.
"""

import ctypes
import json
import mmap
import os
import resource
import socket
import struct
from collections.abc import Callable
from typing import Any

from grader.sandbox import confine, kernel

_FOREIGN = ("/etc/passwd", "/proc/1/environ", "/proc/self/status", "/sys/kernel")
_WRITABLE_ELSEWHERE = ("/", "/tmp", "/dev", "/dev/shm", "/usr", "/proc", "/sandbox", "/sandbox/own/grader")  # noqa: S108
_VARIABLES = 20


def _files(request: dict[str, Any]) -> str:
    for path in (request["canary"], *_FOREIGN):
        try:
            os.close(os.open(path, os.O_RDONLY))
        except OSError:
            continue
        return f"{path} could be opened"
    return ""


def _writes(_: dict[str, Any]) -> str:
    for folder in _WRITABLE_ELSEWHERE:
        try:
            os.close(os.open(f"{folder}/selftest", os.O_WRONLY | os.O_CREAT))
        except OSError:
            continue
        return f"a file could be written to {folder}"
    return ""


def _network(request: dict[str, Any]) -> str:
    with socket.socket() as attempt:
        attempt.settimeout(1)
        attempt.connect(("127.0.0.1", request["port"]))
    return "a connection to this computer could be made"


def _sockets(_: dict[str, Any]) -> str:
    socket.socket(socket.AF_UNIX).close()
    return "a socket could be made"


def _signals(request: dict[str, Any]) -> str:
    for pid in (request["grader"], os.getppid() or request["grader"]):
        for attempt in (lambda pid: os.kill(pid, 0), lambda pid: kernel.syscall("tgkill", pid, pid, 0)):
            try:
                attempt(pid)
            except (OSError, KeyError):
                continue
            return "another process could be sent a signal"
    return ""


def _neighbours(request: dict[str, Any]) -> str:
    for pid in (request["grader"], os.getppid() or request["grader"]):
        for attempt in (
            lambda pid: resource.prlimit(pid, resource.RLIMIT_CORE),
            lambda pid: os.sched_setaffinity(pid, os.sched_getaffinity(pid)),
        ):
            try:
                attempt(pid)
            except OSError:
                continue
            return "the limits or the cores of another process could be had"
    return ""


def _attributes(request: dict[str, Any]) -> str:
    for attempt in (lambda path: os.chmod(path, 0o644), os.utime):  # noqa: PTH101 - pathlib is slower to start
        try:
            attempt(request["canary"])
        except OSError:
            continue
        return "the mode or the time of a file could be changed"
    return ""


def _processes(_: dict[str, Any]) -> str:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "a process could be started"


def _namespaces(_: dict[str, Any]) -> str:
    kernel.unshare(kernel.NEW_USERS)
    return "a new namespace could be made"


def _descriptors(request: dict[str, Any]) -> str:
    for descriptor in set(range(confine.CHANNEL + 1, 1024)) - set(request["kept"]):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        return f"descriptor {descriptor} is open"
    return ""


def _environment(_: dict[str, Any]) -> str:
    return "" if len(os.environ) < _VARIABLES else "the environment was not cleared"


def _memory(request: dict[str, Any]) -> str:
    mmap.mmap(-1, (request["memory_mb"] + 1) * confine.MB).close()
    return "more memory could be had than is allowed"


def _limits(_: dict[str, Any]) -> str:
    ceiling = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling + 1, ceiling + 1))
    return "a limit could be raised"


def _landlock(_: dict[str, Any]) -> str:
    os.listdir("/")  # noqa: PTH208 - visible in every launcher, but outside of what Landlock leaves readable
    return "a folder could be listed that is not among the readable ones"


def _seccomp(_: dict[str, Any]) -> str:
    """A call that fails for its arguments alone, unless it is filtered."""
    if ctypes.CDLL(None, use_errno=True).personality(0xFFFFFFFF) != -1:
        return "a filtered system call could be made"
    return ""


_ATTEMPTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "files": _files,
    "writes": _writes,
    "network": _network,
    "sockets": _sockets,
    "signals": _signals,
    "neighbours": _neighbours,
    "attributes": _attributes,
    "processes": _processes,
    "namespaces": _namespaces,
    "descriptors": _descriptors,
    "environment": _environment,
    "memory": _memory,
    "limits": _limits,
    "landlock": _landlock,
    "seccomp": _seccomp,
}


def _try(attempt: Callable[[dict[str, Any]], str], request: dict[str, Any]) -> str:
    try:
        return attempt(request)
    except (OSError, ValueError, MemoryError):
        return ""  # refused, as it should be


def serve(channel: int, request: dict[str, Any]) -> None:
    """Send what each attempt came to ("" if it was refused) as JSON with its length; wait to be ended."""
    text = json.dumps({name: _try(attempt, request) for name, attempt in _ATTEMPTS.items()}).encode()
    os.write(channel, struct.pack("<I", len(text)) + text)
    os.read(channel, 1)
