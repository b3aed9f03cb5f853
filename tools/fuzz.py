"""Feeds damaged bytes to whatever reads a stranger's: ``python tools/fuzz.py wire 1000000 --seed 1``.

Each input is a valid one, damaged in a few places: bits, bytes, lengths, pieces cut out or doubled, and, where it is
text, words that parsers stumble over. Nothing but the reader's own exception may come out. An input that lets another
one out is printed, and the exit code is 1.
"""

import argparse
import io
import json
import random
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader import wire
from grader.catalog.manifest import MANIFEST, read_manifest
from grader.errors import AssignmentError, SubmissionError, WireError
from grader.intake.archive import open_archive
from grader.intake.notebook import read_notebook
from grader.intake.source import read_source

WORDS = (
    *(b"[]", b"{}", b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"-0", b"0.5", b'""', b'"\\ud800"', b"9" * 5000),
    *(
        b"[" * 3000,
        b'{"a":' * 500,
        b"-1",
        b"4294967296",
        b"18446744073709551616",
        b"1099511627776",
        b"67108864",
        b"\x00",
    ),
    *(
        b'["a","float64",2]',
        b'["h",1,"x"]',
        b'["g","PCG64",{}]',
        b'["d",[],1]',
        b'["e",["l"]]',
        b'["p","d"]',
        b'["o","x","kind"]',
    ),
    *(
        b'["I","0x1"]',
        b'["F","nan"]',
        b'["C",1.0,2.0]',
        b'["s"]',
        b'["b"]',
        b'["n","int8"]',
        b'["r",["r",1]]',
        b'["f",1]',
    ),
    *(
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\r",
        b"inf",
        b"1979-05-27",
        b"'''",
        b'"""',
        b"[[exercise]]",
        b"\\u0000",
    ),
)


def damaged(seed: bytes, rng: random.Random) -> bytes:
    """The input with one to four damages."""
    data = bytearray(seed)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(data))
        to = min(len(data), at + rng.choice((1, 1, 1, 2, 4, 16, 200)))
        kind = rng.randrange(6)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at:to] = rng.randbytes(to - at)
        elif kind == 2:
            del data[at:to]
        elif kind == 3:
            data[at:at] = data[at:to]
        else:
            data[at : at if kind == 4 else to] = rng.choice(WORDS)
    return bytes(data)


TAGS = "FICbsltdezpanrhfgo"
VALUES = (
    *(
        None,
        True,
        False,
        0,
        1,
        2,
        -1,
        0.5,
        16,
        2**26,
        2**40,
        2**63,
        -(2**63) - 1,
        2**70,
        "",
        "x",
        "0x1",
        "inf",
        "\ud800",
    ),
    *(
        [],
        {},
        [[]],
        [0],
        {"a": []},
        *TAGS,
        *([tag] for tag in TAGS),
        *([tag, 1] for tag in TAGS),
        *wire.ITEMSIZE,
        *wire.REASONS,
    ),
    *(["a", name, 2] for name in wire.ITEMSIZE),
)


@dataclass(frozen=True)
class Reader:
    """A reader of bytes: valid inputs, how it is called, and the one exception that it may raise."""

    seeds: Callable[[], list[bytes]]
    read: Callable[[bytes], object]
    allowed: type[Exception]
    damage: Callable[[bytes, random.Random], bytes] = damaged


def wire_seeds() -> list[bytes]:
    """Frames of every kind of value."""
    values = [
        {"op": "reply", "seq": 3, "ok": True, "value": 1.5, "stdout": "x", "warned": 0},
        {"value": np.arange(6.0).reshape(2, 3), "shares": False},
        [np.float32(1), np.array([True, False]), np.zeros((2, 0, 3)), np.array(7), np.ones(3, np.complex64)],
        (1, -(2**40), 2**200, True, None, float("nan"), float("-inf"), 1 + 2j, b"bytes", "text" * 200),
        {1: [1.0] * 40, "s": {1, 2}, "f": frozenset((3,)), "t": (1, (2, (3,)))},
        [wire.Handle(5, "Layer"), wire.Callback(1), wire.Rng("PCG64", {"state": 2**100}), wire.Opaque("x", "kind")],
        wire.ReadOnly([np.arange(3), "x"]),
        {"op": "callback", "number": 1, "args": (np.eye(2),), "kwargs": {"axis": 0}},
    ]
    return [wire.join(wire.encode(value)) for value in values]


def damaged_frame(seed: bytes, rng: random.Random) -> bytes:
    """A frame that is damaged anywhere, or one whose parts are well-formed but do not belong together."""
    if rng.random() < 0.3:
        return damaged(seed, rng)
    start = wire.PREFIX.size
    size, _ = wire.sizes(seed[:start])
    header, body = json.loads(seed[start : start + size]), seed[start + size :]
    for _ in range(rng.randint(1, 3)):
        parent = rng.choice(list(_nested(header)))
        at = rng.choice(list(parent) if type(parent) is dict else range(len(parent))) if parent else None
        if at is not None:
            parent[at] = _copy(rng.choice((rng.choice(VALUES), rng.choice(list(_nested(header))))))
    text = json.dumps(header).encode()
    if rng.random() < 0.2:
        text = damaged(text, rng)
    if rng.random() < 0.3:
        body = body[: 16 * rng.randint(0, len(body) // 16)] + bytes(16 * rng.randint(0, 3))
    return wire.PREFIX.pack(wire.MAGIC, len(text), len(body)) + text + body


def _nested(node: object) -> Iterator[list | dict]:
    if type(node) in (list, dict):
        yield node
        for inner in node.values() if type(node) is dict else node:
            yield from _nested(inner)


def _copy(node: object) -> object:
    return json.loads(json.dumps(node))


def read_frame(data: bytes) -> object:
    """Read as a worker does, but from bytes."""
    start = wire.PREFIX.size
    header, body = wire.sizes(data[:start])
    return wire.decode(data[start : start + header], data[start + header : start + header + body], read_only=True)


def notebook_seeds() -> list[bytes]:
    """Notebooks of format 4 and 3, with magics."""
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "x = 1\n", "!ls\n", 'y = """\n%no\n"""\n', "x?\n"]},
        {"cell_type": "code", "source": "%%time\ndef f(x):\n    return (x,\n        1)\n", "outputs": [{"data": {}}]},
    ]
    kernel = {"kernelspec": {"language": "python"}, "language_info": {"name": "python"}}
    new = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}
    old = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]}
    return [json.dumps(new).encode(), json.dumps(old).encode()]


def archive_seeds() -> list[bytes]:
    """Archives of each kind; the first byte says which."""
    content = b"def f(x):\n    return x\n" * 3
    found = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/m.py", content)
        archive.writestr("b.py", "x = 1\n")
    found.append(b"\x00" + packed.getvalue())
    for n, (mode, format_) in enumerate(
        (("w", tarfile.PAX_FORMAT), ("w:gz", tarfile.GNU_FORMAT), ("w:xz", tarfile.USTAR_FORMAT)), 1
    ):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode=mode, format=format_) as archive:
            for name in ("m.py", "deep/" * 5 + "x" * 90 + ".py"):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        found.append(bytes([n]) + packed.getvalue())
    return found


def read_archive(data: bytes) -> object:
    """Open the archive and read every member."""
    ending = (".zip", ".tar", ".tar.gz", ".tar.xz")[data[0] % 4] if data else ".zip"
    members = open_archive(data[1:], ending, "it")
    for name, read in members.items():
        with suppress(SubmissionError):
            read(10_000)
        if name.startswith("/") or ".." in name.split("/"):
            raise ValueError(name)
    return members


def source_seeds() -> list[bytes]:
    """Source files in several encodings."""
    text = "# -*- coding: latin-1 -*-\nx = 'é'\n"
    return [
        text.encode("latin-1"),
        text.encode("utf-16"),
        ("\ufeff" + text).encode(),
        b"x = 1\r\n",
        text.encode("utf-32"),
    ]


def manifest_seeds() -> list[bytes]:
    """The manifests of the course."""
    return [path.read_bytes() for path in sorted(Path(__file__).parents[1].glob("assignments/*/assignment.toml"))]


def read_manifest_bytes(data: bytes) -> object:
    """Read the bytes as the manifest of an assignment."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "assignments" / "assignment1_x"
        home.mkdir(parents=True)
        (home / MANIFEST).write_bytes(data)
        return read_manifest(home)


READERS = {
    "wire": Reader(wire_seeds, read_frame, WireError, damaged_frame),
    "notebook": Reader(notebook_seeds, lambda data: read_notebook(data, "it"), SubmissionError),
    "archive": Reader(archive_seeds, read_archive, SubmissionError),
    "source": Reader(source_seeds, lambda data: read_source(data, "it"), SubmissionError),
    "manifest": Reader(manifest_seeds, read_manifest_bytes, AssignmentError),
}


def faults(reader: Reader, count: int, seed: int) -> Iterator[tuple[bytes, Exception]]:
    """The damaged inputs that let out what they must not."""
    rng, seeds = random.Random(seed), reader.seeds()  # noqa: S311 - the same damages again with the same seed
    for n in range(count):
        data = reader.damage(seeds[n % len(seeds)], rng)
        try:
            reader.read(data)
        except reader.allowed:
            continue
        except Exception as exc:
            yield data, exc


def main() -> int:
    """Run one reader, and print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started, found = time.monotonic(), 0
    for data, exc in faults(READERS[options.reader], options.count, options.seed):
        found += 1
        sys.stdout.write(f"{type(exc).__name__}: {exc}\n  {data[:300]!r}\n")
    took = f"{time.monotonic() - started:.0f} s"
    sys.stdout.write(f"{options.reader}: {options.count} inputs, seed {options.seed}, {found} faults, {took}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
