"""Bytes to values. Nothing is believed: each bound is checked before memory is taken; every fault is a WireError."""

from __future__ import annotations

import json
import math
import struct
from array import array
from collections.abc import Callable
from typing import Any

from grader.errors import WireError
from grader.wire.values import (
    ITEMSIZE,
    MAGIC,
    MAX_AXES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_INT_BITS,
    MAX_NODES,
    NAME,
    PREFIX,
    REASONS,
    Buffer,
    Callback,
    Handle,
    Opaque,
    Rng,
    Stand,
)

# What needs no look before it is taken as it is.
_PLAIN = frozenset((str, bool, type(None)))
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


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


def decode(header: bytes, body: Buffer, revive: Callable[[Any], Any] = _same, *, read_only: bool = False) -> Any:
    """The value of one frame, with fresh arrays. Raises WireError and nothing else.

    With `read_only` values may be marked as such, as in requests; their arrays keep the whole body. `revive` turns each
    `Handle`, `Callback` and `Rng` into what it stands for.
    """
    try:
        if len(header) > MAX_HEADER or len(body) > MAX_BODY:
            raise WireError("a header or a body is too long")  # noqa: TRY301 - one wrapper for every fault
        text = header.decode("utf-8")
        (node, lengths), end = _from_json(text)
        if end != len(text):
            raise WireError("a header goes on after its end")  # noqa: TRY301
        return _Decoder(body, _spans(lengths, len(body)), revive, read_only=read_only).whole(node)
    except WireError:
        raise
    except (ValueError, RecursionError, MemoryError, OverflowError, TypeError, LookupError, AttributeError) as exc:
        raise WireError(f"the bytes are no message ({type(exc).__name__})") from exc


def _no_constant(text: str) -> Any:
    raise WireError(f"a header holds no {text}")


# As `decode`, but in half the time, and it leaves to us what comes behind.
_from_json = json.JSONDecoder(parse_constant=_no_constant).raw_decode


def _spans(lengths: Any, total: int) -> list[tuple[int, int]]:
    """Start and stop of each buffer in the body, last one first."""
    spans: list[tuple[int, int]] = []
    at = 0
    for n in _list(lengths):
        if type(n) is not int or not 0 <= n <= MAX_BODY:
            raise WireError(f"a buffer has from 0 to {MAX_BODY} bytes")
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
    def __init__(
        self, body: Buffer, spans: list[tuple[int, int]], revive: Callable[[Any], Any], read_only: bool
    ) -> None:
        self.body = body
        self.admits_read_only = read_only
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
        if kind in _PLAIN:
            return node
        if kind is float and math.isfinite(node):
            return node
        if kind is int and -(2**63) <= node < 2**63:
            return node
        if depth > MAX_DEPTH:
            raise WireError(f"a value is nested at most {MAX_DEPTH} levels deep")
        if kind is dict:
            self.count(len(node))
            return {key: v if type(v) in _PLAIN else self.node(v, depth + 1) for key, v in node.items()}
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
        return bytes(self.body[start:stop])

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
            if type(n) is not int or not 0 <= n <= MAX_BODY:
                raise WireError(f"the size of an axis is an integer from 0 to {MAX_BODY}")
        start, stop = self.span()
        # The product of the sizes that are not zero too: (2**40, 0) fits any buffer, and then its sum asks for 8 TB.
        too_large = start == stop and math.prod(n for n in shape if n) * itemsize > MAX_BODY
        if too_large or math.prod(shape) * itemsize != stop - start:
            raise WireError("the shape of an array does not fit its buffer")
        value = np.ndarray(shape, name, self.body, start)
        if name == "bool" and value.size and value.view(np.uint8).max() > 1:
            raise WireError("a truth value is one byte, 0 or 1")
        return value.copy() if self.writable else value

    def read_only(self, rest: list[Any], depth: int) -> Any:
        if not self.admits_read_only:
            raise WireError("only what a request holds is read-only")
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
        if NAME.fullmatch(kind) is None:
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
        if NAME.fullmatch(kind) is None or reason not in REASONS:
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
