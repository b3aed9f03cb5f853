"""Raises the grader's own exceptions."""

import grader.errors


def attack(bait):
    raise grader.errors.IsolationError("the sandbox is broken")
