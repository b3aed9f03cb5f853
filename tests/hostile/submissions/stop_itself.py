"""Stops itself, so that nobody answers."""

import signal


def attack(bait):
    signal.raise_signal(signal.SIGSTOP)
    return "held"
