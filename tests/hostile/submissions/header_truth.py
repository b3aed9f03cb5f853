"""Sends an array of truth values that are neither true nor false."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[["a", "bool", 16], [16]]', b'\x07' * 16))
    time.sleep(1000)
