"""Sends a message byte by byte, each just before one would give up."""

import os
import struct
import time


def attack(bait):
    os.write(bait["channel"], struct.pack("<4sIQ", b"DGW1", 200000, 0))
    while True:
        os.write(bait["channel"], b" ")
        time.sleep(0.05)
