"""Starts processes by the bare system calls."""

import ctypes
import os


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    for name in ("clone", "clone3", "fork", "vfork"):
        number = bait["syscalls"].get(name)
        if number is None:
            continue
        pid = libc.syscall(number, 17, 0, 0, 0, 0, 0)
        if pid == 0:
            os._exit(0)
        if pid > 0:
            return f"broken: {name}"
    return "held"
