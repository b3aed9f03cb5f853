"""Writes to every folder that exists outside of its own."""

import os


def attack(bait):
    for folder in ("/", "/tmp", "/dev", "/dev/shm", "/usr/lib", "/proc", "/sys", "/sandbox/own/grader", "/var/tmp", *bait["folders"]):
        try:
            os.close(os.open(f"{folder}/planted", os.O_WRONLY | os.O_CREAT))
        except OSError:
            continue
        return f"broken: {folder}"
    return "held"
