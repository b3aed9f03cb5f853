"""Returns text that no file can hold, with a terminal's control sequences."""

def attack(bait):
    return "\ud800\x1b[2J\u202e"
