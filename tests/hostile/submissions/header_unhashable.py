"""Sends a dict whose keys are lists."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[["d", ["l"], 1], []]'))
    time.sleep(1000)
