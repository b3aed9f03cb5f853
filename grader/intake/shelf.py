"""Where the texts of a class stand while it is graded: on the disk, so that memory does not grow with the class."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import overload

from grader.errors import RequestError
from grader.model import Part
from grader.packing import pack_parts, unpack_parts


class Shelf:
    """A temporary file without a name, which is gone when nobody can read from it any more.

    What stands in it is compressed: a folder for temporary files may itself be in memory. Raises RequestError if the
    disk is full or fails.
    """

    def __init__(self) -> None:
        with _blamed_on_the_disk("made"):
            # Unbuffered: what cannot be written fails at once, and not when the file is closed.
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed together with the shelf
        weakref.finalize(self, self._file.close)
        # One place in the file at a time, and not `os.pread`, which Windows lacks.
        self._lock = Lock()
        self._end = 0

    def put(self, parts: Sequence[Part]) -> Sequence[Part]:
        """The same parts, which are read from here whenever somebody looks at them."""
        if not parts:
            return ()
        data = pack_parts(parts)
        with self._lock, _blamed_on_the_disk("written"):
            start = self._file.seek(self._end)
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
            self._end += len(data)
        return Shelved(self, start, len(data), len(parts))

    def read(self, start: int, size: int) -> bytes:
        """What stands there."""
        with self._lock, _blamed_on_the_disk("read"):
            self._file.seek(start)
            return self._file.read(size)


@dataclass(frozen=True, slots=True, eq=False)
class Shelved(Sequence[Part]):
    """Parts on a shelf, as if they were a tuple; and a tuple they are in another process, or in a copy."""

    _shelf: Shelf
    _start: int
    _size: int
    _count: int

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts())

    @overload
    def __getitem__(self, index: int) -> Part: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Part, ...]: ...
    def __getitem__(self, index: int | slice) -> Part | tuple[Part, ...]:
        return self._parts()[index]

    def __eq__(self, other: object) -> bool:
        return self._parts() == (other._parts() if isinstance(other, Shelved) else other)

    def __hash__(self) -> int:
        return hash(self._parts())

    def __reduce__(self) -> tuple[type[tuple[Part, ...]], tuple[tuple[Part, ...]]]:
        return tuple, (self._parts(),)

    def _parts(self) -> tuple[Part, ...]:
        return unpack_parts(self._shelf.read(self._start, self._size))


@contextmanager
def _blamed_on_the_disk(done: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        where = f"in {tempfile.tempdir} it" if tempfile.tempdir else "it"
        raise RequestError(
            f"The texts of a class are kept in a temporary file; {where} cannot be {done}: {exc.strerror or exc}.",
            "Make room there, or name another folder: TMPDIR=FOLDER grade …",
        ) from exc
