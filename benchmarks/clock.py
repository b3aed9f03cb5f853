"""What a way of doing a thing costs: wall time, and the CPU time of this process and of all below it.

CPU time is what can be compared on a machine that others use too; the ways take turns, and the median counts.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds for one submission."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Way:
    """Something that is done with so many submissions at a time."""

    name: str
    number: int
    act: Callable[[], object]


def measure(ways: list[Way], rounds: int) -> dict[str, Cost]:
    """The median cost of one submission, by way; a first round warms up and does not count."""
    costs: dict[str, list[Cost]] = {way.name: [] for way in ways}
    for _ in range(rounds + 1):
        for way in ways:
            wall, cpu = time.perf_counter(), cpu_seconds()
            way.act()
            spent = Cost((time.perf_counter() - wall) / way.number, (cpu_seconds() - cpu) / way.number)
            costs[way.name].append(spent)
    return {name: median(some[1:]) for name, some in costs.items()}


def median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs))


def report(rows: dict[str, Cost], floor: str) -> None:
    print(f"{'':52} {'wall ms':>9} {'CPU ms':>9} {'a second':>9} {'CPU/floor':>9}")
    for name, cost in rows.items():
        ratio = cost.cpu / rows[floor].cpu
        print(f"{name:52} {1000 * cost.wall:9.1f} {1000 * cost.cpu:9.1f} {1 / cost.wall:9.1f} {ratio:9.2f}")


def cpu_seconds() -> float:
    """What this process, those below it, and those of them that have ended took so far."""
    return sum(sum(map(int, stat[11:15])) for _, stat in tree()) / TICKS


def memory_below() -> int:
    """The bytes that the processes below this one hold; what they share counts in parts."""
    return sum(_memory_of(pid) for pid, _ in tree() if pid != os.getpid())


def memory_of_this() -> int:
    """The bytes that this process holds."""
    return _memory_of(os.getpid())


def _memory_of(pid: int) -> int:
    lines = _read(f"/proc/{pid}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def tree() -> Iterator[tuple[int, list[str]]]:
    """This process and all below it, each with the fields of /proc/PID/stat that follow its name."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (text := _read(f"{folder}/stat")):
            stats[int(folder.name)] = text.rpartition(")")[2].split()
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        if pid in stats:
            yield pid, stats[pid]
        waiting += [child for child, stat in stats.items() if int(stat[1]) == pid]


def _read(file: str) -> str:
    try:
        return Path(file).read_text()
    except OSError:
        return ""
