"""Sends a message byte by byte, each just before one would give up."""

import os
import struct
import time


def attack(bait):
    os.write(3, struct.pack("<4sIQ", b"DGW1", 200000, 0))
    while True:
        os.write(3, b" ")
        time.sleep(0.05)
