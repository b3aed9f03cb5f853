"""Replaces itself by each program there is."""

import os
import sys


def attack(bait):
    for program in (sys.executable, "/bin/sh", "/usr/bin/env", "/usr/lib64/ld-linux-x86-64.so.2"):
        try:
            os.execv(program, [program, "-c", "pass"])
        except OSError:
            continue
    return "held"
