"""Reads and writes what the kernel tells of itself and of other processes."""

import os


def attack(bait):
    places = ("mem", "maps", "environ", "cmdline", "status", "fd", "root", "cwd", "mountinfo", "auxv", "stack")
    for pid in ("self", "1", *bait["pids"]):
        for place in places:
            try:
                os.close(os.open(f"/proc/{pid}/{place}", os.O_RDONLY))
            except OSError:
                continue
            return f"broken: {pid}/{place}"
    return "held"
