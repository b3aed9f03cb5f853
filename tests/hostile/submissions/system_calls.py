"""Makes every system call that reaches beyond one process, with arguments that would do no harm."""

import ctypes
import errno


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    made = []
    for name, number in bait["syscalls"].items():
        if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            made.append(name)
    return f"broken: {made}" if made else "held"
