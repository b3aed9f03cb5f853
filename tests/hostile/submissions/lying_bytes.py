"""Returns bytes of a class that are longer than they are."""


class Lying(bytes):
    def __len__(self):
        return 2**40

    def __getitem__(self, at):
        return b"right"

    def __buffer__(self, flags):
        return memoryview(b"right")


def attack(bait):
    return Lying(b"wrong")
