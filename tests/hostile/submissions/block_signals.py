"""Blocks all signals and goes on for ever."""

import signal


def attack(bait):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass
