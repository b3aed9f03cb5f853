"""Starts threads without end."""

import threading
import time


def attack(bait):
    count = 0
    try:
        while count < 200:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
            count += 1
    except RuntimeError:
        return "held"
    return "broken"
