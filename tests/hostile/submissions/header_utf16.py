"""Sends a header in UTF-16, which a lenient parser would guess."""

import os
import struct
import time


def frame(header, body=b""):
    return struct.pack("<4sIQ", b"DGW1", len(header), len(body)) + header + body


def attack(bait):
    os.write(bait["channel"], frame('[{"op": "reply"}, []]'.encode('utf-16')))
    time.sleep(1000)
