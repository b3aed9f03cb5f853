"""Seccomp filters by ctypes: which system calls the sandbox may make at all, and which of them a submission may not.

Two filters lie on each other, and the stricter verdict counts. The zygote installs `base` once, a long list of what is
allowed, and its children inherit it for nothing; a child adds `child`, a short list of what it may no longer do.
"""

import ctypes
import errno
import struct
from collections.abc import Sequence

from grader.sandbox import kernel
from grader.sandbox.syscalls import AUDIT_ARCH, numbers

# linux/bpf_common.h, linux/seccomp.h
_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_SET_MODE_FILTER = 1

_REFUSE = _ERRNO | errno.EPERM
# glibc falls back to an older call on ENOSYS alone: clone3 → clone.
_UNKNOWN = _ERRNO | errno.ENOSYS

# What Python, numpy and torch need to compute, read the files that are mounted, and answer over one descriptor.
_ORDINARY = """
brk mmap munmap mremap mprotect madvise mincore msync membarrier
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat openat2 creat close close_range
stat lstat fstat newfstatat fstatat statx statfs fstatfs lseek access faccessat faccessat2 readlink readlinkat
getdents getdents64 getcwd chdir fchdir rename renameat renameat2 mkdir mkdirat rmdir unlink unlinkat
symlink symlinkat link linkat chmod fchmod fchmodat truncate ftruncate fallocate fsync fdatasync flock utimensat umask
sendfile copy_file_range fadvise64 fcntl ioctl dup dup2 dup3 pipe pipe2 eventfd2
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getitimer setitimer alarm
getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid
getrusage getrlimit setrlimit prlimit64 uname sysinfo getcpu getpriority getrandom
sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler
sched_get_priority_max sched_get_priority_min
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack restart_syscall
pause tgkill wait4 waitid clone futex futex_waitv set_robust_list set_tid_address rseq
arch_prctl prctl exit exit_group
"""
# What the zygote needs besides, to be asked for children, to start and to confine them. A child gives these up: it
# reads and writes its channel like a file, and needs nothing else of what sockets can do.
_PRIVILEGED = """
fork vfork unshare setns mount umount2 capset pidfd_open seccomp
landlock_create_ruleset landlock_add_rule landlock_restrict_self
recvfrom recvmsg sendto sendmsg getsockname getsockopt shutdown
"""
# What changes files or what is said of them. Landlock does not see all of it (chmod, utime, lock), so a child that has
# no folder of its own gives it up here.
_CHANGING = """
creat chmod fchmod fchmodat truncate ftruncate fallocate utimensat flock copy_file_range rename renameat renameat2
mkdir mkdirat rmdir unlink unlinkat symlink symlinkat link linkat
"""
_CLONE_THREAD = 0x00010000
# The flags that make namespaces: mount, cgroup, uts, ipc, user, pid, net and time.
_CLONE_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x80
# TCGETS (isatty), FIONREAD, FIONBIO, FIOCLEX, FIONCLEX
_IOCTLS = (0x5401, 0x541B, 0x5421, 0x5451, 0x5450)
# F_SETOWN, F_SETSIG and F_SETOWN_EX would let the kernel send a signal to any process of the same user; F_SETLEASE and
# F_NOTIFY would hold up or watch its files.
_OUTWARD_FCNTLS = (8, 10, 15, 1024, 1026)
_PRCTLS = (15, 16)  # PR_SET_NAME, PR_GET_NAME

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def _returns(verdict: int) -> Instruction:
    return (_RETURN, 0, 0, verdict)


def _call(number: int, block: Sequence[Instruction]) -> list[Instruction]:
    """A block that decides one system call; all others jump over it."""
    return [(_EQUAL, 0, len(block), number), *block]


def _one_of(argument: int, values: Sequence[int], found: int, otherwise: int) -> list[Instruction]:
    """Decide by the lower half of an argument: `found` if it is one of the values."""
    tests = [(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [(_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * argument), *tests, _returns(otherwise), _returns(found)]


def _starts_thread() -> list[Instruction]:
    """Allow clone for a thread of this process, and for nothing else."""
    return [
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 2, 0, _CLONE_NAMESPACES),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        _returns(_ALLOW),
        _returns(_REFUSE),
    ]


def _prologue(machine: str) -> list[Instruction]:
    """Kill whatever enters by another architecture's numbers, then load the number of the call."""
    return [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        _returns(_KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]


def base(machine: str) -> list[Instruction]:
    """The filter of the zygote: what is listed is allowed; KeyError on an unknown machine."""
    table = numbers(machine)
    program = _prologue(machine)
    for name in (_ORDINARY + _PRIVILEGED).split():
        if name in table:
            program += _call(table[name], [_returns(_ALLOW)])
    program += _call(table["clone3"], [_returns(_UNKNOWN)])
    # Also refuses the calls of the x32 interface, whose numbers begin at 2**30.
    return [*program, (_GREATER, 0, 1, max(table.values())), _returns(_UNKNOWN), _returns(_REFUSE)]


def child(machine: str, pid: int, *, writes: bool = True) -> list[Instruction]:
    """The filter of the child whose own process id is `pid`: what could reach beyond itself is refused.

    `writes` is whether it has a folder of its own.
    """
    table = numbers(machine)
    own_process = {"prlimit64": (0, (0, pid)), "sched_setaffinity": (0, (0, pid)), "tgkill": (0, (pid,))}
    program = _prologue(machine) + _call(table["clone"], _starts_thread())
    for name, (argument, values) in (own_process | {"prctl": (0, _PRCTLS), "ioctl": (1, _IOCTLS)}).items():
        program += _call(table[name], _one_of(argument, values, _ALLOW, _REFUSE))
    program += _call(table["fcntl"], _one_of(1, _OUTWARD_FCNTLS, _REFUSE, _ALLOW))
    for name in (_PRIVILEGED if writes else _PRIVILEGED + _CHANGING).split():
        if name in table:
            program += _call(table[name], [_returns(_REFUSE)])
    return [*program, _returns(_ALLOW)]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def pack(program: Sequence[Instruction]) -> bytes:
    """The program as the kernel reads it."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def install(packed: bytes) -> None:
    """Lay a filter on this process, for good; needs no_new_privs. Raises OSError."""
    buffer = ctypes.create_string_buffer(packed, len(packed))
    program = _Program(len(packed) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    kernel.syscall("seccomp", _SET_MODE_FILTER, 0, ctypes.byref(program))
