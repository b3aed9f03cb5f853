"""Sends a header with a number beyond all bounds."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame(b'[{"op": "reply", "seq": 1e999}, []]'))
    time.sleep(1000)
