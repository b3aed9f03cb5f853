"""Leaves a message in the kernel's keyrings."""

import ctypes


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    for name in ("add_key", "keyctl", "request_key"):
        if libc.syscall(bait["syscalls"][name], b"user", b"note", b"x", 1, -4) >= 0:
            return f"broken: {name}"
    return "held"
