"""Walks through everything that it can see, in search of words that only the course contains."""

import os


def attack(bait):
    for folder, folders, files in os.walk("/"):
        for name in (*folders, *files):
            if name in bait["names"]:
                return f"broken: {folder}/{name}"
    return "held"
