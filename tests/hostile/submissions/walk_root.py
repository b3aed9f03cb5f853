"""Walks through everything that it can see, in search of words that only the course contains."""

import os
import sys


def attack(bait):
    for start in ("/", "/sandbox", *sys.path):
        for folder, folders, files in os.walk(start):
            for name in (*folders, *files):
                if name in bait["names"]:
                    return f"broken: {folder}/{name}"
    return "held"
