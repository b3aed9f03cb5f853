"""Defines what was asked for only while it is being looked for."""


def __getattr__(name):
    while True:
        pass
