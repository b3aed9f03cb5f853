"""Raises a syntax error that points to a line of a file of the grader's."""


def attack(bait):
    raise SyntaxError("expected ':'", (bait["files"][0], 3, 1, None))
