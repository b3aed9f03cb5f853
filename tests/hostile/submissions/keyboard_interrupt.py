"""Pretends that somebody pressed Ctrl-C."""

def attack(bait):
    raise KeyboardInterrupt
