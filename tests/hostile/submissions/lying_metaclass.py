"""Returns an object whose class lies about its own name, bases and hash."""


class Meta(type):
    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return hash(float)

    def mro(cls):
        return (cls, object)

    __name__ = property(lambda cls: "\x1b[31mfloat")

    def __instancecheck__(cls, other):
        return True

    def __subclasscheck__(cls, other):
        return True


class Lying(metaclass=Meta):
    pass


def attack(bait):
    return Lying()
