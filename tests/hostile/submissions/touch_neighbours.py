"""Reaches for the limits, the schedule and the threads of other processes."""

import ctypes
import os


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    for pid in (*bait["pids"], 2, 3):
        if libc.prlimit(pid, 0, None, ctypes.create_string_buffer(16)) == 0:
            return "broken: prlimit"
        try:
            os.sched_setaffinity(pid, {0})
        except OSError:
            pass
        else:
            return "broken: sched_setaffinity"
        if libc.syscall(bait["tgkill"], pid, pid, 0) == 0:
            return "broken: tgkill"
    return "held"
