"""Returns a coroutine that nobody awaits."""


async def later():
    return 42.0


def attack(bait):
    return later()
