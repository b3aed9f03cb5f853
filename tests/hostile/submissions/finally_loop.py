"""Refuses to be interrupted."""

def attack(bait):
    while True:
        try:
            while True:
                pass
        finally:
            continue
