"""Each hostile submission comes to an end that is its own, and the next honest one does not notice."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import StudentCrashed, StudentMissing, StudentRaised, StudentTimeout
from grader.model import Limits
from grader.sandbox.launcher import Policy
from grader.sandbox.syscalls import numbers
from grader.student import RemoteObject, Session
from tests.hostile.cage import POLICY, SUBMISSIONS

HELD, RAISED, TIMEOUT, CRASHED, MISSING = "held", "raised", "timeout", "crashed", "missing"
OPAQUE = "opaque"  # something that is no data, and refuses to be taken for any
# What each of `submissions` comes to. Where it depends on timing or on the libraries, all that are as good.
CASES: dict[str, tuple[str, ...]] = {
    "os_exit": (CRASHED,),
    "sys_exit": (RAISED,),
    "sys_exit_at_import": (HELD,),
    "os_exit_at_import": (CRASHED,),
    "keyboard_interrupt": (RAISED,),
    "abort": (CRASHED,),
    "null_pointer": (CRASHED,),
    "stack_overflow": (CRASHED, TIMEOUT, RAISED),
    "recursion": (RAISED,),
    "atexit_loop": (HELD,),
    "kill_everything": (HELD,),
    "kill_parent": (HELD,),
    "kill_grader": (HELD,),
    "stop_itself": (HELD,),
    "kill_itself": (HELD,),
    "block_signals": (TIMEOUT,),
    "signal_by_descriptor": (HELD,),
    "loop": (TIMEOUT,),
    "loop_at_import": (TIMEOUT,),
    "loop_in_c": (TIMEOUT,),
    "loop_in_numpy": (TIMEOUT,),
    "sleep": (TIMEOUT,),
    "loop_in_message": (TIMEOUT,),
    "loop_in_attribute": (OPAQUE, TIMEOUT),
    "finally_loop": (TIMEOUT,),
    "memory_numpy": (RAISED,),
    "memory_gradual": (RAISED, CRASHED),
    "memory_python": (RAISED, CRASHED),
    "memory_shared": (RAISED, CRASHED),
    "memory_swallowed": (TIMEOUT, CRASHED),
    "fork_bomb": (HELD,),
    "daemon": (HELD,),
    "subprocess_run": (HELD,),
    "os_system": (HELD,),
    "execve": (HELD,),
    "posix_spawn": (HELD,),
    "multiprocessing_pool": (HELD,),
    "thread_bomb": (HELD,),
    "threads_linger": (HELD,),
    "socket_internet": (HELD,),
    "socket_abstract": (HELD,),
    "socket_netlink": (HELD,),
    "socket_pair": (HELD,),
    "urllib_open": (HELD,),
    "read_files": (HELD,),
    "walk_root": (HELD,),
    "walk_up": (HELD,),
    "write_outside": (HELD,),
    "write_sysctl": (HELD,),
    "change_itself": (HELD,),
    "fill_box": (HELD,),
    "many_files": (HELD,),
    "open_descriptors": (HELD,),
    "device_file": (HELD,),
    "leave_file": (HELD,),
    "extension_in_box": (HELD,),
    "print_flood": (TIMEOUT,),
    "print_and_return": (HELD,),
    "descriptor_flood": (TIMEOUT,),
    "close_descriptors": (CRASHED,),
    "junk_on_channel": (CRASHED,),
    "early_reply": (CRASHED,),
    "huge_header": (CRASHED,),
    "half_reply": (TIMEOUT,),
    "dripping_reply": (TIMEOUT,),
    "late_bytes": (CRASHED,),
    "steal_requests": (HELD, TIMEOUT, CRASHED),
    "patch_json": (CRASHED, TIMEOUT, RAISED, "42.0"),
    "patch_builtins": (CRASHED, TIMEOUT, RAISED, "42.0", "True"),
    "patch_numpy": (HELD, RAISED),
    "patch_worker": (CRASHED, RAISED, "42.0"),
    "search_memory": (HELD,),
    "unwind_frames": (HELD,),
    "broadcast": (OPAQUE,),
    "empty_axes": (OPAQUE,),
    "big_reply": (OPAQUE,),
    "long_list": (OPAQUE,),
    "list_in_itself": (OPAQUE,),
    "deep_list": (OPAQUE,),
    "huge_integer": (OPAQUE,),
    "surrogate": ("'\\ud800\\x1b[2J\\u202e'", OPAQUE),
    "lying_array": (OPAQUE,),
    "agreeable_object": (OPAQUE,),
    "endless_generator": (OPAQUE,),
    "raise_limits": (HELD,),
    "become_root": (HELD,),
    "system_calls": (HELD,),
    "namespaces": (HELD,),
    "undo_confinement": (HELD,),
    "touch_neighbours": (HELD,),
}
# Waiting for these is the point: the shorter, the better.
SHORT = Policy(POLICY.allowed_imports, Limits(seconds_per_call=0.5, seconds_total=1.5, memory_mb=256))
ENDINGS = {StudentRaised: RAISED, StudentTimeout: TIMEOUT, StudentCrashed: CRASHED, StudentMissing: MISSING}
BEYOND_ITSELF = """
    ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal kill tkill rt_sigqueueinfo
    rt_tgsigqueueinfo fork vfork clone clone3 execve execveat socket socketpair connect bind accept unshare setns mount
    umount2 pivot_root chroot move_mount open_tree fsopen bpf perf_event_open io_uring_setup io_uring_enter
    memfd_create memfd_secret userfaultfd shmget msgget semget mq_open add_key keyctl request_key seccomp
    landlock_create_ruleset landlock_restrict_self capset personality open_by_handle_at fanotify_init init_module
    finit_module kexec_load reboot swapon quotactl acct settimeofday clock_settime adjtimex sethostname setdomainname
    syslog setpriority ioprio_set sched_setscheduler sched_setattr migrate_pages move_pages mbind kcmp lookup_dcookie
    mknodat setuid setgid setsid setpgid
""".split()  # noqa: SIM905 - a list of words reads best as one


def bait(launcher: Any, port: int, secret: str) -> dict[str, Any]:
    root = Path(__file__).parents[2]
    files = [*root.glob("tests/hidden/*/*.py"), *root.glob("reference/*.py"), Path(__file__), root / "pyproject.toml"]
    system = ("/etc/passwd", "/etc/hostname", "/proc/1/environ", "/proc/self/maps", "/sys/kernel", "/dev/shm", "/home")
    table = numbers(os.uname().machine)
    return {
        "files": [*map(str, files), *system, f"/proc/{os.getpid()}/environ"],
        "folders": [str(root), str(Path.home())],
        "names": ["misconceptions.py", "test_convolution.py", "assignment.toml", "grading.py", "scoring.py", "pytest"],
        "pids": [os.getpid(), os.getppid(), launcher._zygote._process.pid],
        "port": port,
        "secret": secret[::-1],
        "syscalls": {name: table[name] for name in BEYOND_ITSELF if name in table},
        "tgkill": table["tgkill"],
    }


def outcome(session: Session, *args: Any) -> str:
    """How a call of `attack` ends: the answer itself, if it is text."""
    try:
        value = session.call("attack", args, {}).value
    except tuple(ENDINGS) as exc:
        return next(name for kind, name in ENDINGS.items() if isinstance(exc, kind))
    if type(value) is str:
        return value if value.isprintable() else repr(value)
    return repr(value) if type(value) in (bool, float) else OPAQUE if refuses(value) else repr(value)


def refuses(value: Any) -> bool:
    """Whether a test that takes the value for data fails."""
    try:
        bool(value == 42.0)
    except Exception:
        return True
    return isinstance(value, RemoteObject)


def is_patient(name: str) -> bool:
    return TIMEOUT not in CASES[name]


@pytest.mark.parametrize("name", CASES)
def test_hostile_submission(
    name: str, launcher: Any, port: int, secret: str, open_session: Callable[..., Session]
) -> None:
    """A hostile submission harms nobody but itself, and the next one is served as if nothing had been."""
    session = open_session(name, POLICY if is_patient(name) else SHORT)
    got = outcome(session, bait(launcher, port, secret))
    session.close()
    after = open_session("honest").call("good", (np.array([3.0, 1.0]),), {}).value

    assert got in CASES[name]
    assert after.tolist() == [2.0, 6.0]


def test_every_submission_is_tried() -> None:
    """Each file in `submissions` stands in the table, and the other way round."""
    assert set(CASES) == {path.stem for path in SUBMISSIONS.glob("*.py")} - {"honest"}


def test_nothing_is_left_behind(open_session: Callable[..., Session], launcher: Any, port: int, secret: str) -> None:
    """What one submission writes into its folder, the next one does not find."""
    endings = [outcome(open_session("leave_file"), bait(launcher, port, secret)) for _ in range(2)]

    assert endings == [HELD, HELD]
