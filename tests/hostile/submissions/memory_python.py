"""Grows a string for ever."""

def attack(bait):
    text = "a" * 10**6
    while True:
        text += text
