"""What is left where the kernel gives less: levels B and C, found by doing, told with the reason; refused below B."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import sandbox
from grader.errors import IsolationError
from grader.sandbox import automatic, isolation, process
from tests.hostile.cage import PATIENT, ROOT, Cage, require_bwrap, require_landlock

# Takes away system calls by number (with an error of its own), and every clone that makes a namespace; then runs grade.
IMITATION = """
import errno, os, sys
from grader.sandbox import kernel, seccomp
from grader.sandbox.syscalls import numbers

machine = os.uname().machine
table = numbers(machine)
program = seccomp._prologue(machine)
for name in {refused}:
    program += seccomp._call(table[name], [seccomp._returns(seccomp._ERRNO | errno.{error})])
program += seccomp._call(table["clone3"], [seccomp._returns(seccomp._UNKNOWN)])
clone = [(seccomp._LOAD, 0, 0, seccomp._FIRST_ARGUMENT), (seccomp._ANY_BIT, 1, 0, seccomp._CLONE_NAMESPACES),
         seccomp._returns(seccomp._ALLOW), seccomp._returns(seccomp._REFUSE)]
program += seccomp._call(table["clone"], clone)
kernel.no_new_privileges()
seccomp.install(seccomp.pack([*program, seccomp._returns(seccomp._ALLOW)]))
from grader.cli import main
main(sys.argv[1:])
"""
# As Docker's default profile does.
DOCKER = ("EPERM", ["unshare", "mount", "umount2", "setns", "pivot_root"])
NO_LANDLOCK = ("ENOSYS", [*DOCKER[1], "landlock_create_ruleset"])


def grade(imitation: tuple[str, list[str]], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command under a kernel that refuses more."""
    error, refused = imitation
    code = IMITATION.format(refused=refused, error=error)
    environment = {**os.environ, "COLUMNS": "400"}
    return subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False, env=environment
    )


def test_container_is_level_b() -> None:
    """Where no namespaces can be made, as in a container, Landlock takes over; the report says why, and what to do."""
    require_bwrap()
    require_landlock()
    result = grade(DOCKER, "doctor")

    assert result.stdout.startswith("Isolation B (launcher landlock)"), result.stdout + result.stderr
    assert "docker run --security-opt seccomp=unconfined" in result.stdout


def test_without_landlock() -> None:
    """Without Landlock, root still takes another user (level C); everybody else has a plain process."""
    require_landlock()
    result = grade(NO_LANDLOCK, "doctor")

    level = "C (launcher landlock)" if os.geteuid() == 0 else "D (launcher process)"
    assert result.stdout.startswith(f"Isolation {level}"), result.stdout + result.stderr
    assert "this kernel has no Landlock" in result.stdout


def test_batch_refuses_below_b(tmp_path: Path) -> None:
    """Other people's code is not run where it could read the tests, unless one says so."""
    require_landlock()
    (tmp_path / "alice.py").write_text("def conv_output_size(n, k):\n    return n\n")
    refused = grade(NO_LANDLOCK, "batch", "assignment3", str(tmp_path))

    assert refused.returncode == 2
    assert "--allow-weak-isolation" in refused.stderr


def test_level_is_in_the_report(tmp_path: Path) -> None:
    """A report bears the level at which it was made."""
    require_landlock()
    solution = ROOT / "solutions" / "assignment3_convolution" / "convolution.py"
    result = grade(DOCKER, "assignment3", str(solution), "-e", "conv_output_size", "--json")

    assert json.loads(result.stdout)["report"]["isolation"]["level"] == "B"


def test_nobody_is_root(cages: Callable[[str], Cage]) -> None:
    """Without namespaces too, neither the zygote nor a worker is root, and root's have another user."""
    launched = cages("landlock").launcher
    worker = launched.start()
    zygote = Path(f"/proc/{launched._zygote._process.pid}/status").read_text()
    ids = {*worker.user_ids(), int(zygote.partition("\nUid:")[2].split()[0])}
    worker.kill()

    assert 0 not in ids
    assert os.geteuid() != 0 or len(ids) == 1


def test_what_the_kernel_says(cages: Callable[[str], Cage]) -> None:
    """A worker without namespaces has no capability, no way to new privileges, and a filter."""
    worker = cages("landlock").launcher.start()
    status = worker.status()
    worker.kill()

    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_the_same_user_needs_scopes() -> None:
    """With the grader's own user id it is level B only if Landlock keeps signals in, which it does since version 6."""
    held = dict.fromkeys([*isolation._FULL, *isolation._WITHOUT_NAMESPACES, *isolation._ANOTHER_USER], "")
    shared = held | {"own process ids": "shared"}

    assert [isolation._level(shared, version, another=False) for version in (5, 6)] == ["", "B"]
    assert isolation._level(shared, 1, another=True) == "B"


def test_nothing_is_claimed_that_fails() -> None:
    """A sandbox in which one of the attempts succeeds has no level, whatever else holds."""
    held = dict.fromkeys([*isolation._FULL, *isolation._WITHOUT_NAMESPACES, *isolation._ANOTHER_USER], "")

    assert isolation._level(held, 7, another=False) == "A"
    assert {isolation._level(some, 7, another=True) for some in (held | {"signals": "sent"}, {})} == {""}


def test_best_of_those_that_work_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first launcher that works is not kept where it holds so little that the next is better."""
    require_landlock()
    weak, strong = automatic._Candidate("process", process.launch, "A"), automatic._BY_STRENGTH[1]
    monkeypatch.setattr(automatic, "_BY_STRENGTH", (weak, strong))

    with automatic.launch(PATIENT) as launched:
        found = launched.isolation
        worker = launched.start()
        answers = worker.status()["Seccomp"]
        worker.kill()

    assert (found.level, found.launcher, answers) == ("B", "landlock", "2")


def test_unreachable_interpreter_is_told(tmp_path: Path) -> None:
    """Where the worker's own files cannot be read by another user, the message says which permission is missing."""
    require_landlock()
    if os.geteuid() != 0:
        pytest.skip("only root's worker is another user's")
    hidden = tmp_path / "grader"
    subprocess.run(["cp", "-r", str(ROOT / "grader"), str(hidden)], check=True)
    for path in (hidden, *hidden.rglob("*")):
        path.chmod(0o700)
    code = "from grader.sandbox import probe; probe('landlock')"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )

    assert "IsolationError" in result.stderr


@pytest.mark.parametrize("launcher", ["auto", "bwrap", "landlock", "process"])
def test_who_cannot_end_a_worker_starts_none(launcher: str) -> None:
    """Root without CAP_KILL, as in a container with some capabilities only, could not end a loop: that is told."""
    require_bwrap()
    require_landlock()
    if os.geteuid() != 0:
        pytest.skip("only root's worker is another user's")
    command = ["setpriv", "--bounding-set=-kill", sys.executable, "-m", "grader", "doctor", "--isolation", launcher]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert result.returncode == 2
    assert "root has no CAP_KILL" in result.stderr
    assert "run the grader as an ordinary user" in result.stderr


def test_bwrap_alone_does_not_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for bwrap by name gets it or nothing."""
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(IsolationError, match="not installed"), sandbox.launcher("bwrap", PATIENT):
        pass
