"""The bounds of the wire format, and what stands in a message for something that stays on its side."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Any

from grader.errors import WireError

PREFIX = struct.Struct("<4sIQ")
MAGIC = b"DGW1"
MAX_HEADER = 256 * 1024
MAX_BODY = 64 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 2**18
MAX_AXES = 8
MAX_INT_BITS = 4096
ITEMSIZE = {
    "bool": 1,
    **{f"{kind}{bits}": bits // 8 for kind in ("int", "uint") for bits in (8, 16, 32, 64)},
    "float16": 2,
    "float32": 4,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
}
# Why a value stays where it is. Only the key crosses the wire, so that no text of the submission's can.
REASONS = {
    "kind": "it is no plain data",
    "dtype": "its elements are not plain numbers",
    "subclass": "it is a special kind of array, not a plain one",
    "axes": f"it has more than {MAX_AXES} axes",
    "size": f"it holds more than {MAX_BODY // 2**20} MB",
    "count": "it holds too many elements",
    "depth": f"it is nested more than {MAX_DEPTH} levels deep",
    "integer": f"it holds an integer of more than {MAX_INT_BITS} bits",
}
LONG_TEXT = 512
LONG_LIST = 16
# Arrays of more bytes are not copied before they are sent.
LARGE_ARRAY = 32 * 1024
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)

Buffer = bytes | memoryview


class TooMuchError(WireError):
    """A value that no message can hold; `reason` is a key of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Handle:
    """An object that stays in the worker, by its number there. `kind`, the name of its class, is the submission's."""

    number: int
    kind: str = "object"


@dataclass(frozen=True, slots=True)
class Callback:
    """A function that stays in the trusted process, by its number there."""

    number: int


@dataclass(frozen=True, slots=True)
class Rng:
    """The state of a `numpy.random.Generator`: the name of its bit generator and the state as plain data."""

    name: str
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """A value whose arrays arrive as read-only views of immutable bytes, so that writing into them fails at once."""

    value: Any


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that is encoded already, by `prepare`, to be sent again and again (see `encode_with`)."""

    header: bytes
    body: tuple[Buffer, ...]
    body_size: int

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.header) + self.body_size


class NoData:
    """Something that must not pass for data: a bare `assert student.f(x)` has to fail, whatever `f` returns."""

    __slots__ = ()
    __array_ufunc__ = None

    def _refuse(self, *_: object, **__: object) -> Any:
        raise TypeError(f"{self!r} is not a value that can be compared or computed with")

    __bool__ = __eq__ = __ne__ = __len__ = __iter__ = __float__ = __int__ = __index__ = __complex__ = _refuse
    __array__ = __contains__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = object.__hash__


class Opaque(NoData):
    """In the place of a value that cannot cross the wire. `kind` is the name of its class, for staff only."""

    __slots__ = ("kind", "reason")

    def __init__(self, kind: str, reason: str) -> None:
        self.kind = kind
        self.reason = reason

    @property
    def why(self) -> str:
        """The reason as a clause that is safe to show: "it is no plain data"."""
        return REASONS[self.reason]

    def __repr__(self) -> str:
        return f"<a {self.kind}: {self.why}>"


Stand = Handle | Callback | Rng | Opaque


def safe_name(kind: object) -> str:
    """The name of a class if it is a short identifier, else "object"."""
    name = type.__dict__["__name__"].__get__(kind) if isinstance(kind, type) else ""
    return name if type(name) is str and NAME.fullmatch(name) else "object"
