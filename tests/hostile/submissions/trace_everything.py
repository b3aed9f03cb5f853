"""Looks at every line that the worker executes, and changes what it finds."""

import sys


def watch(frame, event, value):
    frame.f_trace_opcodes = True
    if "reply" in frame.f_locals:
        sys.settrace(None)
        raise SystemExit
    return watch


def attack(bait):
    sys.setprofile(watch)
    sys.settrace(watch)
    return "held"
