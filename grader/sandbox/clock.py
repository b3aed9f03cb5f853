"""The time of one call: that which the machine gave to others while a worker could have run does not count.

A deadline in plain wall time fails honest work on a busy machine. So when it is reached, the time is taken off that the
worker spent in the queue for a processor (Linux tells it in /proc/…/schedstat); whoever sleeps is in no queue. The time
that all its threads ran counts in any case: otherwise a worker could let threads of its own stand in its way. And at
some point it ends.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from grader.sandbox.launcher import Times, Worker

MOST = 3.0
"""So many times its seconds a call may last, however busy the machine is."""


class CallClock:
    """Measures one call from now on. `look` begins to watch the worker: calls that are soon over cost nothing."""

    def __init__(self, worker: Worker, deadline: float) -> None:
        self.deadline = deadline
        self._worker = worker
        self._started = time.monotonic()
        self._since: Times | None = None
        self._watching = False

    def look(self) -> None:
        """Begin to watch, if that has not begun."""
        if not self._watching:
            self._watching, self._since = True, self._worker.times()

    @property
    def late(self) -> bool:
        """Whether the deadline has passed, with the time of others taken off."""
        now = time.monotonic()
        if now < self.deadline:
            return False
        allowed = self.deadline - self._started
        return now - self._started >= MOST * allowed or self.spent >= allowed

    @property
    def spent(self) -> float:
        """The seconds that count so far."""
        wall = time.monotonic() - self._started
        now = self._worker.times() if self._since else None
        if self._since is None or now is None:
            return wall
        used, waited = now.used - self._since.used, now.waited - self._since.waited
        return min(wall, max(wall - waited, used))


def times_of(pid: int) -> Times | None:
    """What Linux tells of a process: `stat` in ticks of the clock, `schedstat` in nanoseconds."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        waited = int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1])
        used = int(fields[11]) + int(fields[12])
    except (OSError, ValueError, IndexError):
        return None
    return Times(used / os.sysconf("SC_CLK_TCK"), waited / 1e9)
