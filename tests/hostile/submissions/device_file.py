"""Makes a file for the disk, and a named pipe."""

import os
import stat


def attack(bait):
    for kind in (stat.S_IFBLK, stat.S_IFCHR, stat.S_IFIFO):
        try:
            os.mknod("/box/device", kind | 0o666, os.makedev(1, 1))
        except OSError:
            continue
        return "broken"
    return "held"
