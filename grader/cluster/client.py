"""The command's side of a cluster: it hands out tasks, hears of results, and notices when nobody works any more."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import dask
from dask.utils import parse_timedelta
from distributed import Client, Future, KilledWorker, Security
from distributed.comm import connect

from grader.cluster.lane import Order
from grader.cluster.worker import Answer, LanesOfWorker, do_on_worker, examine_worker
from grader.errors import ClusterError, GradeError, IsolationError
from grader.gradebook import ingredients_of
from grader.lanes import MOST_LOSSES_IN_A_ROW, Lost, Serve, Task
from grader.model import Assignment, Isolation

_SECONDS_TO_GATHER = 60.0
_SECONDS_BETWEEN_LOOKS = 2.0
# Tasks that a thread has besides the one it works on, so that it need not wait for the next.
_AHEAD = 1
_GO_ON = "What was graded is kept in the gradebook; the same command goes on from there."


class ClusterLanes:
    """The lanes of a cluster's workers, as `lanes.Pool`, while the context lasts.

    Raises ClusterError if no scheduler answers, no worker is there, or all are lost; and the AssignmentError or
    IsolationError of a worker that does not fit, with its address.
    """

    def __init__(
        self, address: str, assignment: Assignment, *, isolation: str | None, serve: Serve, patience: float
    ) -> None:
        self._address = address
        order = Order(assignment.name, assignment.root, isolation, ingredients_of(assignment))
        self._plugin = LanesOfWorker(order, serve, patience)
        self._name = f"grade-{assignment.name}-{os.urandom(6).hex()}"
        self._isolation: Isolation | None = None
        self._arrived: SimpleQueue[Future] = SimpleQueue()
        self._flying: dict[Future, Task] = {}
        self._losses = 0
        self._threads = 0
        # Dask's own setting, for the scheduler, a first worker, and a new one when all have gone.
        self._patience = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
        self._looked = self._seen = time.monotonic()

    def __enter__(self) -> ClusterLanes:
        _be_quiet()
        try:
            # First a mere greeting: a client that never was one cannot be closed without noise.
            asyncio.run(_greet(self._address, self._patience))
            self._client = Client(self._address, timeout=self._patience, set_as_default=False, name="grade")
        except (OSError, ValueError, TypeError, RuntimeError) as exc:
            hint = "Is it tcp://HOST:PORT, or tls:// with certificates? The scheduler prints it when it starts."
            raise ClusterError(f"No Dask scheduler answers at {self._address} ({_said(exc)}).", hint) from exc
        try:
            self._await_workers()
            self._client.register_plugin(self._plugin, name=self._name)
        except GradeError:
            self._client.close()
            raise
        except Exception as exc:
            self._client.close()
            hint = "Scheduler, workers and this command need the same toolkit, Python and packages."
            raise ClusterError(f"The workers do not understand this toolkit ({_said(exc)}).", hint) from exc
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # whatever is lost here was lost before; lanes end by themselves when idle
            self._client.cancel(list(self._flying))
            if self._client.status == "running":
                self._client.unregister_worker_plugin(self._name)
        with suppress(Exception):
            self._client.close(timeout=_SECONDS_BETWEEN_LOOKS)

    @property
    def isolation(self) -> Isolation:
        """What keeps student code apart on the worker where that is weakest. Asks each of them, which starts a lane."""
        if self._isolation is None:
            found = self._client.run(examine_worker, self._name, on_error="return")
            # A worker that ended meanwhile is no worker any more.
            there = {address: answer for address, answer in found.items() if not isinstance(answer, OSError)}
            levels = [self._heard(address, answer) for address, answer in there.items()]
            if not levels:
                raise _no_workers(self._address)
            self._isolation = max(levels, key=lambda isolation: isolation.level)
        return self._isolation

    def attempt(self, tasks: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """Do the tasks; yields each one's place in `tasks` and its result, or `Lost`, as they come."""
        level, waiting, again = self.isolation.level, enumerate(tasks), deque[Task]()
        while self._fill(waiting, again, level):
            for task, answer in self._arrivals():
                if isinstance(answer, Lost):
                    yield task.place, answer
                elif answer.fault is not None:
                    raise _refusal(answer.worker, answer.fault)
                elif answer.unstarted is not None:
                    self._count_loss(answer.worker, answer.unstarted)
                    again.append(task)
                elif answer.lost:
                    other = task.again()
                    if other is None:
                        yield task.place, Lost(answer.lost)
                    else:
                        again.append(other)
                else:
                    self._losses = 0
                    yield task.place, answer.result

    def _heard(self, address: str, answer: Any) -> Isolation:
        """A worker's isolation. Raises what keeps it from working."""
        if not isinstance(answer, Answer):
            raise ClusterError(f"The worker {address} does not understand this toolkit ({_said(answer)}).", _GO_ON)
        if (fault := answer.fault or answer.unstarted) or not answer.result:
            raise _refusal(address, fault or IsolationError(answer.lost))
        return answer.result  # type: ignore[no-any-return]

    def _fill(self, waiting: Iterator[tuple[int, Any]], again: deque[Task], level: str) -> bool:
        """Hand out as many tasks as the cluster can soon take; whether any is out."""
        while len(self._flying) < max(1, self._threads * (1 + _AHEAD)):
            drawn = again.popleft() if again else next((Task(*pair) for pair in waiting), None)
            if drawn is None:
                break
            self._send(drawn, level)
        return bool(self._flying)

    def _send(self, task: Task, level: str) -> None:
        # A name of its own for each try: Dask would else take the result of the one before.
        key = f"{self._name}-{task.place}-{os.urandom(4).hex()}"
        future = self._client.submit(do_on_worker, self._name, task.task, level, key=key, pure=False)
        self._flying[future] = task
        future.add_done_callback(self._arrived.put)

    def _arrivals(self) -> list[tuple[Task, Answer | Lost]]:
        """What has come, if anything has within a while. Raises ClusterError if nothing can come any more."""
        futures: list[Future] = []
        with suppress(Empty):
            futures.append(self._arrived.get(timeout=_SECONDS_BETWEEN_LOOKS))
            while True:
                futures.append(self._arrived.get_nowait())
        self._look()
        if any(future.status == "cancelled" for future in futures):
            raise ClusterError(f"The scheduler at {self._address} is gone, or has forgotten this batch.", _GO_ON)
        # "lost" is a result that a worker took along when it ended: Dask lets another do that task.
        finished = [future for future in futures if future.status in ("finished", "lost")]
        answers: dict[Future, Answer | Lost] = dict(zip(finished, self._gathered(finished), strict=True))
        answers |= {future: _lost(future) for future in futures if future.status == "error"}
        return [(self._flying.pop(future), answer) for future, answer in answers.items()]

    def _gathered(self, futures: list[Future]) -> list[Answer]:
        """The results. If a worker has gone with one, Dask lets another do that task."""
        if not futures:
            return []
        coming = self._client.gather(futures, asynchronous=True)
        try:
            answers: list[Answer] = asyncio.run_coroutine_threadsafe(coming, self._client.loop.asyncio_loop).result(
                _SECONDS_TO_GATHER
            )
        except Exception as exc:
            raise ClusterError(f"Results cannot be fetched from the cluster ({_said(exc)}).", _GO_ON) from exc
        return answers

    def _look(self) -> None:
        """Count the workers' threads now and then. Raises ClusterError if there has been none for long."""
        now = time.monotonic()
        if now < self._looked + _SECONDS_BETWEEN_LOOKS / 2:
            return
        self._count_threads()
        if self._threads:
            self._seen = now
        elif now > self._seen + self._patience:
            raise _no_workers(self._address)

    def _count_threads(self) -> None:
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        self._threads = sum(worker["nthreads"] for worker in workers)
        self._looked = time.monotonic()

    def _await_workers(self) -> None:
        """Wait for the first worker."""
        self._count_threads()
        while not self._threads:
            if time.monotonic() > self._seen + self._patience:
                raise _no_workers(self._address)
            time.sleep(0.2)
            self._count_threads()

    def _count_loss(self, worker: str, why: IsolationError) -> None:
        self._losses += 1
        if self._losses >= MOST_LOSSES_IN_A_ROW:
            raise _refusal(worker, why)


async def _greet(address: str, seconds: float) -> None:
    arguments = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=seconds, **arguments), seconds)
    comm.abort()


def _refusal(worker: str, fault: GradeError) -> GradeError:
    """The same fault, told with the worker that met it."""
    return type(fault)(f"The worker {worker} does not grade: {fault}", fault.hint)


def _no_workers(address: str) -> ClusterError:
    return ClusterError(f"No worker is at {address}.", f"Start some, each as: dask worker {address}")


def _lost(future: Future) -> Lost:
    """In the place of what Dask gave up. Raises ClusterError where that has nothing to do with the task."""
    error = future.exception()
    if isinstance(error, KilledWorker):
        return Lost(f"Workers of the cluster ended while they graded it, {error.allowed_failures + 1} times.")
    hint = "Scheduler, workers and this command need the same toolkit, Python and packages."
    raise ClusterError(f"The cluster cannot do its work ({_said(error)}).", hint)


def _said(error: object) -> str:
    """The first sentence of what an exception says, with its kind."""
    sentence = " ".join(str(error).split()).partition(". ")[0].rstrip(".")
    return f"{type(error).__name__}: {sentence}" if sentence else type(error).__name__


def _be_quiet() -> None:
    """Whatever Dask has to say of lost connections is told by ClusterError."""
    warnings.filterwarnings("ignore", module=r"distributed\..*")
    for name in [*logging.root.manager.loggerDict, "distributed"]:
        if name.partition(".")[0] in ("asyncio", "distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
