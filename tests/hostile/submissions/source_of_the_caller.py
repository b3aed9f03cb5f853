"""Asks for the source of whatever called it."""

import inspect
import linecache
import sys


def attack(bait):
    text = ""
    for info in inspect.stack():
        text += "".join(info.code_context or ())
    for path in bait["files"]:
        text += "".join(linecache.getlines(path))
    return "broken" if any(name in text for name in ("misconception", "agree(")) else "held"
