"""Sends itself the signal that nobody can ignore."""

import signal


def attack(bait):
    signal.raise_signal(signal.SIGKILL)
    return "held"
