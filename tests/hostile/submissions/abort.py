"""Aborts."""

import os


def attack(bait):
    os.abort()
