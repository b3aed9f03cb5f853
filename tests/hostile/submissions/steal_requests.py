"""Reads the requests before the worker can."""

import os
import threading


def steal():
    while True:
        os.read(3, 65536)


def attack(bait):
    threading.Thread(target=steal, daemon=True).start()
    return "held"


def good(x):
    return x
