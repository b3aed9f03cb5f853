"""Answers, and goes on writing from a thread."""

import os
import threading


def flood():
    while True:
        os.write(3, b"more" * 1000)


def attack(bait):
    threading.Thread(target=flood, daemon=True).start()
    import time

    time.sleep(0.05)
    return "held"
