"""Announces a message larger than all memory."""

import os
import struct


def attack(bait):
    os.write(bait["channel"], struct.pack("<4sIQ", b"DGW1", 2**32 - 1, 2**62))
    return "held"
