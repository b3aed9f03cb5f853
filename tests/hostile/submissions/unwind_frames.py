"""Climbs up the stack of calls to the zygote, and tries to speak in its place."""

import os
import sys


def attack(bait):
    frame = sys._getframe()
    while frame is not None:
        for name, value in list(frame.f_locals.items()):
            if name == "control" and type(value) is not int:
                try:
                    value.send(b"{}")
                except OSError:
                    continue
                return "broken"
        frame = frame.f_back
    return "held"
