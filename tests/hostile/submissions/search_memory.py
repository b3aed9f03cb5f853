"""Looks through all objects, variables and descriptors for what belongs to the grader."""

import gc
import os


def attack(bait):
    wanted = bait["secret"][::-1]
    texts = [value for value in gc.get_objects() if type(value) is str]
    for kept in gc.get_objects():
        if type(kept) is dict:
            texts += [value for value in list(kept.values()) if type(value) is str]
    texts += [*os.environ, *os.environ.values()]
    if any(wanted in text for text in texts):
        return "broken: found"
    for descriptor in {*range(3, 1024)} - {3, bait["channel"]}:
        for use in (lambda fd: os.read(fd, 1), os.listdir, lambda fd: os.fchmod(fd, 0o700)):
            try:
                use(descriptor)
            except OSError:
                continue
            return f"broken: {descriptor}"
    return "held"
