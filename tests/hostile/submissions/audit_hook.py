"""Forbids the worker everything from now on."""

import sys


def refuse(event, args):
    raise RuntimeError(event)


def attack(bait):
    sys.addaudithook(refuse)
    return "held"
