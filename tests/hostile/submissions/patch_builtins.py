"""Replaces built-in functions, for all modules."""

import builtins


def attack(bait):
    for name in ("len", "isinstance", "type", "list", "dict", "sum", "getattr", "BaseException"):
        setattr(builtins, name, lambda *args, **kwargs: True)
    return 42.0
