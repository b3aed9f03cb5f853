"""Kills the grader and the zygote by their process ids, and its own process group."""

import os
import signal


def attack(bait):
    for pid in [*bait["pids"], 0]:
        try:
            os.kill(pid, signal.SIGTERM)
        except OSError:
            continue
        return "broken"
    return "held"
