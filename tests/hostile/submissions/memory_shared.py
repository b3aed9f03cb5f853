"""Takes memory that is shared, and so not counted as its own data."""

import mmap


def attack(bait):
    kept = []
    while True:
        kept.append(mmap.mmap(-1, 2**26))
        kept[-1].write(b"a" * 2**26)
