"""Sends a header with a number that is none."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[{"op": "reply", "seq": NaN}, []]'))
    time.sleep(1000)
