"""Answers, and goes on writing from a thread."""

import os
import threading
import time


def flood(channel):
    while True:
        os.write(channel, b"more" * 1000)


def attack(bait):
    threading.Thread(target=flood, args=(bait["channel"],), daemon=True).start()
    time.sleep(0.05)
    return "held"
