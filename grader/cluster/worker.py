"""What a Dask worker keeps for a batch: a lane for each of its threads, started when the first task comes."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from distributed import WorkerPlugin, get_worker

from grader.cluster.lane import Order, start_lane
from grader.errors import GradeError, IsolationError
from grader.lanes import Lane, LaneEndedError, Serve, Task, usable_cores
from grader.model import Isolation

# A lane that had nothing to do for so long ends: the command may have been killed.
_SECONDS_IDLE = 90.0


@dataclass(frozen=True)
class Answer:
    """What came of a task on a worker: a result, or that its lane was lost, did not start, or met a fault."""

    worker: str
    result: Any = None
    lost: str = ""
    unstarted: IsolationError | None = None
    fault: GradeError | None = None


class LanesOfWorker(WorkerPlugin):  # type: ignore[misc] # distributed has no types
    """The lanes of one worker. It travels there before `setup`; what comes then stays there."""

    def __init__(self, order: Order, serve: Serve, patience: float) -> None:
        self._order = order
        self._serve = serve
        self._patience = patience

    def setup(self, worker: Any) -> None:
        """On the worker: remember who it is. Lanes start when they are needed."""
        self._address = str(worker.address)
        self._lock = threading.Lock()
        self._idle: list[Lane] = []
        self._busy: list[Lane] = []
        self._closed = threading.Event()
        # Pinned only where the worker has the machine to itself; workers beside each other would take the same cores.
        cores = usable_cores()
        self._cores = cores if worker.state.nthreads >= len(cores) else []
        threading.Thread(target=self._end_idle_lanes, daemon=True).start()

    async def teardown(self, worker: Any) -> None:  # noqa: ARG002 - as it is called
        """End all lanes, also those at work."""
        self._closed.set()
        with self._lock:
            lanes, self._idle = [*self._idle, *self._busy], []
        for lane in lanes:
            lane.end()
        for lane in lanes:
            await asyncio.to_thread(lane.await_end)

    def examine(self) -> Answer:
        """How this worker isolates, by a first lane, which stays."""
        return self._with_lane(lambda lane: Answer(self._address, result=lane.isolation))

    def do(self, task: Any, level: str) -> Answer:
        """A task's result, by a lane that isolates at this level or better."""

        def ask(lane: Lane) -> Answer:
            if lane.isolation is not None and lane.isolation.level > level:
                return Answer(self._address, fault=_weaker(lane.isolation.level, level))
            lane.send(Task(0, task))
            with suppress(OSError):  # closed meanwhile, or gone: to receive from it says so
                if not lane.pipe.poll(self._patience):
                    lane.process.kill()
            result = lane.receive()
            lane.task = None
            return Answer(self._address, result=result)

        return self._with_lane(ask)

    def _with_lane(self, ask: Callable[[Lane], Answer]) -> Answer:
        try:
            with self._lane() as lane:
                return ask(lane)
        except _UnstartedError as exc:
            return Answer(self._address, unstarted=exc.why)
        except (LaneEndedError, IsolationError) as exc:
            return Answer(self._address, lost=str(exc))
        except GradeError as exc:
            return Answer(self._address, fault=exc)

    @contextmanager
    def _lane(self) -> Iterator[Lane]:
        """A lane of one's own; it is idle again afterwards, unless something went wrong."""
        with self._lock:
            lane = self._idle.pop() if self._idle else self._new()
            self._busy.append(lane)
        fine = False
        try:
            if lane.isolation is None:
                lane.isolation = _greeting(lane)
            yield lane
            fine = not self._closed.is_set()
        finally:
            with self._lock:
                self._busy.remove(lane)
                lane.since = time.monotonic()
                if fine:
                    self._idle.append(lane)
            if not fine:
                lane.end()
                lane.await_end()

    def _new(self) -> Lane:
        busy = [lane.core for lane in (*self._busy, *self._idle)]
        return start_lane(self._order, self._serve, min(self._cores, key=busy.count, default=None))

    def _end_idle_lanes(self) -> None:
        while not self._closed.wait(_SECONDS_IDLE / 10):
            with self._lock:
                late = [lane for lane in self._idle if lane.since + _SECONDS_IDLE < time.monotonic()]
                self._idle = [lane for lane in self._idle if lane not in late]
            for lane in late:
                lane.end()
                lane.await_end()


class _UnstartedError(Exception):
    def __init__(self, why: IsolationError) -> None:
        super().__init__(str(why))
        self.why = why


def _greeting(lane: Lane) -> Isolation:
    try:
        isolation: Isolation = lane.receive()
    except LaneEndedError as exc:
        raise _UnstartedError(IsolationError(str(exc), "Is there enough memory?")) from exc
    except IsolationError as exc:
        raise _UnstartedError(exc) from exc
    return isolation


def _weaker(got: str, level: str) -> IsolationError:
    return IsolationError(
        f"it isolates at level {got}, and the batch began at level {level}",
        "`grade doctor` there says what is missing. The same command, given again, takes the level of the weakest.",
    )


def do_on_worker(name: str, task: Any, level: str) -> Answer:
    """What Dask calls on a worker for a task of the batch of that name."""
    return get_worker().plugins[name].do(task, level)  # type: ignore[no-any-return]


async def examine_worker(name: str, dask_worker: Any) -> Answer:
    """What Dask calls on every worker at the beginning; off the worker's own loop, which must go on."""
    with suppress(KeyError):
        return await asyncio.to_thread(dask_worker.plugins[name].examine)
    return Answer(str(dask_worker.address), unstarted=IsolationError("it has not heard of the batch"))
