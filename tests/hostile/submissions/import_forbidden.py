"""Imports packages that the assignment does not allow, round every corner."""

import builtins
import importlib
import importlib.machinery
import importlib.util
import runpy
import sys


def attack(bait):
    for name in ("torch", "scipy", "sklearn", "pytest", "click", "rich"):
        for load in (importlib.import_module, builtins.__import__, runpy.run_module,
                     lambda n: importlib.util.find_spec(n).name, lambda n: sys.modules[n]):
            try:
                load(name)
            except Exception:
                continue
            return f"broken: {name} by {load}"
    return "held"
