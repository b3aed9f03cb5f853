"""Ends the process while its answer is being written."""

import os


class Dict(dict):
    def __class__(self):
        os._exit(0)

    def items(self):
        os._exit(0)

    def __iter__(self):
        os._exit(0)


def attack(bait):
    return Dict(x=1)
