"""Answers, and ends the process from a thread a moment later."""

import os
import threading


def attack(bait):
    threading.Timer(0.05, os._exit, (0,)).start()
    return "held"
