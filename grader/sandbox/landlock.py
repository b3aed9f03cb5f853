"""Landlock by ctypes: file access by path, no TCP, and no signal or abstract socket out of the process's own domain.

It asks for no privilege and no namespace. What the running kernel does not know yet is left out (see `RIGHTS`).
"""

import os
import stat
import struct
from collections.abc import Iterable

from grader.sandbox import kernel

# linux/landlock.h: file rights by the version of the interface that brought them.
_WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: 1 << 15}
_READ = _READ_FILE | _READ_DIR
# Everything in the own folder but executing (bit 0), devices (6, 11), sockets (9), pipes (10) and device ioctl (15).
_OWN = ((1 << 15) - 1) & ~(1 << 0 | 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11)
_TCP, _TCP_SINCE = 0b11, 4
_SCOPES, SCOPES_SINCE = 0b11, 6  # abstract unix sockets and signals
_RULE_PATH_BENEATH = 1
_CREATE_RULESET_VERSION = 1


def version() -> int:
    """The version of the running kernel's Landlock; OSError if it has none, KeyError on an unknown machine."""
    return kernel.syscall("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _READ_FILE | _WRITE_FILE | _TRUNCATE  # the kernel refuses a folder's rights on a file
        kernel.syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def restrict(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> int:
    """Confine this process to these paths, for good; needs no_new_privs. Returns the version; raises OSError."""
    abi = version()
    handled = sum(rights for since, rights in RIGHTS.items() if since <= abi)
    attributes = (handled, _TCP if abi >= _TCP_SINCE else 0, _SCOPES if abi >= SCOPES_SINCE else 0)
    # An older kernel wants the shorter structure, or the rest as zeros: both hold here.
    packed = struct.pack("=QQQ", *attributes)
    ruleset = kernel.syscall("landlock_create_ruleset", packed, len(packed), 0)
    try:
        for paths, rights in ((readable, _READ), (writable, _OWN), (devices, _READ_FILE | _WRITE_FILE)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        kernel.syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return abi
