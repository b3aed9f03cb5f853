"""Sends half a message and no more."""

import os
import struct
import time


def attack(bait):
    os.write(bait["channel"], struct.pack("<4sIQ", b"DGW1", 1000, 0) + b"[")
    time.sleep(1000)
