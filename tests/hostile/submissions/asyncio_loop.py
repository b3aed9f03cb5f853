"""Starts an event loop, which needs a pair of sockets."""

import asyncio


async def answer():
    return 42.0


def attack(bait):
    try:
        asyncio.run(answer())
    except OSError:
        return "held"
    return "broken"
