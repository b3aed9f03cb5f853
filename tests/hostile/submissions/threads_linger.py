"""Leaves threads computing after it has answered."""

import threading


def spin():
    while True:
        pass


def attack(bait):
    for _ in range(4):
        threading.Thread(target=spin, daemon=True).start()
    return "held"
