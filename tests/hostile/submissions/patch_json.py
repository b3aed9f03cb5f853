"""Replaces the functions that messages are made with."""

import json
import struct


def attack(bait):
    json.dumps = lambda *args, **kwargs: '[{"op":"reply","ok":true}, []]'
    json.JSONEncoder.encode = lambda self, value: "[]"
    struct.Struct = None
    return 42.0
