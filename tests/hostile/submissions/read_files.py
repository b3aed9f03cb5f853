"""Reads the hidden tests, the reference, and whatever tells about this computer."""

import os


def attack(bait):
    for path in bait["files"]:
        try:
            os.close(os.open(path, os.O_RDONLY))
        except OSError:
            continue
        return f"broken: {path}"
    return "held"
