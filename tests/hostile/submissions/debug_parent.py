"""Reads the memory of its parent, of the grader, and of its neighbours."""

import ctypes


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    here = (ctypes.c_size_t * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
    for pid in (*bait["pids"], 1):
        if libc.ptrace(16, pid, 0, 0) == 0 or libc.process_vm_readv(pid, here, 1, here, 1, 0) > 0:
            return f"broken: {pid}"
    return "held"
