"""Sleeps."""

import time


def attack(bait):
    time.sleep(1000)
