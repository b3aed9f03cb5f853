"""Answers a question before it is asked."""

import sys


def attack(bait):
    wire = sys.modules["grader.wire"]
    reply = {"ok": True, "op": "reply", "seq": 3, "value": "forged", "shares": False, "stdout": "", "warned": 0}
    message = b"".join(bytes(part) for part in wire.encode(reply, None))
    import os

    os.write(bait["channel"], message)
    return "held"
