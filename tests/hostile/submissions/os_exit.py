"""Ends its process with success."""

import os


def attack(bait):
    os._exit(0)
