"""Sends a header that is nested 100,000 levels deep."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[' * 100000))
    time.sleep(1000)
