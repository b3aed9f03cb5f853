"""Where hostile submissions are kept, under which policy they run, and which launchers this computer can show."""

import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader import sandbox
from grader.errors import StudentCrashed, StudentMissing, StudentRaised, StudentTimeout
from grader.model import Limits, Part, Submission
from grader.sandbox.launcher import Launcher, Policy
from grader.sandbox.syscalls import numbers
from grader.student import RemoteObject, Session
from tests.hostile.cases import CASES, CRASHED, MISSING, OPAQUE, OTHERWISE, RAISED, TIMEOUT

ROOT = Path(__file__).parents[2]
SUBMISSIONS = Path(__file__).parent / "submissions"
PATIENT = Policy(("numpy",), Limits(seconds_per_call=30.0, seconds_total=120.0, memory_mb=256))
# Waiting for a deadline is the point of some: the shorter, the better.
SHORT = Policy(PATIENT.allowed_imports, Limits(seconds_per_call=0.4, seconds_total=1.2, memory_mb=256))
SECRET = "GRADER_TEST_SECRET"
LEVELS = {"bwrap": "A", "landlock": "B", "process": "D"}

_ENDINGS = {StudentRaised: RAISED, StudentTimeout: TIMEOUT, StudentCrashed: CRASHED, StudentMissing: MISSING}
_BEYOND_ITSELF = """
    ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal kill tkill rt_sigqueueinfo
    rt_tgsigqueueinfo fork vfork clone clone3 execve execveat socket socketpair connect bind accept unshare setns mount
    umount2 pivot_root chroot move_mount open_tree fsopen bpf perf_event_open io_uring_setup io_uring_enter
    memfd_create memfd_secret userfaultfd shmget msgget semget mq_open add_key keyctl request_key seccomp
    landlock_create_ruleset landlock_restrict_self capset personality open_by_handle_at fanotify_init init_module
    finit_module kexec_load reboot swapon quotactl acct settimeofday clock_settime adjtimex sethostname setdomainname
    syslog setpriority ioprio_set sched_setscheduler sched_setattr migrate_pages move_pages mbind kcmp lookup_dcookie
    mknodat setuid setgid setsid setpgid get_robust_list sendto sendmsg recvfrom recvmsg
""".split()  # noqa: SIM905 - a list of words reads best as one


def require_bwrap() -> None:
    """Skip where bwrap cannot work. Where it can and the sandbox does not hold, the tests must fail."""
    if not sys.platform.startswith("linux") or shutil.which("bwrap") is None:
        pytest.skip("needs Linux and bwrap: install the package bubblewrap")
    command = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(command, check=False, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"the package bubblewrap is installed, but does not work here: {tried.stderr}")


def require_landlock() -> None:
    """Skip where the kernel has no Landlock."""
    from grader.sandbox import confine

    if not sys.platform.startswith("linux") or not confine.landlock_version():
        pytest.skip("needs Linux with Landlock")


REQUIRE = {"bwrap": require_bwrap, "landlock": require_landlock, "process": lambda: None}


def read(name: str) -> Submission:
    source = (SUBMISSIONS / f"{name}.py").read_text("utf-8")
    return Submission("mallory", "convolution", (Part("convolution.py", source),))


def expected(name: str, launcher: str) -> tuple[str, ...]:
    return OTHERWISE.get((LEVELS[launcher], name), CASES[name])


@dataclass(frozen=True)
class Cage:
    """A launcher that is up, and what its prisoners are to fail at."""

    name: str
    launcher: Launcher
    bait: dict[str, Any] = field(repr=False)

    def end_of(self, name: str) -> str:
        """How a call of `attack` ends: the answer itself, if it is plain."""
        policy = SHORT if TIMEOUT in expected(name, self.name) else PATIENT
        with Session(read(name), self.launcher, policy) as session:
            try:
                value = session.call("attack", (self.bait,), {}).value
            except tuple(_ENDINGS) as exc:
                return next(end for kind, end in _ENDINGS.items() if isinstance(exc, kind))
        if type(value) is str:
            return value if value.isprintable() else repr(value)
        return OPAQUE if _refuses(value) else repr(value)


def _refuses(value: Any) -> bool:
    """Whether a test that takes the value for data fails."""
    try:
        bool(value == 42.0)
    except Exception:
        return True
    return isinstance(value, RemoteObject)


@contextmanager
def cage(name: str, secret: str, port: int) -> Iterator[Cage]:
    """The launcher of that name, with bait for what runs in it."""
    REQUIRE[name]()
    with _canary(secret) as canary, sandbox.launcher(name, PATIENT) as launched:
        yield Cage(name, launched, bait(launched, [canary], port, secret))


@contextmanager
def _canary(secret: str) -> Iterator[str]:
    """A file that everybody may read, of whoever runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix=f"canary-{secrets.token_hex(4)}-"))
    folder.chmod(0o755)
    (folder / "canary").write_text(secret)
    yield str(folder / "canary")
    shutil.rmtree(folder)


def bait(launcher: Any, canaries: list[str], port: int, secret: str) -> dict[str, Any]:
    files = [*ROOT.glob("tests/hidden/*/*.py"), *ROOT.glob("reference/*.py"), Path(__file__), ROOT / "pyproject.toml"]
    system = ("/etc/passwd", "/etc/hostname", "/proc/1/environ", "/proc/self/maps", "/sys/kernel", "/dev/shm", "/home")
    table = numbers(os.uname().machine)
    zygote = [launcher._zygote._process.pid] if hasattr(launcher, "_zygote") else []
    return {
        "files": [*canaries, *map(str, files), *system, f"/proc/{os.getpid()}/environ"],
        "folders": [str(ROOT), str(Path.home()), str(Path(canaries[0]).parent)],
        "names": ["misconceptions.py", "test_convolution.py", "assignment.toml", "grading.py", "scoring.py", "pytest"],
        "packages": [sysconfig.get_path("purelib")],
        "pids": [os.getpid(), os.getppid(), *zygote],
        "port": port,
        "channel": 3 if zygote else 4,
        "secret": secret[::-1],
        "syscalls": {name: table[name] for name in _BEYOND_ITSELF if name in table},
        "tgkill": table["tgkill"],
    }
