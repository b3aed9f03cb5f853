"""The steps by which a process gives up what it could do, in the order in which the kernel allows them.

Stdlib only: this runs inside the sandbox. A step that fails raises OSError, but for the two that a kernel may lack
(`lay_landlock`, `lay_filter`), which say why instead.
"""

import os
import resource
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from grader.sandbox import kernel, landlock, seccomp

BOX = "/box"
MB = 2**20
BOX_MB = 32
OPEN_FILES = 64
THREADS = 32
CHANNEL, REPORT = 3, 4  # the descriptors that a child keeps, besides 0 to 2; REPORT until it is confined


@dataclass(frozen=True, slots=True)
class Confinement:
    """What every child of one zygote may use.

    `memory` counts bytes of address space, with what the bare interpreter has. `private` is whether the zygote has
    namespaces of its own to branch off from; without them there is no folder to write in, and `threads` bounds all
    threads of the user together. `kept` are descriptors of folders that cannot be reached by their paths.
    """

    memory: int
    cpu_seconds: int
    readable: tuple[str, ...]
    private: bool
    threads: int = THREADS
    kept: tuple[int, ...] = ()


def leave_root(uid: int) -> None:
    """Become an ordinary user, for good. Even without capabilities, uid 0 may write to /proc/sys."""
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as exc:  # as in a container without other users
        raise OSError(exc.errno, f"student code must not run as root, and there is no user {uid} here") from exc
    kernel.set_dumpable(True)  # else /proc/self/uid_map still belongs to root


def own_namespaces() -> None:
    """Move into user, pid, mount and ipc namespaces of our own. Returns in a new process, which is pid 1 there.

    Children can be given pid namespaces only by a process that has power over the one it lives in, and outside of
    this user namespace there is no such power.
    """
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEW_USERS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, text.encode())
        os.close(descriptor)
    kernel.unshare(kernel.NEW_PIDS | kernel.NEW_MOUNTS | kernel.NEW_IPC)
    pid = os.fork()
    if pid:
        os.closerange(0, 64)  # so that the other end sees it when the zygote ends
        os.waitpid(pid, 0)
        os._exit(0)
    kernel.die_with_parent(signal.SIGKILL)
    kernel.mount("none", "/", kernel.RECURSIVE | kernel.PRIVATE)


def cover(path: str) -> None:
    """Hide a folder below an empty one that nobody can write to."""
    flags = kernel.READ_ONLY | kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXECUTION
    kernel.mount("tmpfs", path, flags, "size=4k,mode=0555")


def keep_descriptors(channel: int, report: int, kept: Sequence[int] = ()) -> None:
    """Close every descriptor but these. The first two move to CHANNEL and REPORT; 0 to 2 become /dev/null, anew."""
    null = os.open("/dev/null", os.O_RDWR)
    first_free = max(channel, report, null, REPORT, *kept) + 1
    os.dup2(channel, first_free)
    os.dup2(report, first_free + 1)
    for target in range(3):
        os.dup2(null, target)
    os.dup2(first_free, CHANNEL)
    os.dup2(first_free + 1, REPORT)
    start = REPORT + 1
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def private_folder() -> None:
    """Give this process mounts and System V objects of its own, with an empty folder to write in at BOX."""
    kernel.unshare(kernel.NEW_MOUNTS | kernel.NEW_IPC)
    flags = kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXECUTION
    kernel.mount("tmpfs", BOX, flags, f"size={BOX_MB}m,nr_inodes=1024,mode=0700")
    os.chdir(BOX)
    # Without a mapping of users, this process can make no further namespace; and its processes are counted apart.
    kernel.unshare(kernel.NEW_USERS)


def threads_of_user() -> int:
    """How many threads run under the user id of this process, those of other programs included."""
    own, count = os.getuid(), 0
    for process in os.scandir("/proc"):
        try:
            if process.name.isdigit() and process.stat().st_uid == own:
                count += len(os.listdir(f"{process.path}/task"))  # noqa: PTH208 - pathlib is slower to start
        except OSError:
            continue  # it has ended
    return count


def limit(memory: int, cpu_seconds: int, threads: int) -> None:
    """Set the hard limits. Soft equals hard: a pid 1 ignores the signal of a soft one."""
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_NPROC: threads,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: BOX_MB * MB,
        resource.RLIMIT_STACK: 8 * MB,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_AS: memory,
    }
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (lowest, lowest))


def landlock_version() -> int:
    """The version of the running kernel's Landlock; 0 if it has none."""
    try:
        return landlock.version()
    except (KeyError, OSError):
        return 0


def lay_landlock(rules: Confinement) -> str:
    """Confine file access by path; "" or why it cannot be done."""
    try:
        landlock.restrict(rules.readable, (BOX,) if rules.private else (), ("/dev/null", "/dev/urandom"))
    except KeyError:
        return f"the system calls of {os.uname().machine} are not known"
    except OSError as exc:
        return f"this kernel has no Landlock, or it is off ({exc.strerror}); use Linux 5.13, booted with lsm=landlock,…"
    return ""


def lay_filter(program: bytes) -> str:
    """Install a seccomp filter, if there is one; "" or why it cannot be done."""
    if not program:
        return f"the system calls of {os.uname().machine} are not known"
    try:
        seccomp.install(program)
    except OSError as exc:
        return f"this kernel refuses seccomp filters ({exc.strerror})"
    return ""


def base_filter() -> bytes:
    """The packed filter of the zygote; empty on an unknown machine."""
    try:
        return seccomp.pack(seccomp.base(os.uname().machine))
    except KeyError:
        return b""


def child_filter(pid: int, *, writes: bool) -> bytes:
    """The packed filter of the child that knows itself as `pid`; empty on an unknown machine."""
    try:
        return seccomp.pack(seccomp.child(os.uname().machine, pid, writes=writes))
    except KeyError:
        return b""


def confine(rules: Confinement) -> dict[str, str]:
    """Confine this process, a fresh child, for good. Returns what could not be set, with the reason."""
    if rules.private:
        private_folder()
    limit(rules.memory, rules.cpu_seconds, rules.threads)
    kernel.drop_capabilities()
    # After everything that changes credentials, which would undo both.
    kernel.set_dumpable(False)
    kernel.die_with_parent(signal.SIGKILL)
    program = child_filter(os.getpid(), writes=rules.private)
    lacking = {"landlock": lay_landlock(rules), "seccomp": lay_filter(program)}
    return {guard: reason for guard, reason in lacking.items() if reason}
