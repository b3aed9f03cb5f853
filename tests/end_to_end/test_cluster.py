"""`grade batch --cluster`: a real scheduler and real workers, which grade as this machine alone does."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from grader.gradebook import tables as t
from grader.gradebook.store import Gradebook
from tests.end_to_end.conftest import make_course

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a cluster's workers run Linux")

CLASS = {
    "ada": "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n",
    "bob": "def double(x):\n    return x * x\ndef total(x):\n    return float((x * x).sum())\n",
    "cyd": "import os\ndef double(x):\n    os._exit(3)\n",
    "dan": "def double(x:\n",
    "eve": "def double(x):\n    while True: pass\n",
}
SLOW = "import time\ndef double(x):\n    time.sleep(0.05)\n    return 2.0 * x\n# {}\n"


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

    def start(self, *words):
        dask = Path(sys.executable).with_name("dask")
        process = subprocess.Popen(
            [dask, *words, "--no-dashboard"], cwd=self.folder, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.stack.callback(kill, process)
        return process

    def add_worker(self):
        return self.start("worker", self.address, "--nthreads", "1", "--local-directory", str(self.folder))


def below(pid):
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(child) for child in children] + [pid for child in children for pid in below(int(child))]


def kill(process):
    """End a nanny or a scheduler, and every process below it."""
    for pid in [process.pid, *below(process.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    made = make_course(tmp_path_factory.mktemp("course"))
    for name, source in CLASS.items():
        made.submit(source, f"class/{name}.py")
    return made


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler with two workers, each below a nanny as usual."""
    with ExitStack() as stack:
        made = Cluster(tmp_path_factory.mktemp("cluster"), stack)
        made.add_worker()
        made.add_worker()
        yield made


def batch(course, *words):
    return course.grade("batch", "1", "class", "--allow-weak-isolation", "--seed", "3", *words)


def reports(where):
    """All that the gradebook has of each student's report, but for times."""
    with Gradebook(where) as book:
        found = {s.student: s.report for s in book.standings("assignment1_tiny")}
    return {
        name: (r.digest, r.isolation, r.seed, r.toolkit, r.problems, r.notes, r.origin, r.diagnoses, [
            (o.test, o.status, o.weight, o.says, o.hint, o.detail, o.carried, o.excess) for o in r.outcomes
        ]) for name, r in found.items()
    }  # fmt: skip


def test_as_this_machine_alone(course, cluster, tmp_path):
    """Right, wrong, crashing, endless and unreadable submissions: the same table and the same reports."""
    local, remote = tmp_path / "local.sqlite", tmp_path / "remote.sqlite"
    here = batch(course, "--json", "--gradebook", local)
    there = batch(course, "--json", "--gradebook", remote, "--cluster", cluster.address)

    assert (there.returncode, there.stderr.splitlines()[1:]) == (0, [])
    assert json.loads(there.stdout) == json.loads(here.stdout)
    assert reports(remote) == reports(local)
