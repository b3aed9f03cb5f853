"""Imports packages that the assignment does not allow from every folder where they could lie."""

import importlib.machinery
import os
import sys


def attack(bait):
    for folder in (*bait["packages"], *sys.path, "/usr/lib/python3/dist-packages"):
        for name in ("torch", "scipy", "click", "pytest"):
            file = f"{folder}/{name}/__init__.py"
            try:
                open(file).close()
            except OSError:
                continue
            return f"broken: {file}"
    return "held"
