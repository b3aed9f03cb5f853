"""Damaged bytes of strangers: whatever is done to them, a reader raises its own exception or none.

`tools/fuzz.py` does the same for as long as one likes; here it is a fixed number of inputs, and what was found by it.
"""

import pytest

from grader import wire
from grader.errors import AssignmentError, WireError
from tools.fuzz import READERS, faults, read_frame, read_manifest_bytes

COUNTS = {"wire": 3000, "notebook": 1000, "archive": 1000, "source": 1000, "manifest": 100}
EXPONENT = b'title = "x"\nmodule = "x"\n[[exercise]]\npoints = 1e9999999999999999999\n'


@pytest.mark.parametrize("name", READERS)
def test_only_the_own_exception(name: str) -> None:
    """Of many damaged inputs, each is read or refused."""
    assert list(faults(READERS[name], COUNTS[name], seed=3)) == []


def test_seeds_are_valid() -> None:
    """Undamaged, every input is read: damage starts from what is right."""
    for reader in READERS.values():
        for seed in reader.seeds():
            reader.read(seed)


def test_exponent_of_a_manifest() -> None:
    """A number that no Decimal holds is the manifest's fault; found by the tool."""
    with pytest.raises(AssignmentError, match="TOML"):
        read_manifest_bytes(EXPONENT)


# Each once crashed a decoder of this kind, ours or another's.
CORPUS = {
    "utf-16": "[1, []]".encode("utf-16"),
    "no utf-8": b'["\xff", []]',
    "not a number": b"[NaN, []]",
    "beyond floats": b"[1e999, []]",
    "5000 digits": b"[" + b"9" * 5000 + b", []]",
    "beyond 64 bits": b"[9223372036854775808, []]",
    "100000 lists": b"[" * 100_000,
    "100000 dicts": b'{"a":' * 40_000,
    "trillion columns": b'[["a","float64",1099511627776,0],[0]]',
    "negative sizes": b'[["a","float64",-2,-4],[64]]',
    "truth as size": b'[["a","int8",true],[1]]',
    "nine axes": b'[["a","int8",1,1,1,1,1,1,1,1,1],[1]]',
    "no such dtype": b'[["a","object",1],[8]]',
    "list as dtype": b'[["a",["l"],1],[8]]',
    "no such tag": b'[["pickle","x"],[]]',
    "tag is a list": b'[[["l"]],[]]',
    "list as key": b'[["d",["l"],1],[]]',
    "odd pairs": b'[["d",1],[]]',
    "list in a set": b'[["e",["l"]],[]]',
    "buffer twice": b'[["l",["b"],["b"]],[0]]',
    "buffer left": b"[1,[0]]",
    "buffer beyond": b'[["b"],[67108864]]',
    "negative buffer": b'[["b"],[-16]]',
    "handle below 0": b'[["h",-1,"x"],[]]',
    "handle with spaces": b'[["h",1,"a b"],[]]',
    "reason unknown": b'[["o","x","because"],[]]',
    "reason is a list": b'[["o","x",["l"]],[]]',
    "integer is a list": b'[["I",["l"]],[]]',
    "underscores": b'[["I","0x_"],[]]',
    "complex of text": b'[["C","1","2"],[]]',
    "float unknown": b'[["F","nanny"],[]]',
    "packed objects": b'[["p","u"],[0]]',
    "packed, ragged": b'[["p","q"],[7]]',
    "trailing text": b"[1,[]] x",
    "nothing": b"",
}


NEED_BODY = ("nine axes", "truth as size", "packed, ragged", "no such dtype", "list as dtype")


@pytest.mark.parametrize("name", CORPUS)
def test_corpus(name: str) -> None:
    """A header that once brought a decoder down is refused, and with nothing but a WireError."""
    header = CORPUS[name]
    body = bytes(16) if name in NEED_BODY else b""

    with pytest.raises(WireError):
        read_frame(wire.PREFIX.pack(wire.MAGIC, len(header), len(body)) + header + body)
