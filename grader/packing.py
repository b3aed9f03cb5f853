"""Plain data in few bytes, as it is kept in a gradebook and in temporary files: JSON, compressed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Any

from grader.model import Part


def pack(value: Any) -> bytes:
    """A value that JSON knows, in about a tenth of its size."""
    # Not as ASCII: escapes of two halves of a surrogate pair would come back as one character.
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 3)


def unpack(data: bytes) -> Any:
    """What was packed."""
    return json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))


def pack_parts(parts: Iterable[Part]) -> bytes:
    """The text of a submission."""
    return pack([[part.label, part.source] for part in parts])


def unpack_parts(data: bytes) -> tuple[Part, ...]:
    """The text that was packed."""
    return tuple(Part(label, source) for label, source in unpack(data))
