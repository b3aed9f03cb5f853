"""Prints what would run in a terminal, and then answers."""


def attack(bait):
    print("\x1b]0;owned\x07\x1b[2J\u202e\ud800 [/bold] <script> ::error::")
    return "held"
