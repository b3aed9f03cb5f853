"""Bytes ↔ values between the trusted process and the worker that runs student code. Never pickle, either way.

A frame is `PREFIX` (magic, header length, body length), a JSON header, and the body: raw buffers, each padded to 16
bytes so that arrays lie aligned. The header is `[node, [length of each buffer]]`. A node is a JSON scalar or a list
that starts with its tag, or, for a dict whose keys are text, an object. A node that needs a buffer takes the next
one, so that no buffer can be used twice.

The decoder believes nothing. Every bound is checked before memory is taken, and every fault is a `WireError`. The
encoder uses the methods of the built-in base classes, because a subclass can lie about what it holds.
"""

from __future__ import annotations

import json
import math
import re
import struct
import sys
from array import array
from collections.abc import Callable, Sequence
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
# By kind and size, because the name of a dtype is slow to ask for.
_DTYPES = {
    ({"bool": "b", "uint": "u"}.get(name.rstrip("0123456789"), name[0]), n): name for name, n in ITEMSIZE.items()
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
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

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
    return name if type(name) is str and _NAME.fullmatch(name) else "object"


def _no_stand_in(_value: object, reason: str) -> Stand:
    raise TooMuchError(reason)


def encode(value: object, stand_in: Callable[[Any, str], Stand] = _no_stand_in) -> list[Buffer]:
    """The parts of one frame; arrays are not copied, so send them before they change.

    `stand_in(value, reason)` gives what is sent in the place of a value that cannot cross. Raises WireError where
    the value is too big, too deep, or has no stand-in.
    """
    encoder = _Encoder(stand_in)
    node = encoder.node(value, 0)
    header = _to_json([node, [len(b) for b in encoder.buffers]]).encode("ascii")
    if len(header) > MAX_HEADER:
        raise TooMuchError("count")
    body: list[Buffer] = []
    for buffer in encoder.buffers:
        body += (buffer, bytes(-len(buffer) % 16)) if len(buffer) % 16 else (buffer,)
    return [PREFIX.pack(MAGIC, len(header), sum(map(len, body))) + header, *body]


_to_json = json.JSONEncoder(check_circular=False, separators=(",", ":"), allow_nan=False).encode


class _Encoder:
    def __init__(self, stand_in: Callable[[Any, str], Stand]) -> None:
        self.stand_in = stand_in
        self.buffers: list[Buffer] = []
        self.size = 0
        self.nodes = 0

    def node(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is float:
            return value if math.isfinite(value) else ["F", str(value)]
        if value is None or kind is bool:
            return value
        if kind is int:
            return self.integer(value)
        if kind is str:
            return self.text(value)
        if depth >= MAX_DEPTH:
            raise TooMuchError("depth")
        return self.compound(value, kind, depth + 1)

    def compound(self, value: Any, kind: type, depth: int) -> Any:
        # issubclass(type(value), …) because isinstance() asks value.__class__, which can lie.
        if issubclass(kind, list):
            return self.items("l", list(list.__iter__(value)), depth)
        if issubclass(kind, tuple):
            return self.items("t", list(tuple.__iter__(value)), depth)
        if issubclass(kind, dict):
            return self.mapping(list(dict.items(value)), depth)
        if kind is ReadOnly:
            return ["r", self.node(value.value, depth)]
        if kind in _STANDS:
            return self.stand(value)
        np = sys.modules.get("numpy")
        if np is not None and issubclass(kind, np.ndarray):
            return self.array(np, value, kind)
        if np is not None and issubclass(kind, np.generic):
            return self.scalar(np, value, kind)
        torch = sys.modules.get("torch")
        if torch is not None and issubclass(kind, torch.Tensor):
            return self.tensor(torch, value)
        return self.subclass(value, kind, depth)

    def subclass(self, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, float):
            return self.node(float.__float__(value), depth)
        if issubclass(kind, int):
            return self.integer(int.__int__(value))
        if issubclass(kind, str):
            return self.text(str.__str__(value))
        if issubclass(kind, bytes):
            return self.buffer(["b"], bytes.__getitem__(value, slice(None)))
        if issubclass(kind, complex):
            return ["C", self.node(complex.real.__get__(value), depth), self.node(complex.imag.__get__(value), depth)]
        if issubclass(kind, set):
            return self.items("e", list(set.__iter__(value)), depth)
        if issubclass(kind, frozenset):
            return self.items("z", list(frozenset.__iter__(value)), depth)
        return self.stand(self.stand_in(value, "kind"))

    def items(self, tag: str, items: list[Any], depth: int) -> list[Any]:
        self.count(len(items))
        if tag == "l" and len(items) >= LONG_LIST and (packed := _packed(items)):
            return self.buffer(["p", packed.typecode], packed.tobytes())
        node = self.node
        return [tag, *[node(item, depth) for item in items]]

    def mapping(self, pairs: list[tuple[Any, Any]], depth: int) -> Any:
        if all(type(key) is str for key, _ in pairs):
            self.count(len(pairs))
            return {key: self.node(value, depth) for key, value in pairs}
        return self.items("d", [x for pair in pairs for x in pair], depth)

    def integer(self, value: int) -> Any:
        if -(2**63) <= value < 2**63:
            return value
        if value.bit_length() > MAX_INT_BITS:
            raise TooMuchError("integer")
        return ["I", hex(value)]

    def text(self, value: str) -> Any:
        if len(value) <= LONG_TEXT:
            return value
        if len(value) > MAX_BODY:
            raise TooMuchError("size")
        return self.buffer(["s"], value.encode("utf-8", "surrogatepass"))

    def array(self, np: Any, value: Any, kind: type) -> Any:
        masked = sys.modules.get("numpy.ma")
        if issubclass(kind, np.matrix) or (masked is not None and issubclass(kind, masked.MaskedArray)):
            return self.stand(self.stand_in(value, "subclass"))
        plain = np.ndarray.view(value, np.ndarray)
        dtype, shape = plain.dtype, plain.shape
        name = _DTYPES.get((dtype.kind, dtype.itemsize))
        if name is None:
            return self.stand(self.stand_in(value, "dtype"))
        if len(shape) > MAX_AXES:
            raise TooMuchError("axes")
        # The product, not nbytes: a view can claim terabytes that are not there, and a zero hides the other sizes.
        if math.prod(n for n in shape if n) * ITEMSIZE[name] > MAX_BODY:
            raise TooMuchError("size")
        if not (dtype.isnative and plain.flags.c_contiguous):
            plain = plain.astype(dtype.newbyteorder("="), order="C")
        return self.buffer(["a", name, *shape], plain.reshape(-1).view(np.uint8).data)

    def scalar(self, np: Any, value: Any, kind: type) -> Any:
        plain = np.generic.__array__(value)
        name = _DTYPES.get((plain.dtype.kind, plain.dtype.itemsize))
        if name is not None:
            return self.buffer(["n", name], plain.tobytes())
        if issubclass(kind, str):
            return self.text(str.__str__(value))
        return self.stand(self.stand_in(value, "dtype"))

    def tensor(self, torch: Any, value: Any) -> Any:
        try:
            plain = torch.Tensor.detach(value).resolve_conj().resolve_neg().cpu()
            data = (plain.float() if plain.dtype is torch.bfloat16 else plain).numpy()
        except (TypeError, RuntimeError):
            # Sparse, quantised and meta tensors have no plain array.
            return self.stand(self.stand_in(value, "dtype"))
        return self.array(sys.modules["numpy"], data, type(data))

    def stand(self, value: Stand) -> list[Any]:
        if isinstance(value, Handle):
            return ["h", value.number, value.kind]
        if isinstance(value, Callback):
            return ["f", value.number]
        if isinstance(value, Rng):
            return ["g", value.name, self.node(value.state, 1)]
        return ["o", value.kind, value.reason]

    def buffer(self, node: list[Any], data: Buffer) -> list[Any]:
        self.size += len(data) + -len(data) % 16
        if self.size > MAX_BODY:
            raise TooMuchError("size")
        self.buffers.append(data)
        return node

    def count(self, n: int) -> None:
        self.nodes += n
        if self.nodes > MAX_NODES:
            raise TooMuchError("count")


_STANDS = frozenset((Handle, Callback, Rng, Opaque))


def _packed(items: list[Any]) -> array[Any] | None:
    """Many equal numbers as one buffer; None if they are not all int64 or all floats."""
    kinds = set(map(type, items))
    if kinds not in ({int}, {float}):
        return None
    try:
        return array("q" if kinds == {int} else "d", items)
    except OverflowError:
        return None


def sizes(prefix: bytes) -> tuple[int, int]:
    """The lengths of header and body that a prefix announces; WireError if they are out of bounds."""
    try:
        magic, header, body = PREFIX.unpack(prefix)
    except struct.error as exc:
        raise WireError(f"a frame starts with {PREFIX.size} bytes (got {len(prefix)})") from exc
    if magic != MAGIC:
        raise WireError("a frame starts with the magic bytes (got others)")
    if header > MAX_HEADER or body > MAX_BODY:
        raise WireError(f"a header has at most {MAX_HEADER} and a body {MAX_BODY} bytes (got {header} and {body})")
    return header, body


def _same(stand: Stand) -> Any:
    return stand


def decode(header: bytes, body: bytes, revive: Callable[[Any], Any] = _same) -> Any:
    """The value of one frame, with fresh arrays. Raises WireError and nothing else.

    `revive` turns each `Handle`, `Callback` and `Rng` into what it stands for.
    """
    try:
        if len(header) > MAX_HEADER or len(body) > MAX_BODY:
            raise WireError("a header or a body is too long")  # noqa: TRY301 - one wrapper for every fault
        node, lengths = _from_json(header.decode("utf-8"))
        return _Decoder(body, _spans(lengths, len(body)), revive).whole(node)
    except WireError:
        raise
    except (ValueError, RecursionError, MemoryError, OverflowError, TypeError, LookupError, AttributeError) as exc:
        raise WireError(f"the bytes are no message ({type(exc).__name__})") from exc


def _no_constant(text: str) -> Any:
    raise WireError(f"a header holds no {text}")


_from_json = json.JSONDecoder(parse_constant=_no_constant).decode


def _spans(lengths: Any, total: int) -> list[tuple[int, int]]:
    """Start and stop of each buffer in the body, last one first."""
    spans: list[tuple[int, int]] = []
    at = 0
    for n in _list(lengths):
        _natural(n, MAX_BODY)
        spans.append((at, at + n))
        at += n + -n % 16
    if at != total:
        raise WireError(f"the buffers need {at} bytes (the body has {total})")
    return spans[::-1]


def _list(node: Any) -> list[Any]:
    if type(node) is not list:
        raise WireError(f"expected a list, got {type(node).__name__}")
    return node


def _natural(node: Any, most: int) -> int:
    if type(node) is not int or not 0 <= node <= most:
        raise WireError(f"expected an integer from 0 to {most}")
    return node


class _Decoder:
    def __init__(self, body: bytes, spans: list[tuple[int, int]], revive: Callable[[Any], Any]) -> None:
        self.body = body
        self.spans = spans
        self.revive = revive
        self.writable = True
        self.nodes = 0

    def whole(self, node: Any) -> Any:
        value = self.node(node, 0)
        if self.spans:
            raise WireError("a buffer is left over")
        return value

    def node(self, node: Any, depth: int) -> Any:
        kind = type(node)
        if kind is str or kind is bool or node is None:
            return node
        if kind is float and math.isfinite(node):
            return node
        if kind is int and -(2**63) <= node < 2**63:
            return node
        if depth > MAX_DEPTH:
            raise WireError(f"a value is nested at most {MAX_DEPTH} levels deep")
        if kind is dict:
            self.count(len(node))
            return {key: self.node(value, depth + 1) for key, value in node.items()}
        tag, *rest = _list(node)
        self.count(len(rest))
        return _TAGS[tag](self, rest, depth + 1)

    def count(self, n: int) -> None:
        self.nodes += n
        if self.nodes > MAX_NODES:
            raise WireError(f"a message has at most {MAX_NODES} elements")

    def nodes_of(self, rest: list[Any], depth: int) -> list[Any]:
        node = self.node
        return [node(item, depth) for item in rest]

    def pairs(self, rest: list[Any], depth: int) -> dict[Any, Any]:
        items = self.nodes_of(rest, depth)
        return dict(zip(items[::2], items[1::2], strict=True))

    def span(self) -> tuple[int, int]:
        return self.spans.pop()

    def data(self) -> bytes:
        start, stop = self.span()
        return self.body[start:stop]

    def integer(self, rest: list[Any], _depth: int) -> int:
        (text,) = rest
        if len(text) > MAX_INT_BITS // 4 + 4:
            raise WireError(f"an integer has at most {MAX_INT_BITS} bits")
        return int(text, 16)

    def complex(self, rest: list[Any], depth: int) -> complex:
        real, imag = self.nodes_of(rest, depth)
        if type(real) is not float or type(imag) is not float:
            raise WireError("a complex number has two floats")
        return complex(real, imag)

    def packed(self, rest: list[Any], _depth: int) -> list[Any]:
        (code,) = rest
        if code not in ("q", "d"):
            raise WireError("a packed list holds int64 or float64")
        data = self.data()
        self.count(len(data) // 8)
        return array(code, data).tolist()

    def array(self, rest: list[Any], _depth: int) -> Any:
        import numpy as np

        name, *shape = rest
        if len(shape) > MAX_AXES:
            raise WireError(f"an array has at most {MAX_AXES} axes (got {len(shape)})")
        itemsize = ITEMSIZE[name]
        for n in shape:
            _natural(n, MAX_BODY)
        start, stop = self.span()
        # The product of the sizes that are not zero too: (2**40, 0) fits any buffer, and then its sum asks for 8 TB.
        if math.prod(shape) * itemsize != stop - start or math.prod(n for n in shape if n) * itemsize > MAX_BODY:
            raise WireError("the shape of an array does not fit its buffer")
        flat = np.frombuffer(self.body, np.uint8, stop - start, start)
        if name == "bool" and flat.size and flat.max() > 1:
            raise WireError("a truth value is one byte, 0 or 1")
        value = flat.view(name).reshape(shape)
        return value.copy() if self.writable else value

    def read_only(self, rest: list[Any], depth: int) -> Any:
        (inner,) = rest
        before, self.writable = self.writable, False
        value = self.node(inner, depth)
        self.writable = before
        return value

    def scalar(self, rest: list[Any], depth: int) -> Any:
        (name,) = rest
        return self.array([name], depth)[()]

    def handle(self, rest: list[Any], _depth: int) -> Any:
        number, kind = rest
        if _NAME.fullmatch(kind) is None:
            raise WireError("the name of a class is an identifier")
        return self.revive(Handle(_natural(number, 2**53), kind))

    def callback(self, rest: list[Any], _depth: int) -> Any:
        (number,) = rest
        return self.revive(Callback(_natural(number, 2**53)))

    def rng(self, rest: list[Any], depth: int) -> Any:
        name, state = rest
        if type(name) is not str:
            raise WireError("a generator has a name")
        return self.revive(Rng(name, self.node(state, depth)))

    def opaque(self, rest: list[Any], _depth: int) -> Opaque:
        kind, reason = rest
        if _NAME.fullmatch(kind) is None or reason not in REASONS:
            raise WireError("an opaque value has the name of its class and a reason")
        return Opaque(kind, reason)


_TAGS: dict[str, Callable[[_Decoder, list[Any], int], Any]] = {
    "F": lambda _self, rest, _depth: _FLOATS[rest[0]],
    "I": _Decoder.integer,
    "C": _Decoder.complex,
    "b": lambda self, _rest, _depth: self.data(),
    "s": lambda self, _rest, _depth: self.data().decode("utf-8", "surrogatepass"),
    "l": _Decoder.nodes_of,
    "t": lambda self, rest, depth: tuple(self.nodes_of(rest, depth)),
    "d": _Decoder.pairs,
    "e": lambda self, rest, depth: set(self.nodes_of(rest, depth)),
    "z": lambda self, rest, depth: frozenset(self.nodes_of(rest, depth)),
    "p": _Decoder.packed,
    "a": _Decoder.array,
    "n": _Decoder.scalar,
    "r": _Decoder.read_only,
    "h": _Decoder.handle,
    "f": _Decoder.callback,
    "g": _Decoder.rng,
    "o": _Decoder.opaque,
}


def join(parts: Sequence[Buffer]) -> bytes:
    """One frame as one piece of bytes."""
    return b"".join(parts)
