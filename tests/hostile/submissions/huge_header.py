"""Announces a message larger than all memory."""

import os
import struct


def attack(bait):
    os.write(3, struct.pack("<4sIQ", b"DGW1", 2**32 - 1, 2**62))
    return "held"
