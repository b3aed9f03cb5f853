"""Keys made of secret cells, tags by which a key is known, and what a brute force would take.

::

    key = scrypt(SHA-256 of the cells, salt),   tag = SHA-256("tag" ‖ key)

The fewer bits the cells have, the more one guess shall cost: 2¹⁰ rounds of scrypt at 64 bits, 2⁴ from 70 bits on. So a
right submission opens a hundred locks in a tenth of a second.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

NextSalt = Callable[[], bytes]
"""Gives sixteen bytes that come but once."""

_STRETCHED_TO = 74
_LOG_ROUNDS = 4, 10
_BLOCK = 8
# A graphics card, by generous rounding: guesses a second at 2⁴ rounds.
GUESSES_PER_SECOND = 1e9
_YEAR = 365.25 * 86400


@dataclass(frozen=True, slots=True)
class Lock:
    """What is published of a key: the salt, the binary logarithm of scrypt's rounds, and the tag."""

    salt: bytes
    log_rounds: int
    tag: bytes

    def opens(self, cells: Iterable[bytes]) -> bool:
        """Whether these are the cells that the lock was made of."""
        return tag_of(key_of(cells, self.salt, self.log_rounds)) == self.tag


def make_lock(cells: Iterable[bytes], bits: float, salts: NextSalt) -> Lock:
    """A lock on cells that are worth so many bits."""
    salt, log_rounds = salts(), log_rounds_for(bits)
    return Lock(salt, log_rounds, tag_of(key_of(cells, salt, log_rounds)))


def log_rounds_for(bits: float) -> int:
    """How much one guess shall cost."""
    least, most = _LOG_ROUNDS
    return max(least, min(most, math.ceil(_STRETCHED_TO - bits)))


def key_of(cells: Iterable[bytes], salt: bytes, log_rounds: int) -> bytes:
    """The key of 32 bytes that cells give."""
    sha = hashlib.sha256()
    for piece in cells:
        sha.update(len(piece).to_bytes(8, "little") + piece)
    rounds = 2 ** min(max(log_rounds, 1), _LOG_ROUNDS[1])
    memory = 256 * _BLOCK * rounds + 2**20
    return hashlib.scrypt(sha.digest(), salt=salt, n=rounds, r=_BLOCK, p=1, maxmem=memory, dklen=32)


def tag_of(key: bytes) -> bytes:
    """What proves a key without telling it."""
    return hashlib.sha256(b"tag" + key).digest()


def years_to_guess(bits: float, log_rounds: int) -> float:
    """How long one fast graphics card needs for half of all guesses."""
    guesses = math.ldexp(1.0, min(round(bits) - 1 + log_rounds - _LOG_ROUNDS[0], 1000))
    return guesses / GUESSES_PER_SECOND / _YEAR
