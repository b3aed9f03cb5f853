"""Opens the root by climbing up from its own folder, and lists it."""

import os


def attack(bait):
    try:
        return f"broken: {os.listdir('../../../..')}"
    except OSError:
        return "held"
