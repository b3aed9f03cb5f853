"""Lanes: trusted processes that work in parallel, each on a core of its own, with a launcher that stays warm.

What a lane does is its `serve`: it takes tasks, and hands over a result for each. So pytest can be started, and hidden
tests be collected, once per lane. Tasks and results are plain data that go through a pipe between trusted processes;
student data in them has been decoded and doubted before.

A lane may end at any moment, by the hand of an operator or for want of memory. Its task is then done again, in a lane
that is started anew; only a task that ends two lanes is given up.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from grader.errors import GradeError, IsolationError
from grader.model import Assignment, Isolation
from grader.sandbox import Launcher, launcher, policy_of

Job = Callable[[Assignment, Launcher], Any]
Serve = Callable[[Assignment, Launcher, Iterator[Any], Callable[[Any], None]], None]

_MOST_TRIES = 2
# So many lanes that end one after the other, and no result between them, are no fault of single tasks.
_MOST_LOSSES_IN_A_ROW = 10
_SECONDS_TO_END = 10.0


@dataclass(frozen=True)
class Lost:
    """In the place of a result: the task was given up, since each lane that had it ended."""

    why: str


class LaneEndedError(Exception):
    """A lane is gone; the message says how it ended."""


@dataclass(frozen=True)
class _Task:
    place: int
    task: Any
    tries: int = 1


def usable_cores() -> list[int]:
    """The numbers of the cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [*range(os.cpu_count() or 1)]


def do_jobs(assignment: Assignment, workers: Launcher, jobs: Iterator[Job], answer: Callable[[Any], None]) -> None:
    """A way to serve: each task is a job, to be called with the assignment and the lane's launcher."""
    for job in jobs:
        answer(job(assignment, workers))


class Lanes:
    """Some lanes for one assignment, open while the context lasts. They start with the first tasks.

    `serve` is what each lane does, `count` how many there are at most (default: one per core). A lane that has had one
    task for longer than `patience` seconds is ended.
    """

    def __init__(
        self,
        assignment: Assignment,
        *,
        isolation: str | None = None,
        count: int | None = None,
        serve: Serve = do_jobs,
        patience: float | None = None,
    ) -> None:
        self._arguments = assignment, isolation
        self._cores = usable_cores()
        self._count = count or len(self._cores)
        self._serve = serve
        self._patience = patience
        self._lanes: list[_Lane] = []
        self._isolation: Isolation | None = None
        self._losses = 0

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes:
            lane.end()
        for lane in self._lanes:
            lane.await_end()

    @property
    def isolation(self) -> Isolation:
        """What keeps student code apart in every lane. Starts one, if none is; raises IsolationError if it cannot."""
        while self._isolation is None:
            if not self._lanes:
                self._start()
            self._hear(self._lanes[0])
        return self._isolation

    def run(self, tasks: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """As `attempt`, but raises IsolationError where a task is given up."""
        for place, result in self.attempt(tasks):
            if isinstance(result, Lost):
                raise IsolationError(result.why, "Is there enough memory? Try again.")
            yield place, result

    def attempt(self, tasks: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """Do the tasks; yields each one's place in `tasks` and its result, or `Lost`, as they come.

        A task is drawn from `tasks` only when there is soon a lane for it. Raises the AssignmentError or RequestError
        that a lane met, and IsolationError if no lane can be kept up.
        """
        waiting, held = (_Task(place, task) for place, task in enumerate(tasks)), deque[_Task]()
        while self._hand_out(waiting, held):
            for lane in self._ready():
                if lane.isolation is None:
                    self._hear(lane)
                    continue
                done, lane.task = lane.task, None
                try:
                    result = lane.receive()
                except (LaneEndedError, IsolationError) as exc:
                    self._drop(lane, exc)
                    if done is not None and done.tries < _MOST_TRIES:
                        held.appendleft(_Task(done.place, done.task, done.tries + 1))
                    elif done is not None:
                        yield done.place, Lost(str(exc))
                else:
                    self._losses = 0
                    self._hand_out(waiting, held)
                    if done is not None:
                        yield done.place, result

    def _hand_out(self, waiting: Iterator[_Task], held: deque[_Task]) -> bool:
        """Give every idle lane a task, start lanes for more; whether anything is still to come."""
        for lane in self._lanes:
            if lane.isolation is not None and lane.task is None and _hold(1, waiting, held):
                lane.send(held.popleft())
        starting = sum(lane.isolation is None for lane in self._lanes)
        while len(self._lanes) < self._count and _hold(starting + 1, waiting, held):
            self._start()
            starting += 1
        return bool(held) or any(lane.task is not None for lane in self._lanes)

    def _ready(self) -> list[_Lane]:
        """The lanes that have something to say, or have come to an end; waits for the first."""
        asked = {lane.pipe: lane for lane in self._lanes if lane.task is not None or lane.isolation is None}
        due = [lane.since + self._patience for lane in asked.values() if lane.task and self._patience is not None]
        ready = wait(list(asked), max(0.0, min(due) - time.monotonic()) if due else None)
        for lane in asked.values():
            overdue = self._patience is not None and lane.since + self._patience <= time.monotonic()
            if lane.task is not None and lane.pipe not in ready and overdue:
                lane.process.kill()
        return [lane for pipe, lane in asked.items() if pipe in ready]

    def _start(self) -> None:
        # Where lanes are fewer than cores, two commands at once should not choose the same ones.
        first = os.getpid() % len(self._cores)
        busy = [lane.core for lane in self._lanes]
        core = min(self._cores[first:] + self._cores[:first], key=busy.count)
        self._lanes.append(_Lane(core, self._serve, *self._arguments))

    def _hear(self, lane: _Lane) -> None:
        """What a lane says when it is up: how it isolates. Raises its error, unless other lanes work."""
        try:
            lane.isolation = lane.receive()
        except (LaneEndedError, IsolationError) as exc:
            self._drop(lane, exc)
            if self._isolation is None and isinstance(exc, IsolationError):
                raise
            return
        self._isolation = self._isolation or lane.isolation
        if lane.isolation is not None and lane.isolation.level != self._isolation.level:
            got, first = lane.isolation.level, self._isolation.level
            hint = "Is the machine short of memory or processes? `grade doctor` says more."
            raise IsolationError(f"Lanes must isolate alike, but one is at level {got}, and others at {first}.", hint)

    def _drop(self, lane: _Lane, error: Exception) -> None:
        self._lanes.remove(lane)
        lane.end()
        lane.await_end()
        self._losses += 1
        if self._losses >= _MOST_LOSSES_IN_A_ROW:
            raise IsolationError(f"Processes that grade end again and again. {error}", "Is there enough memory?")


def _hold(number: int, waiting: Iterator[_Task], held: deque[_Task]) -> bool:
    """Whether so many tasks can be held in readiness."""
    while len(held) < number:
        task = next(waiting, None)
        if task is None:
            return False
        held.append(task)
    return True


class _Lane:
    """One lane, seen from the process that started it. `isolation` is known, and tasks are taken, once it is up."""

    def __init__(self, core: int, serve: Serve, assignment: Assignment, isolation: str | None) -> None:
        context = get_context("spawn")
        self.core = core
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(
            target=_run_lane, args=(theirs, core, assignment, isolation), daemon=True
        )
        with _interrupts_held_back():
            self.process.start()
        theirs.close()
        self.isolation: Isolation | None = None
        self.task: _Task | None = None
        self.since = time.monotonic()
        self._send(serve)

    def send(self, task: _Task) -> None:
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


def _how(status: int | None) -> str:
    return f"killed by signal {-status}" if status is not None and status < 0 else f"status {status}"


def _run_lane(pipe: Connection, core: int, assignment: Assignment, isolation: str | None) -> None:
    """Serve until the pipe closes."""
    try:
        _settle(core)
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


def _settle(core: int) -> None:
    """Stay on one core, leave Ctrl-C to whoever started this, and end when asked to, or when that one is gone."""
    signal.signal(signal.SIGTERM, _interrupt)
    if hasattr(os, "setpgid"):
        # A group of its own: Ctrl-C in a terminal must not reach the sandbox, as if a submission had crashed.
        with suppress(OSError):
            os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    else:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "sched_setaffinity"):
        with suppress(OSError):
            os.sched_setaffinity(0, {core})
    threading.Thread(target=_end_with_parent, daemon=True).start()


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
    raise KeyboardInterrupt


def _tasks(pipe: Connection) -> Iterator[Any]:
    with suppress(EOFError):
        while True:
            yield pipe.recv()
