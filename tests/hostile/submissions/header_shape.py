"""Announces an array of no elements and a trillion columns."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[["a", "float64", 1099511627776, 0], [0]]'))
    time.sleep(1000)
