"""Values to bytes. A subclass can lie about what it holds, so the methods of the built-in base classes are used."""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.wire.values import (
    ITEMSIZE,
    LARGE_ARRAY,
    LONG_LIST,
    LONG_TEXT,
    MAGIC,
    MAX_AXES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_INT_BITS,
    MAX_NODES,
    PREFIX,
    Buffer,
    Callback,
    Handle,
    Opaque,
    Prepared,
    ReadOnly,
    Rng,
    Stand,
    TooMuchError,
)

# By kind and size, because the name of a dtype is slow to ask for.
_DTYPES = {
    ({"bool": "b", "uint": "u"}.get(name.rstrip("0123456789"), name[0]), n): name for name, n in ITEMSIZE.items()
}


def _no_stand_in(_value: object, reason: str) -> Stand:
    raise TooMuchError(reason)


def encode(value: object, stand_in: Callable[[Any, str], Stand] = _no_stand_in) -> list[Buffer]:
    """The parts of one frame; large arrays are not copied, so send them before they change.

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


def prepare(message: Mapping[str, object]) -> Prepared:
    """A message that is to be sent again and again; its arrays must not change. Raises WireError as `encode` does."""
    head, *body = encode(dict(message))
    size = sum(map(len, body))
    return Prepared(bytes(head)[PREFIX.size :], tuple(body) if size > LARGE_ARRAY else (join(body),), size)


def encode_with(prepared: Prepared, number: int, fields: Mapping[str, object]) -> list[Buffer]:
    """The parts of the frame of a prepared message that has a number `seq` too, and fields of plain data."""
    more = b'"seq":%d,' % number
    if fields:
        more += _to_json(_Encoder(_no_stand_in).node(dict(fields), 0)).encode("ascii")[1:-1] + b","
    # A header is `[{…},[…]]`: the fields come first in the object.
    header = b"[{" + more + prepared.header[2:]
    if len(header) > MAX_HEADER:
        raise TooMuchError("count")
    return [PREFIX.pack(MAGIC, len(header), prepared.body_size) + header, *prepared.body]


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
        np = sys.modules.get("numpy")
        if np is not None and kind is np.ndarray:
            return self.plain_array(value)
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
        for key, _ in pairs:
            if type(key) is not str:
                return self.items("d", [x for pair in pairs for x in pair], depth)
        self.count(len(pairs))
        node = self.node
        return {key: node(value, depth) for key, value in pairs}

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
        return self.plain_array(np.ndarray.view(value, np.ndarray))

    def plain_array(self, value: Any) -> Any:
        dtype, shape = value.dtype, value.shape
        name = _DTYPES.get((dtype.kind, dtype.itemsize))
        if name is None:
            return self.stand(self.stand_in(value, "dtype"))
        if len(shape) > MAX_AXES:
            raise TooMuchError("axes")
        # Without sizes of zero, which hide the others. A view can claim terabytes that are not there.
        size = (value.size or math.prod(n for n in shape if n)) * ITEMSIZE[name]
        if size > MAX_BODY:
            raise TooMuchError("size")
        if not dtype.isnative:
            value = value.astype(dtype.newbyteorder("="))
        if size > LARGE_ARRAY and value.flags.c_contiguous:
            return self.buffer(["a", name, *shape], value.reshape(-1).view("uint8").data)
        return self.buffer(["a", name, *shape], value.tobytes())

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


def join(parts: Sequence[Buffer]) -> bytes:
    """One frame as one piece of bytes."""
    return b"".join(parts)
