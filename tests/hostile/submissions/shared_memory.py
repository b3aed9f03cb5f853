"""Makes memory that outlives it, of every kind."""

import ctypes
from multiprocessing import shared_memory


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.shmget(4711, 4096, 0o1666) >= 0 or libc.msgget(4711, 0o1666) >= 0 or libc.semget(4711, 1, 0o1666) >= 0:
        return "broken: System V"
    if libc.memfd_create(b"x", 0) >= 0 or libc.mq_open(b"/x", 0o102, 0o666, None) >= 0:
        return "broken: descriptors"
    try:
        shared_memory.SharedMemory("left", create=True, size=4096)
    except OSError:
        return "held"
    return "broken: /dev/shm"
