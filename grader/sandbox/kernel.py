"""Calls into the Linux kernel for which Python has no name, by ctypes. A failure is an OSError that names the call."""

import ctypes
import os

from grader.sandbox.syscalls import numbers

_LIBC = ctypes.CDLL(None, use_errno=True)

# linux/sched.h
NEW_MOUNTS, NEW_IPC, NEW_USERS, NEW_PIDS = 0x00020000, 0x08000000, 0x10000000, 0x20000000
# linux/mount.h
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXECUTION, RECURSIVE, PRIVATE = 1, 2, 4, 8, 16384, 1 << 18
# linux/prctl.h
_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38
# linux/capability.h: version 3 holds two words for each of three sets
_CAPABILITY_VERSION = 0x20080522


def _check(result: int, name: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def syscall(name: str, *arguments: int | bytes | object) -> int:
    """A system call by its name; KeyError if this machine's numbers are not known."""
    number = ctypes.c_long(numbers(os.uname().machine)[name])
    words = (ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)
    return _check(_LIBC.syscall(number, *words), name)


def unshare(flags: int) -> None:
    """Move this process (for `NEW_PIDS`: its next child) into namespaces of its own."""
    _check(_LIBC.unshare(flags), "unshare")


def setns(descriptor: int, kind: int) -> None:
    """Move this process (for `NEW_PIDS`: its next child) into a namespace of the process behind a pidfd."""
    _check(_LIBC.setns(descriptor, kind), "setns")


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a file system without a source on `target`."""
    name = kind.encode()
    _check(_LIBC.mount(name, target.encode(), name, ctypes.c_ulong(flags), options.encode()), f"mount {target}")


def die_with_parent(signal: int) -> None:
    """Have the kernel send this process a signal when the thread that started it ends."""
    _check(_LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal, 0, 0, 0), "prctl")


def set_dumpable(flag: bool) -> None:
    """Whether other processes of the same user may trace this one and open its memory."""
    _check(_LIBC.prctl(_SET_DUMPABLE, int(flag), 0, 0, 0), "prctl")


def no_new_privileges() -> None:
    """Renounce, for good, whatever a set-user-id program could give."""
    _check(_LIBC.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")


def drop_capabilities() -> None:
    """Give up every capability, also for what would be inherited."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _check(_LIBC.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def madvise(start: int, length: int, advice: int) -> bool:
    """Advise the kernel on a range of memory; whether it was taken."""
    return bool(_LIBC.madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), advice) == 0)
