"""Multiplies text."""


def attack(bait):
    text = "x" * 2**20
    while True:
        text += text
