"""Reads the headers of a tar stream that is already in memory (POSIX ustar and pax, with GNU's long names).

Not by `tarfile`, which a stranger's archive can keep busy for minutes: in versions that are still in use, a long pax
header costs quadratic time, a negative size leads round in circles, and a chain of headers recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_BLOCK = 512
_MOST_EXTENSION = 64 * 1024

_PLAIN = b"07\0"
_ODD = {
    ord("1"): "a hard link",
    ord("2"): "a symbolic link",
    ord("S"): "a sparse file",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: its name as stored, whether it is a folder, what else it is if no file, and where its bytes are."""

    name: str
    folder: bool
    odd: str
    start: int
    size: int


def entries(data: bytes) -> Iterator[Entry]:
    """Every member of the stream, in its order; headers that only describe the next one are used up.

    Raises:
        ValueError: a header is damaged, or points beyond the end.
    """
    at = 0
    said: dict[str, str] = {}  # what extension headers say of the next member
    while at + _BLOCK <= len(data) and any(header := data[at : at + _BLOCK]):
        _check_sum(header)
        kind = header[156]
        size = int(said["size"]) if kind in _PLAIN and "size" in said else _number(header[124:136])
        start = at + _BLOCK
        # A link or a folder may state a size, and has no bytes.
        length = 0 if chr(kind) in "123456" else size
        if start + length > len(data):
            raise ValueError
        at = start + -(-length // _BLOCK) * _BLOCK
        if chr(kind) in "xXLKg":
            said |= _extension(chr(kind), data[start : start + length])
            continue
        name = said.get("path") or _name(header)
        yield Entry(name, _is_folder(kind, name), _odd(kind, said), start, length)
        said = {}
    if at == 0 or at > len(data) or said:
        raise ValueError


def _check_sum(header: bytes) -> None:
    if _number(header[148:156]) != sum(header[:148]) + sum(header[156:]) + 8 * ord(" "):
        raise ValueError


def _number(field: bytes) -> int:
    """A number in octal digits, or, with the highest bit set, in binary."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    if not re.fullmatch(b"[0-7]*", digits):
        raise ValueError
    return int(digits or b"0", 8)


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _extension(kind: str, content: bytes) -> Mapping[str, str]:
    """What an extension header says of the next member: GNU's long name, or the records of pax."""
    if len(content) > _MOST_EXTENSION:
        raise ValueError
    if kind == "L":
        return {"path": _text(content)}
    return dict(_records(content)) if kind in "xX" else {}


def _records(content: bytes) -> Iterator[tuple[str, str]]:
    """The records of a pax header that matter here: `<length> <key>=<value>` and a line feed, each."""
    at = 0
    while at < len(content):
        match = re.compile(rb"([1-9][0-9]{0,4}) ([^=\n]{1,200})=").match(content, at)
        if not match or content[at + int(match[1]) - 1 : at + int(match[1])] != b"\n":
            raise ValueError
        key, value = match[2].decode("utf-8", "replace"), content[match.end() : at + int(match[1]) - 1]
        if key == "size" and not re.fullmatch(rb"[0-9]{1,15}", value):
            raise ValueError
        if key in ("path", "size"):
            yield key, value.decode("utf-8", "replace")
        elif key.startswith("GNU.sparse."):
            yield "sparse", "yes"
        at += int(match[1])


def _is_folder(kind: int, name: str) -> bool:
    return kind == ord("5") or (kind in _PLAIN and name.endswith("/"))


def _odd(kind: int, said: Mapping[str, str]) -> str:
    if kind in _PLAIN or kind == ord("5"):
        return "a sparse file" if "sparse" in said else ""
    return _ODD.get(kind, "a device or a pipe")
