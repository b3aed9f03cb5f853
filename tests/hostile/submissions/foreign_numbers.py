"""Makes system calls by numbers of other interfaces of the same processor."""

import ctypes


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    for number in (0x40000000 + 39, 0x40000000 + 57, 0x40000000 + 520, 1000, 5000, -1, 2**31):
        if libc.syscall(number, 0, 0, 0, 0, 0, 0) > 0:
            return f"broken: {number:#x}"
    return "held"
