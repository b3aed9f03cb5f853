"""Catches every exception, and goes on."""


def attack(bait):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
