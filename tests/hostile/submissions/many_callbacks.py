"""Sleeps a little, again and again, in small steps."""

import time


def attack(bait):
    while True:
        time.sleep(0.001)
