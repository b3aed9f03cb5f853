"""Leaves a file for the next submission, or finds one."""

import os


def attack(bait):
    try:
        found = os.listdir("/box")
        with open("/box/message", "w") as file:
            file.write("the answer is 42")
    except OSError:
        return "held"
    return f"broken: {found}" if found else "held"
