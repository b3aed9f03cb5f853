"""Sends a header with an integer of 5,000 digits."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[' + b'9' * 5000 + b', []]'))
    time.sleep(1000)
