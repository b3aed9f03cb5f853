"""`grade batch --cluster`: a real scheduler and real workers, which grade as this machine alone does."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest
import sqlalchemy as sa
from distributed import Client

import grader
from grader.catalog import resolve
from grader.cluster.lane import Order
from grader.errors import AssignmentError
from grader.gradebook import ingredients_of
from grader.gradebook import tables as t
from grader.gradebook.store import Gradebook

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a cluster's workers run Linux")

EPOCH = datetime.fromtimestamp(0, UTC)
CLASS = {
    "ada": "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n",
    "bob": "def double(x):\n    return x * x\ndef total(x):\n    return float((x * x).sum())\n",
    "cyd": "import os\ndef double(x):\n    os._exit(3)\n",
    "dan": "def double(x:\n",
}
SLOW = "import time\ndef double(x):\n    time.sleep(0.02)\n    return 2.0 * x\n# {}\n"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    """A scheduler, and workers that come and go."""

    def __init__(self, folder, stack):
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.folder = folder
        self.stack = stack
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2])

    def start(self, *words, **environment):
        dask = Path(sys.executable).with_name("dask")
        process = subprocess.Popen(
            [dask, *words, "--no-dashboard"], cwd=self.folder, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment},
        )  # fmt: skip
        self.stack.callback(kill_tree, process)
        return process

    def add_worker(self, **environment):
        words = ["worker", self.address, "--nthreads", "1", "--local-directory", str(self.folder)]
        return self.start(*words, **environment)

    def known(self):
        """The workers that the scheduler has."""
        with Client(self.address, set_as_default=False) as client:
            return client.nthreads()


def below(pid):
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in children] + [pid for child in children for pid in below(int(child))]


def lanes_below(*workers):
    """The processes that grade below these nannies."""
    pids = [pid for worker in workers for pid in below(worker.pid)]
    return [pid for pid in pids if b"grader.cluster.lane" in words_of(pid)]


def words_of(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def gone(pid):
    """Whether a lane has ended, or does within some seconds."""
    patience = time.monotonic() + 30
    while b"grader.cluster.lane" in words_of(pid) and time.monotonic() < patience:
        time.sleep(0.1)
    return b"grader.cluster.lane" not in words_of(pid)


def kill_tree(process):
    """End a nanny with its worker, or a scheduler; lanes are to notice that by themselves."""
    for pid in [process.pid, *below(process.pid)]:
        if b"grader" in words_of(pid) or b"bwrap" in words_of(pid):
            continue
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def course(tmp_path_factory, pristine_course):
    made = pristine_course.copied_to(tmp_path_factory.mktemp("course"))
    for k in range(8):
        made.submit(SLOW.format(k), f"class/s{k}.py")
    for name, source in CLASS.items():
        made.submit(source, f"class/{name}.py")
    return made


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler with two workers, each below a nanny as usual."""
    with ExitStack() as stack:
        made = Cluster(tmp_path_factory.mktemp("cluster"), stack)
        made.workers = [made.add_worker(), made.add_worker()]
        yield made


def command(*words):
    return ["batch", "1", "class", "--allow-weak-isolation", "--seed", "3", *words]


def reports(where):
    """All that the gradebook has of each student's report, but for times."""
    with Gradebook(str(where)) as book:
        found = {s.student: s.report for s in book.standings("assignment1_tiny")}
    return {name: replace(r, started=EPOCH, seconds=0, outcomes=timeless(r.outcomes)) for name, r in found.items()}


def timeless(outcomes):
    return tuple(replace(o, seconds=0) for o in outcomes)


def graded(where):
    if not where.exists():
        return 0
    with Gradebook(str(where)) as book, book.database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(t.result)).scalar()


def start(course, where, *words):
    """The command, when a first submission is graded."""
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *command("--gradebook", str(where), "--json", *words)],
        cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    patience = time.monotonic() + 60
    while process.poll() is None and graded(where) == 0 and time.monotonic() < patience:
        time.sleep(0.05)
    return process


@pytest.fixture
def there(cluster):
    return "--cluster", cluster.address


def test_interrupted(course, cluster, there, tmp_path):
    """After Ctrl-C no lane is left on the workers, and what was graded stays."""
    where = tmp_path / "book.sqlite"
    process = start(course, where, *there)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "the same command goes on" in errors
    assert "Traceback" not in errors
    assert 0 < graded(where) < 12
    assert not lanes_below(*cluster.workers)


def test_killed_worker(course, cluster, there, tmp_path):
    """What a killed worker had is graded elsewhere: the same table and reports as on this machine, bit for bit."""
    local, remote = tmp_path / "local.sqlite", tmp_path / "remote.sqlite"
    process = start(course, remote, *there)
    victim = cluster.workers.pop()
    lanes = lanes_below(victim)
    before = graded(remote)
    kill_tree(victim)
    output, errors = process.communicate(timeout=120)
    here = course.grade(*command("--json", "--gradebook", local))

    assert (process.returncode, len(errors.splitlines())) == (0, 1), errors
    assert before < 12
    assert json.loads(output) == json.loads(here.stdout)
    assert reports(remote) == reports(local)
    assert lanes
    assert all(gone(pid) for pid in lanes)


def test_regrade(pristine_course, cluster, there, tmp_path):
    """After a change of a test the workers grade anew what it concerns, as this machine would."""
    course = pristine_course.copied_to(tmp_path / "course")
    for name, source in CLASS.items():
        course.submit(source, f"class/{name}.py")
    local, remote = tmp_path / "local.sqlite", tmp_path / "remote.sqlite"
    for where in (local, remote):
        course.grade(*command("--gradebook", where, "-q"))
    tests = course.root / "tests/hidden/assignment1_tiny/test_tiny.py"
    tests.write_text(tests.read_text().replace("(1, 3, 5)", "(1, 3, 6)"))
    words = "regrade", "1", "--apply", "--allow-weak-isolation", "--gradebook"

    nowhere = course.grade(
        *words, remote, "--cluster", f"tcp://127.0.0.1:{free_port()}", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="2s"
    )
    done = course.grade(*words, remote, *there)
    here = course.grade(*words, local)

    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert (done.returncode, here.returncode) == (0, 0), done.stderr
    assert "hand-ins were graded anew" in done.stdout
    assert done.stdout == here.stdout
    assert reports(remote) == reports(local)


def test_what_differs(course):
    """A lane names each file and version that is not what the command has."""
    assignment = resolve("1", course.root)
    wanted = ingredients_of(assignment) | {"numpy": "1.0", "reference/tiny.py": "another", "reference/new.py": "more"}

    with pytest.raises(AssignmentError) as caught:
        Order(assignment.name, course.root, None, wanted).assignment_here()

    assert str(caught.value) == (
        f"reference/tiny.py differs; numpy is {version('numpy')} there, and 1.0 here; reference/new.py is missing there"
    )


def test_worker_with_another_toolkit(course, cluster, there, tmp_path):
    """A worker that would not come to the same reports refuses, and says what differs."""
    shutil.copytree(Path(grader.__file__).parent, tmp_path / "grader")
    with (tmp_path / "grader" / "compare.py").open("a") as file:
        file.write("# changed\n")
    stranger = cluster.add_worker(PYTHONPATH=str(tmp_path))
    patience = time.monotonic() + 60
    while len(cluster.known()) < 1 + len(cluster.workers) and time.monotonic() < patience:
        time.sleep(0.2)
    done = course.grade(*command("--no-gradebook", *there))
    kill_tree(stranger)

    assert done.returncode == 2
    assert "does not grade: the toolkit differs" in " ".join(done.stderr.split())


def test_lost_scheduler(course, cluster, there, tmp_path):
    """When the scheduler goes, so does the command, with a word; without the cluster it goes on from there."""
    where = tmp_path / "book.sqlite"
    process = start(course, where, *there)
    kill_tree(cluster.scheduler)
    _, errors = process.communicate(timeout=60)
    kept = graded(where)
    done = course.grade(*command("--json", "--gradebook", where))

    assert (process.returncode, done.returncode) == (2, 0)
    assert "The scheduler at" in errors
    assert "goes on from there" in " ".join(errors.split())
    assert "distributed" not in errors
    assert f"{kept} of them before" in done.stderr


def test_no_scheduler(course):
    """An address where nobody answers is told as such."""
    words = "--cluster", f"tcp://127.0.0.1:{free_port()}"
    done = course.grade(*command("--no-gradebook", *words), DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s")

    assert done.returncode == 2
    assert "No Dask scheduler answers at tcp://127.0.0.1" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_no_workers(course, tmp_path):
    """A scheduler without workers grades nobody, and the command for a worker is told."""
    with ExitStack() as stack:
        words = "--cluster", Cluster(tmp_path, stack).address
        done = course.grade(*command("--no-gradebook", *words), DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="3s")

    assert done.returncode == 2
    assert "dask worker tcp://" in done.stderr
