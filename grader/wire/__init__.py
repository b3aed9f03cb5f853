"""Bytes ↔ values between the trusted process and the worker that runs student code. Never pickle, either way.

A frame is `PREFIX` (magic, header length, body length), a JSON header, and the body: raw buffers, each padded to 16
bytes so that arrays lie aligned. The header is `[node, [length of each buffer]]`. A node is a JSON scalar or a list
that starts with its tag, or, for a dict whose keys are text, an object. A node that needs a buffer takes the next
one, so that no buffer can be used twice.
"""

from grader.errors import WireError
from grader.wire.decoding import decode, sizes
from grader.wire.encoding import encode, encode_with, join, prepare
from grader.wire.values import (
    ITEMSIZE,
    MAGIC,
    MAX_AXES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_INT_BITS,
    MAX_NODES,
    PREFIX,
    REASONS,
    Buffer,
    Callback,
    Handle,
    NoData,
    Opaque,
    Prepared,
    ReadOnly,
    Rng,
    Stand,
    TooMuchError,
    safe_name,
)

__all__ = [
    "ITEMSIZE",
    "MAGIC",
    "MAX_AXES",
    "MAX_BODY",
    "MAX_DEPTH",
    "MAX_HEADER",
    "MAX_INT_BITS",
    "MAX_NODES",
    "PREFIX",
    "REASONS",
    "Buffer",
    "Callback",
    "Handle",
    "NoData",
    "Opaque",
    "Prepared",
    "ReadOnly",
    "Rng",
    "Stand",
    "TooMuchError",
    "WireError",
    "decode",
    "encode",
    "encode_with",
    "join",
    "prepare",
    "safe_name",
    "sizes",
]
