"""The worker's ends: frames over two file descriptors, and what student code prints."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from typing import Any

from grader import wire

MAX_OUTPUT_PER_CALL = 64 * 1024
MAX_OUTPUT = 1024 * 1024
# Kept from before student code could replace them.
_exit, _read, _write = os._exit, os.read, os.write

Message = dict[str, Any]


class Channel:
    """Frames over two file descriptors. When the other side is gone there is nothing left to do: the process ends."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.received = b""
        self.place = 0

    def take(self, n: int) -> bytes:
        """Exactly `n` bytes."""
        start, stop = self.place, self.place + n
        if stop > len(self.received):
            self.read_on(n)
            start, stop = 0, n
        data = self.received[start:stop]
        # Nothing is kept once all of it has been taken.
        self.received, self.place = (self.received, stop) if stop < len(self.received) else (b"", 0)
        return data

    def read_on(self, n: int) -> None:
        """Read until `n` bytes are there that nobody has taken."""
        chunks = [self.received[self.place :]]
        have = len(chunks[0])
        while have < n:
            try:
                chunk = _read(self.read_fd, max(n - have, 65536))
            except OSError:
                chunk = b""
            if not chunk:
                _exit(0)
            chunks.append(chunk)
            have += len(chunk)
        self.received = b"".join(chunks)

    def receive(self, revive: Callable[[Any], Any]) -> Message:
        """The next message; `revive` as in `wire.decode`."""
        header, body = wire.sizes(self.take(wire.PREFIX.size))
        head = self.take(header)
        message: Message = wire.decode(head, self.take(body), revive, read_only=True)
        return message

    def send(self, parts: Sequence[wire.Buffer]) -> None:
        """Send one frame, in one piece if it is small."""
        small = sum(map(len, parts)) <= 65536
        for part in [wire.join(parts)] if small else parts:
            view = memoryview(part)
            while view:
                try:
                    view = view[_write(self.write_fd, view) :]
                except OSError:
                    _exit(0)


class Output(io.TextIOBase):
    """Keeps what student code prints, up to a bound per call and one for all."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.room = MAX_OUTPUT_PER_CALL
        self.total = MAX_OUTPUT

    def writable(self) -> bool:
        """As any stream for text."""
        return True

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        kept = text[: max(0, min(self.room, self.total))]
        self.room -= len(kept)
        self.total -= len(kept)
        if kept:
            self.pieces.append(kept)
        return len(text)

    def take(self) -> str:
        """What was printed since it was last asked for."""
        text = "".join(self.pieces)
        self.pieces.clear()
        self.room = MAX_OUTPUT_PER_CALL
        return text
