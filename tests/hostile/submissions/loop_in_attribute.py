"""Has an attribute lookup that never ends, in the module and in what it returns."""

def __getattr__(name):
    while True:
        pass


class Endless:
    def __getattribute__(self, name):
        while True:
            pass


def attack(bait):
    return Endless()
