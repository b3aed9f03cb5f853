"""Announces buffers that overlap the end of the message."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[["b"], [67108864, 67108864]]'))
    time.sleep(1000)
