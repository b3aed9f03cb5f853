"""Puts compiled code beside modules that somebody may import later."""

import os
import sys


def attack(bait):
    for module in list(sys.modules.values()):
        cached = getattr(module, "__cached__", None)
        if type(cached) is str:
            try:
                os.close(os.open(cached, os.O_WRONLY))
            except OSError:
                continue
            return f"broken: {cached}"
    return "held"
