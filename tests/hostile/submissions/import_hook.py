"""Stands between every import statement and its module."""

import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        raise SystemExit(name)


def attack(bait):
    sys.meta_path.insert(0, Finder())
    sys.path_hooks.clear()
    sys.modules.pop("json", None)
    return "held"
