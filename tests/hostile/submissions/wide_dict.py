"""Returns a dict of more entries than a message holds."""


def attack(bait):
    return {str(n): n for n in range(300000)}
