"""Lanes: processes of the trusted side that work in parallel, each with a launcher of its own that stays warm.

A job is a picklable callable of the assignment and the lane's launcher. What it returns goes through a pipe between
trusted processes; student data in it has been decoded and doubted before.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection, wait
from typing import Any

from grader.errors import GradeError, IsolationError
from grader.model import Assignment
from grader.sandbox import Launcher, launcher, policy_of

Job = Callable[[Assignment, Launcher], Any]


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Lanes:
    """Some lanes for one assignment, open while the context lasts. They start with the first jobs."""

    def __init__(self, assignment: Assignment, *, isolation: str | None = None, count: int | None = None) -> None:
        self._assignment = assignment
        self._isolation = isolation
        self._count = count or usable_cores()
        self._lanes: list[Connection] = []
        self._open = ExitStack()

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Any]]:
        """Do the jobs; yields each job's place in `jobs` and its result, as they come.

        Raises the GradeError that a job raised, and IsolationError if a lane ended.
        """
        waiting = list(enumerate(jobs))
        busy: dict[Connection, int] = {}
        idle = self._started(min(self._count, len(jobs)))
        while waiting or busy:
            while waiting and idle:
                lane, (place, job) = idle.pop(), waiting.pop(0)
                _send(lane, job)
                busy[lane] = place
            ready = wait(list(busy))
            for lane in [lane for lane in busy if lane in ready]:
                yield busy.pop(lane), _result(lane)
                idle.append(lane)

    def _started(self, count: int) -> list[Connection]:
        context = multiprocessing.get_context("spawn")
        while len(self._lanes) < count:
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._assignment, self._isolation), daemon=True)
            process.start()
            theirs.close()
            self._open.callback(process.join, 10)
            self._open.callback(ours.close)
            self._lanes.append(ours)
        return self._lanes[:count]


def _send(lane: Connection, job: Job) -> None:
    try:
        lane.send(job)
    except OSError:
        raise _ended() from None


def _result(lane: Connection) -> Any:
    try:
        done, result = lane.recv()
    except (EOFError, OSError):
        raise _ended() from None
    if not done:
        raise result
    return result


def _ended() -> IsolationError:
    return IsolationError("A process that was grading ended.", "Is there enough memory? Try again.")


def _serve(pipe: Connection, assignment: Assignment, isolation: str | None) -> None:
    """Do jobs until the pipe closes."""
    with ExitStack() as stack:
        workers: Launcher | None = None
        while True:
            try:
                job = pipe.recv()
            except (EOFError, KeyboardInterrupt):
                return
            try:
                workers = workers or stack.enter_context(launcher(isolation, policy_of(assignment)))
                answer = True, job(assignment, workers)
            except GradeError as exc:
                answer = False, exc
            except KeyboardInterrupt:
                return
            except Exception as exc:
                answer = False, IsolationError(f"A process that was grading failed: {type(exc).__name__}: {exc}")
            pipe.send(answer)
