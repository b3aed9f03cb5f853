"""Sends a kind of value that does not exist."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[["pickle", "cos"], []]'))
    time.sleep(1000)
