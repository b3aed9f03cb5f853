"""Searches text by an expression that takes for ever."""

import re


def attack(bait):
    re.match(r"(a+)+$", "a" * 40 + "!")
    return "broken"
