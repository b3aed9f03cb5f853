"""The plain launcher: real processes, their pipes and their ends."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import wire
from grader.errors import RequestError
from grader.model import Limits
from grader.sandbox import LAUNCHERS, Policy, launcher
from grader.sandbox.process import ProcessLauncher, launch

FLOOD = """
import os
while True:
    for fd in range(3, 8):
        try:
            os.write(fd, bytes(65536))
        except OSError:
            pass
"""
posix = pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")


@pytest.fixture(scope="module")
def plain() -> Iterator[ProcessLauncher]:
    with launch(Policy(limits=Limits(memory_mb=256))) as launched:
        yield launched


def soon(seconds=30.0):
    return time.monotonic() + seconds


def run(worker, source):
    """Load a submission that runs `source`."""
    message = {"op": "load", "seq": 1, "module": "m", "parts": (("m.py", source),), "allowed": ("numpy",)}
    worker.send(wire.encode(message), soon())


def reply(worker):
    header, body = wire.sizes(worker.receive(wire.PREFIX.size, soon()))
    return wire.decode(worker.receive(header, soon()), worker.receive(body, soon()))


def test_worker_answers(plain):
    """A fresh worker loads what it is sent."""
    worker = plain.start()
    run(worker, "x = 1")

    assert reply(worker)["value"]["problems"] == []
    worker.kill()


def test_late_bytes_are_not_lost(plain):
    """A reader that gives up too early may ask again."""
    worker = plain.start()
    with pytest.raises(TimeoutError):
        worker.receive(wire.PREFIX.size, time.monotonic())
    run(worker, "x = 1")

    assert reply(worker)["seq"] == 1
    worker.kill()


@pytest.mark.parametrize(
    ("source", "ending"),
    [
        ("import os; os._exit(3)", "exited with status 3"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "was killed by signal 9", marks=posix),
    ],
)
def test_ending_is_told(plain, source, ending):
    """How a worker ended is known when it is gone."""
    worker = plain.start()
    run(worker, source)
    with pytest.raises(EOFError):
        worker.receive(wire.PREFIX.size, soon())

    assert worker.ending() == ending
    worker.kill()


def test_unread_request_does_not_block(plain):
    """A worker that stops reading holds up nothing but its own answer."""
    worker = plain.start()
    run(worker, "import time; time.sleep(3600)")
    worker.send([bytes(wire.MAX_BODY)], soon())
    with pytest.raises(TimeoutError):
        worker.receive(1, soon(0.2))

    worker.kill()
    assert worker.ending().startswith(("was killed", "exited"))


def test_flood_is_bounded(plain):
    """A worker that writes without end fills a bounded queue, and is ended all the same."""
    worker = plain.start()
    run(worker, FLOOD)
    worker.receive(2**24 + 1, soon())

    assert worker.unsolicited()
    worker.kill()


def ends(pid, seconds=10.0):
    """Whether a process ends; a zombie has, and waits for whoever adopted it."""
    until = soon(seconds)
    while time.monotonic() < until:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        if not state.strip() or state.startswith("Z"):
            return True
        time.sleep(0.02)
    return False


@posix
def test_children_of_a_worker_end_with_it(plain):
    """What a submission starts does not outlive it."""
    worker = plain.start()
    run(worker, "import subprocess\np = subprocess.Popen(['sleep', '3600'])\nraise RuntimeError(p.pid)")
    pid = reply(worker)["value"]["problems"][0]["private"].rpartition(" ")[2]
    worker.kill()

    assert ends(int(pid))


def test_folder_of_a_worker_is_removed(plain):
    """Files that a submission writes into its folder are gone with it."""
    worker = plain.start()
    run(worker, "import os\nopen('left', 'w').write('x')\nraise RuntimeError(os.getcwd())")
    folder = reply(worker)["value"]["problems"][0]["private"].split("RuntimeError: ")[1]
    before = [path.name for path in Path(folder).iterdir()]
    worker.kill()

    assert (before, Path(folder).exists()) == (["left"], False)


def test_environment_is_not_passed_on(plain, monkeypatch):
    """Settings and secrets of whoever grades do not reach a submission."""
    monkeypatch.setenv("API_TOKEN", "secret")
    with launch(Policy()) as fresh:
        worker = fresh.start()
        run(worker, "import os\nraise RuntimeError(sorted(os.environ))")
        said = reply(worker)["value"]["problems"][0]["private"]
        worker.kill()

    assert "OMP_NUM_THREADS" in said
    assert "API_TOKEN" not in said


def test_kill_may_be_called_again(plain):
    """Ending a worker twice is no fault, and nothing can be sent to it afterwards."""
    worker = plain.start()
    worker.kill()
    worker.kill()

    with pytest.raises(EOFError):
        worker.send([b"x"], soon())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_memory_is_measured_and_bounded(plain):
    """The memory of a worker is known, and more than allowed is refused to it."""
    worker = plain.start()
    before = worker.resident_bytes()
    run(worker, "x = bytearray(100 * 2**20)\ny = bytearray(400 * 2**20)")
    problems = reply(worker)["value"]["problems"]

    assert (worker.resident_bytes() - before > 90 * 2**20, [p["named"] for p in problems]) == (True, ["MemoryError"])
    worker.kill()


def test_level_is_told(plain):
    """The plain launcher claims no walls, and says why not."""
    isolation = plain.isolation
    missing = {guard for guard, held in isolation.guards.items() if not held}

    assert (isolation.level, isolation.launcher, missing <= set(isolation.reasons)) == ("D", "process", True)


def test_unknown_launcher_is_refused():
    """A launcher that does not exist is a fault of the request, with the names that do."""
    with pytest.raises(RequestError) as caught, launcher("docker", Policy()):
        pass

    assert all(name in caught.value.hint for name in ("auto", *LAUNCHERS))


def test_launcher_by_name():
    """The launcher that was asked for is the one that is given."""
    with launcher("process", Policy()) as launched:
        assert launched.isolation.launcher == "process"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")
def test_ends_with_its_grader(tmp_path):
    """A grader that is killed in the middle of an endless loop leaves no worker behind."""
    grader = """
import sys
from grader.model import Part, Submission
from grader.sandbox import Policy, launcher
from grader.student import Session
loop = Submission("x", "m", (Part("m.py", "def f():\\n    while True: pass"),))
with launcher("process", Policy(())) as workers:
    session = Session(loop, workers, Policy(()))
    print("ready", flush=True)
    session.call("f", (), {}, seconds=60)
"""
    with subprocess.Popen([sys.executable, "-c", grader], stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        children = children_of(process.pid)
        process.kill()

    assert children
    assert gone(children)


def children_of(parent):
    parents = {f.parent.name: f.read_text().rpartition(")")[2].split()[1] for f in Path("/proc").glob("[0-9]*/stat")}
    return [pid for pid, its_parent in parents.items() if its_parent == str(parent)]


def gone(pids, seconds=20.0):
    """Whether all the processes end before the deadline."""
    deadline = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
