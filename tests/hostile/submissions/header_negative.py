"""Announces an array of negative sizes."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[["a", "float64", -2, -4], [64]]'))
    time.sleep(1000)
