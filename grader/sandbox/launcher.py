"""What a launcher offers, whatever isolates it: a fresh worker per submission, and the level that was really active."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.model import Isolation, Limits

SANDBOX_GONE = "was ended together with its sandbox"
"""How a worker ended that was not to blame: something outside ended the sandbox around it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What student code may use: the packages besides the standard library, and the limits."""

    allowed_imports: tuple[str, ...] = ("numpy",)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of a process so far: on a processor, all its threads together; and in wait for one, its main thread."""

    used: float
    waited: float


class Worker(Protocol):
    """One process that holds one submission, seen from the trusted side.

    A deadline is a value of `time.monotonic()`; it covers the whole operation, however slowly bytes drip.
    """

    def send(self, parts: Sequence[bytes | memoryview], deadline: float) -> None:
        """Send the bytes of one message. Raises TimeoutError, or EOFError if the worker is gone."""

    def receive(self, n: int, deadline: float) -> bytes:
        """Receive exactly `n` bytes. Raises TimeoutError, or EOFError if the worker is gone."""

    def unsolicited(self) -> bool:
        """Whether bytes are waiting that nobody asked for."""

    def resident_bytes(self) -> int | None:
        """The memory that the worker holds now; None where that cannot be told."""

    def times(self) -> Times | None:
        """How long it ran, and how long it had to wait while others ran; None where that cannot be told."""

    def ending(self) -> str:
        """How the worker ended, as a predicate: "exited with status 3", "was killed by signal 9"."""

    def kill(self) -> None:
        """End the worker and all that it started, and wait until they are gone. May be called again."""


class Launcher(Protocol):
    """Starts workers that are alike: same policy, same isolation."""

    @property
    def isolation(self) -> Isolation:
        """What held, as probed by doing. Waits until the sandbox is up; raises IsolationError if there can be none."""

    def start(self) -> Worker:
        """A fresh worker, ready to be sent its submission. Raises IsolationError if none can be started."""
