"""Spreads work over processes."""

import multiprocessing


def attack(bait):
    try:
        multiprocessing.get_context("fork").Pool(2)
    except OSError:
        return "held"
    return "broken"
