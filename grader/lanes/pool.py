"""Lanes of this machine, pinned to cores, as many as are asked for."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Protocol

from grader.errors import IsolationError
from grader.lanes.lane import Lane, LaneEndedError, Serve, Task, start_lane
from grader.model import Assignment, Isolation

# So many lanes that end one after the other, and no result between them, are no fault of single tasks.
MOST_LOSSES_IN_A_ROW = 10


@dataclass(frozen=True)
class Lost:
    """In the place of a result: the task was given up, since each lane that had it ended."""

    why: str


class Pool(Protocol):
    """Lanes, wherever they are, that take tasks and hand over their results."""

    @property
    def isolation(self) -> Isolation:
        """What keeps student code apart in every lane, or the weakest where they differ."""

    def attempt(self, tasks: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """Each task's place in `tasks` and its result, or `Lost`, in the order in which they are done."""


def usable_cores() -> list[int]:
    """The numbers of the cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [*range(os.cpu_count() or 1)]


class Lanes:
    """Some lanes for one assignment, open while the context lasts. They start with the first tasks.

    `serve` is what each lane does, `count` how many there are at most (default: one per core). A lane that has had one
    task for longer than `patience` seconds is ended.
    """

    def __init__(
        self,
        assignment: Assignment,
        *,
        serve: Serve,
        isolation: str | None = None,
        count: int | None = None,
        patience: float | None = None,
    ) -> None:
        self._arguments = assignment, isolation
        self._cores = usable_cores()
        self._count = count or len(self._cores)
        self._serve = serve
        self._patience = patience
        self._lanes: list[Lane] = []
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
        waiting, held = (Task(place, task) for place, task in enumerate(tasks)), deque[Task]()
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
                    if done is not None and (again := done.again()):
                        held.appendleft(again)
                    elif done is not None:
                        yield done.place, Lost(str(exc))
                else:
                    self._losses = 0
                    self._hand_out(waiting, held)
                    if done is not None:
                        yield done.place, result

    def _hand_out(self, waiting: Iterator[Task], held: deque[Task]) -> bool:
        """Give every idle lane a task, start lanes for more; whether anything is still to come."""
        for lane in self._lanes:
            if lane.isolation is not None and lane.task is None and _hold(1, waiting, held):
                lane.send(held.popleft())
        starting = sum(lane.isolation is None for lane in self._lanes)
        while len(self._lanes) < self._count and _hold(starting + 1, waiting, held):
            self._start()
            starting += 1
        return bool(held) or any(lane.task is not None for lane in self._lanes)

    def _ready(self) -> list[Lane]:
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
        self._lanes.append(start_lane(core, self._serve, *self._arguments))

    def _hear(self, lane: Lane) -> None:
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

    def _drop(self, lane: Lane, error: Exception) -> None:
        self._lanes.remove(lane)
        lane.end()
        lane.await_end()
        self._losses += 1
        if self._losses >= MOST_LOSSES_IN_A_ROW:
            raise IsolationError(f"Processes that grade end again and again. {error}", "Is there enough memory?")


def _hold(number: int, waiting: Iterator[Task], held: deque[Task]) -> bool:
    """Whether so many tasks can be held in readiness."""
    while len(held) < number:
        task = next(waiting, None)
        if task is None:
            return False
        held.append(task)
    return True
