"""Ends the process when one of its objects is cleaned up."""

import os


class Last:
    def __del__(self):
        os._exit(0)


def attack(bait):
    Last()
    return 42.0
