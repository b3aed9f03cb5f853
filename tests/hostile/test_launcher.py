"""What the launcher promises whatever a submission does, seen from outside."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader import sandbox
from grader.errors import IsolationError, RequestError
from grader.model import Part, Submission
from grader.sandbox import bwrap, isolation, packages
from grader.sandbox.child import Child
from grader.sandbox.launcher import Policy
from grader.sandbox.warm import WarmLauncher
from grader.student import Session
from tests.hostile.cage import require_bwrap, require_landlock

ROOT = Path(__file__).parents[2]
BARE = Policy(())
# Starts a worker, tells the process ids of the zygote's bwrap and of the worker, and waits.
KEEPS_A_WORKER = """
import threading, time
from grader import sandbox
from grader.sandbox.launcher import Policy

def run():
    with sandbox.launcher("{name}", Policy(())) as launcher:
        worker = launcher.start()
        print(launcher._zygote._process.pid, worker._outer_pid, flush=True)
        time.sleep(600)

{start}
"""
IN_MAIN_THREAD = "run()"
IN_THREAD = "thread = threading.Thread(target=run); thread.start(); thread.join()"


@pytest.fixture
def worker(launcher: WarmLauncher) -> Iterator[Child]:
    started = launcher.start()
    yield started
    started.kill()


@pytest.fixture
def bare_launcher() -> Iterator[WarmLauncher]:
    """A launcher of its own, without numpy, for tests that spoil it."""
    require_bwrap()
    with bwrap.launch(BARE) as launched:
        yield launched


def descendants(pid: int) -> list[int]:
    """The processes below one, as long as their parents live."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in descendants(int(child)))]


def wait_until_gone(pids: list[int]) -> bool:
    """Whether the processes end; a zombie that nobody reaps counts as ended."""
    for _ in range(1000):
        states = [Path(f"/proc/{pid}/stat") for pid in pids]
        if all(not path.exists() or path.read_text().rpartition(")")[2].split()[0] == "Z" for path in states):
            return True
        time.sleep(0.01)
    return False


def test_full_isolation(launcher: WarmLauncher) -> None:
    """Whatever the self-test tries is refused."""
    assert launcher.isolation.level == "A"
    assert not launcher.isolation.reasons


def test_never_root(worker: Child) -> None:
    """Seen from outside of every namespace, student code runs as an ordinary user."""
    assert 0 not in worker.user_ids()
    assert len(worker.user_ids()) == 4


def test_nothing_below_bwrap_is_root(launcher: WarmLauncher, worker: Child) -> None:
    """Of all processes of the sandbox, only bwrap's own may be root's, and none of those runs Python."""
    roots = []
    for pid in descendants(launcher._zygote._process.pid):
        status = Path(f"/proc/{pid}/status").read_text()
        if "\nUid:\t0\t" in status and not status.startswith("Name:\tbwrap\n"):
            roots.append(pid)

    assert worker._outer_pid in descendants(launcher._zygote._process.pid)
    assert roots == []


def test_what_the_kernel_says(worker: Child) -> None:
    """A worker has no capability, no way to new privileges, a filter, and is the first of its own processes."""
    status = worker.status()

    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"], status["NSpid"].split()[-1]) == ("1", "2", "1")


def test_own_network(worker: Child) -> None:
    """A worker has no network but one of its own, even if it could make sockets."""
    try:
        theirs = Path(f"/proc/{worker._outer_pid}/ns/net").readlink()
    except PermissionError:
        pytest.skip("only root may look at the namespaces of a process that cannot be traced")

    assert theirs != Path("/proc/self/ns/net").readlink()


def test_memory_is_counted_from_the_start(worker: Child) -> None:
    """A worker that has done nothing yet holds next to nothing of its own."""
    assert worker.resident_bytes() < 2**24


def test_kill_twice(launcher: WarmLauncher) -> None:
    """A worker can be ended twice; afterwards its end is known and it is gone."""
    worker = launcher.start()
    worker.kill()
    worker.kill()

    assert worker.ending() == "was killed by signal 9"
    assert worker.resident_bytes() is None


def test_endings_are_told(launcher: WarmLauncher, open_session: Callable[..., Session]) -> None:
    """The status with which a process ends reaches the trusted side."""
    worker = launcher.start()
    worker._channel.shutdown(1)  # the worker's loop ends when nobody asks any more

    with pytest.raises(EOFError):
        worker.receive(1, time.monotonic() + 30)
    assert worker.ending() == "exited with status 0"
    worker.kill()


def test_deadline_of_receive(worker: Child) -> None:
    """Waiting for an answer that does not come ends."""
    with pytest.raises(TimeoutError):
        worker.receive(1, time.monotonic() + 0.05)


def test_deadline_of_send(worker: Child) -> None:
    """A request that is not read does not hold up the trusted side."""
    os.kill(worker._outer_pid, signal.SIGSTOP)

    with pytest.raises(TimeoutError):
        worker.send([bytes(2**24)], time.monotonic() + 0.2)


def test_many_workers_at_once(launcher: WarmLauncher) -> None:
    """Workers of one zygote live side by side, each the first of its own processes."""
    workers = [launcher.start() for _ in range(5)]
    pids = {worker._outer_pid for worker in workers}
    inner = {worker.status()["NSpid"].split()[-1] for worker in workers}
    for worker in workers:
        worker.kill()

    assert (len(pids), inner) == (5, {"1"})
    assert wait_until_gone(list(pids))


def test_zygote_is_replaced(bare_launcher: WarmLauncher) -> None:
    """When the zygote dies, of memory shortage perhaps, the next worker comes from a new one."""
    first = bare_launcher.start()
    for pid in descendants(bare_launcher._zygote._process.pid):
        with suppress(ProcessLookupError):  # some end with the first
            os.kill(pid, signal.SIGKILL)
    second = bare_launcher.start()
    ending, alive = first.ending(), second.resident_bytes() is not None
    first.kill()
    second.kill()

    assert (ending, alive) == ("was ended together with its sandbox", True)


def test_closed_launcher(bare_launcher: WarmLauncher) -> None:
    """A launcher that was closed starts nothing any more."""
    worker = bare_launcher.start()
    bare_launcher.close()

    with pytest.raises(IsolationError, match="closed"):
        bare_launcher.start()
    assert wait_until_gone([worker._outer_pid])
    worker.kill()


@pytest.mark.parametrize("start", [IN_MAIN_THREAD, IN_THREAD])
@pytest.mark.parametrize("victim", ["grader", "bwrap"])
def test_nothing_survives(start: str, victim: str) -> None:
    """When the grader or bwrap is killed, no process of the sandbox is left."""
    require_bwrap()
    command = [sys.executable, "-c", KEEPS_A_WORKER.format(start=start, name="bwrap")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as grader:
        assert grader.stdout is not None
        outer, inner = map(int, grader.stdout.readline().split())
        below = descendants(outer)
        os.kill(grader.pid if victim == "grader" else outer, signal.SIGKILL)
        if victim == "bwrap" and start == IN_THREAD:
            grader.kill()  # bwrap can be told to end with its parent only by the main thread
        gone = wait_until_gone(below)
        grader.kill()

    assert inner in below
    assert gone


@pytest.mark.parametrize("victim", ["grader", "zygote"])
def test_nothing_survives_without_namespaces(victim: str) -> None:
    """Where no namespace ends with its first process, the workers end with their zygote, and that with the grader."""
    require_landlock()
    command = [sys.executable, "-c", KEEPS_A_WORKER.format(start=IN_MAIN_THREAD, name="landlock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as grader:
        assert grader.stdout is not None
        zygote, worker = map(int, grader.stdout.readline().split())
        os.kill(grader.pid if victim == "grader" else zygote, signal.SIGKILL)
        gone = wait_until_gone([zygote, worker])
        grader.kill()

    assert gone


def test_starting_thread_may_end() -> None:
    """A sandbox that was started by a thread outlives it."""
    require_bwrap()
    launched: list[Any] = []
    context = bwrap.launch(BARE)
    thread = threading.Thread(target=lambda: launched.append(context.__enter__()))
    thread.start()
    thread.join()
    worker = launched[0].start()
    readable, _, _ = select.select([worker._pidfd], [], [], 0.2)
    context.__exit__(None, None, None)

    assert readable == []
    worker.kill()


def test_fault_in_the_zygote_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that cannot be imported inside the sandbox is named, and nothing is left running."""
    require_bwrap()
    monkeypatch.setattr(packages, "entries", lambda imports: set())

    with bwrap.launch(Policy(("numpy",))) as launched, pytest.raises(IsolationError, match="numpy"):
        launched.start()


def test_package_that_is_not_installed() -> None:
    """An allowed package that is not installed is the user's to mend, and says how."""
    require_bwrap()
    with pytest.raises(RequestError, match="no_such_package"), bwrap.launch(Policy(("no_such_package",))):
        pass


def test_without_bwrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bwrap the best launcher is the one that needs none, and it says why."""
    require_landlock()
    monkeypatch.setenv("PATH", "/nonexistent")

    found = sandbox.probe()

    assert (found.level, found.launcher) == ("B", "landlock")
    assert "bubblewrap" in found.reasons["bwrap"]


def test_known_obstacles_have_a_way_out() -> None:
    """For the refusals of Ubuntu, Docker and nested containers, the command that lifts them is named."""
    ubuntu = isolation.way_out("bwrap: setting up uid map: Permission denied")
    docker = isolation.way_out("bwrap: No permissions to create new namespace, likely because …")
    closed = isolation.way_out("[Errno 13] Permission denied: '/dev/null'")
    nested = isolation.way_out("bwrap: Can't mount proc on /newroot/proc: Operation not permitted")

    assert "apparmor_restrict_unprivileged_userns=0" in ubuntu
    assert "seccomp=unconfined" in docker
    assert "outside" in nested
    assert "chmod 666 /dev/null" in closed


def test_same_order_of_sets_in_every_run() -> None:
    """Strings hash alike in every sandbox, so that two runs of one submission agree."""
    require_bwrap()
    source = Submission("x", "m", (Part("m.py", "def f():\n    return hash('attention')\n"),))
    hashes = set()
    for _ in range(2):
        with bwrap.launch(Policy(())) as workers, Session(source, workers, Policy(())) as session:
            hashes.add(session.call("f", (), {}).value)

    assert len(hashes) == 1


def test_end_of_the_sandbox_is_not_the_submissions_fault(bare_launcher: WarmLauncher) -> None:
    """If something outside kills the sandbox, the call is ungraded, not crashed, and the next one has a new sandbox."""
    source = Submission("x", "m", (Part("m.py", "import time\ndef f(s):\n    time.sleep(s)\n    return 1\n"),))
    with Session(source, bare_launcher, Policy(())) as session:
        sandbox = bare_launcher._zygote._process.pid
        threading.Timer(0.5, os.kill, (sandbox, signal.SIGKILL)).start()

        with pytest.raises(IsolationError, match="ended from outside"):
            session.call("f", (5,), {}, seconds=10)
        assert session.call("f", (0,), {}, seconds=10).value == 1
