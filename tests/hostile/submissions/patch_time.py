"""Stops the clock."""

import time


def attack(bait):
    time.monotonic = time.perf_counter = time.time = lambda: 0.0
    while True:
        pass
