"""One lane: a trusted process with a launcher that stays warm, and the pipe to whoever gives it tasks."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from grader.errors import GradeError, IsolationError
from grader.model import Assignment, Isolation
from grader.sandbox import Launcher, launcher, policy_of

Serve = Callable[[Assignment, Launcher, Iterator[Any], Callable[[Any], None]], None]

_MOST_TRIES = 2
_SECONDS_TO_END = 10.0


class LaneEndedError(Exception):
    """A lane is gone; the message says how it ended."""


@dataclass(frozen=True)
class Task:
    """A task with its place among the others, and how many lanes have had it, with the one that does now."""

    place: int
    task: Any
    tries: int = 1

    def again(self) -> Task | None:
        """The same for another lane, after one that had it has ended; None if that is to be given up."""
        return Task(self.place, self.task, self.tries + 1) if self.tries < _MOST_TRIES else None


class LaneProcess(Protocol):
    """The process of a lane, seen from the one that started it."""

    @property
    def exitcode(self) -> int | None:
        """How it ended; -N after signal N, None as long as it lives."""

    def is_alive(self) -> bool:
        """Whether it has not ended yet."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended, at most so long."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


class Lane:
    """One lane, seen from the process that started it. `isolation` is known, and tasks are taken, once it is up."""

    def __init__(self, process: LaneProcess, pipe: Connection, serve: Serve, core: int | None = None) -> None:
        self.process = process
        self.pipe = pipe
        self.core = core
        self.isolation: Isolation | None = None
        self.task: Task | None = None
        self.since = time.monotonic()
        self._send(serve)

    def send(self, task: Task) -> None:
        """Give it a task. If it is gone already, that shows when it is asked for the result."""
        self.task, self.since = task, time.monotonic()
        self._send(task.task)

    def _send(self, value: Any) -> None:
        with suppress(OSError):
            self.pipe.send(value)

    def receive(self) -> Any:
        """The next thing that it says. Raises the GradeError that it met, LaneEndedError if it is gone."""
        try:
            said, value = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(_SECONDS_TO_END)
            raise LaneEndedError(f"A process that was grading ended ({_how(self.process.exitcode)}).") from None
        if not said:
            raise value
        return value

    def end(self) -> None:
        """Let it end: at once if it is at work, or else when it sees that nothing will come."""
        if self.task is not None or self.isolation is None:
            self.process.terminate()
        self.pipe.close()

    def await_end(self) -> None:
        """Wait until it is gone."""
        self.process.join(_SECONDS_TO_END)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def start_lane(core: int, serve: Serve, assignment: Assignment, isolation: str | None) -> Lane:
    """Start a process of this machine as a lane."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run_lane, args=(theirs, core, assignment, isolation), daemon=True)
    with _interrupts_held_back():
        process.start()
    theirs.close()
    return Lane(process, ours, serve, core)


def _how(status: int | None) -> str:
    return f"killed by signal {-status}" if status is not None and status < 0 else f"status {status}"


def _run_lane(pipe: Connection, core: int, assignment: Assignment, isolation: str | None) -> None:
    def begin() -> tuple[Assignment, str | None]:
        settle(core)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        return assignment, isolation

    serve_pipe(pipe, begin)


def serve_pipe(pipe: Connection, begin: Callable[[], tuple[Assignment, str | None]]) -> None:
    """Be a lane for what `begin` names, an assignment and a launcher, until the pipe closes."""
    try:
        assignment, isolation = begin()
        with launcher(isolation, policy_of(assignment)) as workers:
            # Sent after the launcher was started, since to load it may take as long as the sandbox does.
            serve = pipe.recv()
            pipe.send((True, workers.isolation))
            serve(assignment, workers, _tasks(pipe), lambda result: pipe.send((True, result)))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except GradeError as exc:
        _tell(pipe, exc)
    except Exception as exc:
        _tell(pipe, IsolationError(f"A process that was grading failed: {type(exc).__name__}: {exc}"))


def _tell(pipe: Connection, fault: GradeError) -> None:
    with suppress(OSError):
        pipe.send((False, fault))


def settle(core: int | None) -> None:
    """Stay on one core, if one is named, leave Ctrl-C to whoever started this, and end when asked to."""
    signal.signal(signal.SIGTERM, _interrupt)
    if hasattr(os, "setpgid"):
        # A group of its own: Ctrl-C in a terminal must not reach the sandbox, as if a submission had crashed.
        with suppress(OSError):
            os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    else:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if core is not None and hasattr(os, "sched_setaffinity"):
        with suppress(OSError):
            os.sched_setaffinity(0, {core})
    if core is not None and hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_OTHER:
        with suppress(OSError):
            # It shares its core with the sandbox below it, which inherits this: neither is to interrupt the other for
            # each one of the replies that were asked for together.
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A process that is started meanwhile sees Ctrl-C only when it is ready for it; this one, at the end."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _interrupt(*_: object) -> None:
    # It may come where nobody can catch it, in a callback of an import: then too there is nothing to tell.
    sys.unraisablehook = lambda _: None
    raise KeyboardInterrupt


def _tasks(pipe: Connection) -> Iterator[Any]:
    with suppress(EOFError):
        while True:
            yield pipe.recv()
