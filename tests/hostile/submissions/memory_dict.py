"""Keeps everything that it computes."""


def attack(bait):
    kept = {}
    while True:
        kept[len(kept)] = [0.0] * 1000
