"""Raises from code that claims to stand in a file of the grader's."""


def attack(bait):
    exec(compile("\n" * 30 + "raise ValueError", bait["files"][0], "exec"))
