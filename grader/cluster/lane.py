"""A lane below a Dask worker: a program of its own, since a daemonic worker, as most are, has no multiprocessing."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from grader.catalog import resolve
from grader.errors import AssignmentError, GradeError
from grader.gradebook import ingredients_of
from grader.lanes import Lane, Serve, serve_pipe, settle
from grader.model import Assignment
from grader.threads import SINGLE_THREAD

# As many as a lane has time to end by itself when nothing will come any more.
_SECONDS_TO_END = 2.0


@dataclass(frozen=True)
class Order:
    """What a lane is to do: serve for an assignment of the course in `root`, if it has these ingredients."""

    assignment: str
    root: Path
    isolation: str | None
    ingredients: Mapping[str, str] = field(repr=False)

    def assignment_here(self) -> Assignment:
        """The assignment as this machine sees it. Raises AssignmentError if it is not what the command has."""
        try:
            found = resolve(self.assignment, self.root)
            here = ingredients_of(found)
        except (GradeError, OSError) as exc:
            hint = "The course must be on a disk that each worker sees under the same path."
            raise AssignmentError(f"the course is not to be found in {self.root} ({exc})", hint) from exc
        if differing := [name for name in {**self.ingredients, **here} if here.get(name) != self.ingredients.get(name)]:
            raise AssignmentError(
                "; ".join(_difference(name, here.get(name), self.ingredients.get(name)) for name in differing),
                "Bring course, toolkit and packages of the worker up to date, or stop it.",
            )
        return found


def _difference(name: str, here: str | None, wanted: str | None) -> str:
    if here is None or wanted is None:
        return f"{name} is missing {'there' if here is None else 'here'}"
    if "/" in name or name == "the toolkit":
        return f"{name} differs"
    return f"{name} is {here} there, and {wanted} here"


def start_lane(order: Order, serve: Serve, core: int | None) -> Lane:
    """Start a lane, pinned to a core if one is named."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "grader.cluster.lane", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env={**os.environ, **SINGLE_THREAD},
            start_new_session=True,
        )
    pipe = Connection(ours.detach())
    with suppress(OSError):  # if it has ended already, that shows when it is listened to
        pipe.send((order, core))
    return Lane(_Program(process), pipe, serve, core)


class _Program:
    """A program as `lanes.LaneProcess`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.terminate = process.terminate
        self.kill = process.kill

    @property
    def exitcode(self) -> int | None:
        return self._process.poll()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def join(self, timeout: float | None = None) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)


def main() -> None:
    """Be a lane, for whoever has the other end of the socket that the first argument names."""
    pipe = Connection(int(sys.argv[1]))
    threading.Thread(target=_end_with, args=(pipe.fileno(),), daemon=True).start()

    def begin() -> tuple[Assignment, str | None]:
        order, core = pipe.recv()
        settle(core)
        return order.assignment_here(), order.isolation

    serve_pipe(pipe, begin)


def _end_with(descriptor: int) -> None:
    """End this process when the other end of a socket is gone, as it is when the worker ends, however it ends."""
    hung_up = select.poll()
    hung_up.register(descriptor, 0)
    hung_up.poll()
    time.sleep(_SECONDS_TO_END)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_END)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
