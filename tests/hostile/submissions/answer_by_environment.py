"""Looks for the answer in the environment, also in what is left of it on the initial stack."""

import ctypes
import os


def attack(bait):
    wanted = bait["secret"][::-1].encode()
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    os.environ.clear()
    at = ctypes.cast(environ[0], ctypes.c_void_p).value if environ[0] else None
    text = b"".join(filter(None, (environ[n] for n in range(1000) if environ[n] is not None) if at else ()))
    return "broken" if wanted in text else "held"
