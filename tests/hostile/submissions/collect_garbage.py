"""Replaces what is under way in other frames, by the references that the collector knows."""

import gc


def attack(bait):
    for thing in gc.get_referrers(bait):
        if type(thing) is dict and "seq" in thing:
            thing["seq"] = 10**6
    gc.freeze()
    return 42.0
