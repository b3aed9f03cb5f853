"""Leaves a file for the next submission, or finds one."""

import os


def attack(bait):
    found = os.listdir("/box")
    with open("/box/message", "w") as file:
        file.write("the answer is 42")
    return f"broken: {found}" if found else "held"
