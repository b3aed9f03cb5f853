"""Replaces the encoder with one that sends a pickle."""

import pickle
import sys


def attack(bait):
    wire = sys.modules["grader.wire"]
    wire.encode = lambda *args: [pickle.dumps(args)]
    return 42.0
