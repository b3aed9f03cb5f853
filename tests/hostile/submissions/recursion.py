"""Calls itself for ever."""

def attack(bait):
    return attack(bait)
