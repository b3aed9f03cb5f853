"""Makes namespaces of its own, and mounts in them."""

import ctypes


def attack(bait):
    libc = ctypes.CDLL(None, use_errno=True)
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000):
        if libc.unshare(flag) == 0 or libc.unshare(0x10000000 | flag) == 0:
            return f"broken: {flag:#x}"
    if libc.mount(b"tmpfs", b"/box", b"tmpfs", 0, None) == 0 or libc.umount2(b"/proc", 2) == 0:
        return "broken: mount"
    return "held"
