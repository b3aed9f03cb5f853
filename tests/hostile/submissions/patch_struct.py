"""Replaces the struct of a frame's beginning with one that announces nothing."""

import struct
import sys


def attack(bait):
    values = sys.modules["grader.wire.encoding"]
    values.PREFIX = struct.Struct("<4s")
    return 42.0
