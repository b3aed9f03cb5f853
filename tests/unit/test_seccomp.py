"""The seccomp filters, run by a small interpreter of their instructions: for x86-64 and aarch64, on any machine."""

import struct

import pytest

from grader.sandbox import seccomp
from grader.sandbox.syscalls import AUDIT_ARCH, numbers

OWN = 4711
MACHINES = sorted(AUDIT_ARCH)
VERDICTS = {seccomp._ALLOW: "allowed", seccomp._REFUSE: "refused", seccomp._UNKNOWN: "unknown", seccomp._KILL: "killed"}
NEVER = """
    kill tkill rt_sigqueueinfo rt_tgsigqueueinfo ptrace process_vm_readv process_vm_writev pidfd_getfd pidfd_send_signal
    execve execveat socket socketpair connect bind accept listen shmget msgget semget mq_open memfd_create add_key
    keyctl bpf perf_event_open io_uring_setup userfaultfd personality setpriority sched_setscheduler sched_setattr
    setuid setresuid chroot pivot_root open_by_handle_at mknodat kexec_load init_module reboot get_robust_list kcmp
""".split()  # noqa: SIM905 - a list of words reads best as one
PRIVILEGED = [*seccomp._PRIVILEGED.split(), "clone3"]
COMPUTING = (
    "read",
    "write",
    "mmap",
    "munmap",
    "brk",
    "futex",
    "openat",
    "close",
    "newfstatat",
    "exit_group",
    "getrandom",
)


def verdict(program: list[seccomp.Instruction], arch: int, number: int, *arguments: int) -> str:
    """What the kernel would do: it loads words of `struct seccomp_data` and jumps forward."""
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *(*arguments, *[0] * (6 - len(arguments))))
    at, word = 0, 0
    while True:
        code, when_true, when_false, operand = program[at]
        at += 1
        if code == seccomp._LOAD:
            (word,) = struct.unpack_from("<I", data, operand)
        elif code == seccomp._RETURN:
            return VERDICTS[operand]
        else:
            holds = {
                seccomp._EQUAL: word == operand,
                seccomp._GREATER: word > operand,
                seccomp._ANY_BIT: bool(word & operand),
            }[code]
            at += when_true if holds else when_false


def both(machine: str, name: str, *arguments: int, writes: bool = True) -> str:
    """The stricter verdict of the two filters that lie on a child."""
    program = seccomp.base(machine), seccomp.child(machine, OWN, writes=writes)
    found = {verdict(p, AUDIT_ARCH[machine], numbers(machine)[name], *arguments) for p in program}
    return (found - {"allowed"} or {"allowed"}).pop()


@pytest.mark.parametrize("machine", MACHINES)
def test_computing_is_allowed(machine: str) -> None:
    """What Python and numpy compute with goes through both filters."""
    assert {name: both(machine, name) for name in COMPUTING} == dict.fromkeys(COMPUTING, "allowed")


@pytest.mark.parametrize("machine", MACHINES)
def test_reaching_out_is_refused(machine: str) -> None:
    """What reaches beyond the process is refused."""
    table = numbers(machine)
    names = [name for name in (*NEVER, *PRIVILEGED) if name in table]

    assert [name for name in names if both(machine, name) == "allowed"] == []


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "own", "foreign"),
    [
        ("prlimit64", [(0,), (OWN,)], [(1,), (OWN + 1,)]),
        ("sched_setaffinity", [(0,), (OWN,)], [(1,)]),
        ("tgkill", [(OWN, OWN, 9)], [(1, 1, 9), (0, 1, 9)]),
        ("fcntl", [(3, 1), (3, 3)], [(3, 8), (3, 10), (3, 15), (3, 1024), (3, 1026)]),
        ("prctl", [(15,), (16,)], [(1,), (4,), (22,), (38,)]),
        ("ioctl", [(1, 0x5401)], [(1, 0x5412), (1, 0x541C)]),
        ("clone", [(0x3D0F00,)], [(17,), (0,), (0x10000000 | 0x10000,), (0x20000000,)]),
    ],
)
def test_arguments_decide(machine: str, name: str, own: list[tuple[int]], foreign: list[tuple[int]]) -> None:
    """Calls that a process needs for itself are refused where they name another one."""
    assert {both(machine, name, *arguments) for arguments in own} == {"allowed"}
    assert {both(machine, name, *arguments) for arguments in foreign} == {"refused"}


@pytest.mark.parametrize("machine", MACHINES)
def test_attributes_without_a_folder(machine: str) -> None:
    """A child without a folder of its own can change no mode, time, name or length of a file; one with a folder can."""
    names = [name for name in seccomp._CHANGING.split() if name in numbers(machine)]

    assert {both(machine, name, writes=False) for name in names} == {"refused"}
    assert {both(machine, name, writes=True) for name in names} == {"allowed"}


@pytest.mark.parametrize("machine", MACHINES)
def test_foreign_interfaces(machine: str) -> None:
    """Numbers of another architecture end the process; those of x32, and those that do not exist, are unknown calls."""
    program, arch = seccomp.base(machine), AUDIT_ARCH[machine]
    other = next(code for name, code in AUDIT_ARCH.items() if name != machine)

    assert verdict(program, other, numbers(machine)["read"]) == "killed"
    assert {verdict(program, arch, number) for number in (2**30 + 39, 100_000, 2**32 - 1)} == {"unknown"}


@pytest.mark.parametrize("machine", MACHINES)
def test_well_known_numbers(machine: str) -> None:
    """The generated tables agree with numbers that do not change: Landlock's are the same everywhere."""
    known = {"x86_64": {"read": 0, "kill": 62, "clone": 56}, "aarch64": {"read": 63, "kill": 129, "clone": 220}}
    table = numbers(machine)

    assert {name: table[name] for name in known[machine]} == known[machine]
    assert [table[f"landlock_{n}"] for n in ("create_ruleset", "add_rule", "restrict_self")] == [444, 445, 446]


def test_unknown_machine() -> None:
    """On a machine whose calls are not known there is no filter, rather than a wrong one."""
    with pytest.raises(KeyError):
        seccomp.base("riscv64")


def test_programs_are_within_the_kernels_bounds() -> None:
    """At most 4096 instructions, and no jump beyond the end."""
    for machine in MACHINES:
        for program in (seccomp.base(machine), seccomp.child(machine, OWN)):
            reach = [at + 1 + max(jumps) for at, (_, *jumps, _) in enumerate(program)]
            assert len(program) <= 4096
            assert max(reach) <= len(program)
