"""Raises an exception that cannot be made without arguments."""


def attack(bait):
    raise UnicodeDecodeError('utf-8', b'x', 0, 1, 'no')
