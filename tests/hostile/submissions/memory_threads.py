"""Gives each of many threads a stack of its own."""

import threading
import time


def attack(bait):
    threading.stack_size(2**28)
    for _ in range(31):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    return "broken"
