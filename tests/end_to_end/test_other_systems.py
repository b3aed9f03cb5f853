"""The student's path on macOS and Windows, as far as Linux can play them: without what they lack, under their names.

What is missing there is taken from `os`, `signal` and `sys.modules`, in the grader and in the worker. Other people's
packages are imported before: how they get on elsewhere is their own affair.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.end_to_end.test_release import HOME, RIGHT, SQUARED, release

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux plays the others")

# Besides: whatever is called sched_*. `killpg` stays, since `os.name` cannot be another one and asks for it.
MISSING_OS = """
    O_DIRECTORY O_NOFOLLOW O_PATH chown copy_file_range fchown fork forkpty getegid geteuid getgid getgroups
    getloadavg getpgid getpgrp getresgid getresuid getuid lchown memfd_create mkfifo mknod nice pidfd_open
    posix_fallocate posix_spawn posix_spawnp prlimit sendfile setegid seteuid setgid setgroups setns setpgid setresuid
    setsid setuid splice statvfs sysconf uname unshare wait3 wait4 waitid
"""
MISSING_SIGNALS = "SIGALRM SIGCHLD SIGHUP SIGUSR1 SIGUSR2 SIGXCPU alarm pthread_sigmask setitimer sigwait"
MISSING_MODULES = "_posixshmem crypt fcntl grp nis pty pwd resource spwd syslog termios tty"
PLAY = f"""
import os, signal, subprocess, sys
import click, numpy, numpy.random, pathlib, rich.console, rich.progress, rich.table, shutil, tempfile, zipfile

sys.platform = PLATFORM
for name in [*{MISSING_OS.split()!r}, *(n for n in dir(os) if n.startswith("sched_"))]:
    if hasattr(os, name):
        delattr(os, name)
for name in {MISSING_SIGNALS.split()!r}:
    if hasattr(signal, name):
        delattr(signal, name)
for name in {MISSING_MODULES.split()!r}:
    sys.modules[name] = None
"""
# In the place of the interpreter: `python -P … -c PROGRAM SETTINGS` plays the same before it runs the program.
WORKER = """
sys.path.pop(0)
program, settings = sys.argv[-2:]
sys.argv = ["-c", settings]
exec(program)
"""
GRADER = """
sys.executable = WORKER
from grader.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *(name for name in sys.modules if name.startswith("grader.")), file=sys.stderr)
"""
ENDLESS = RIGHT.replace("        return 2.0", "        while True:\n            pass\n        return 2.0")
LINUX_ALONE = {"automatic", "bwrap", "landlock", "landlocked", "seccomp", "warm", "zygote"}


@pytest.fixture(scope="module")
def bundle(shared_course, tmp_path_factory) -> Path:
    """A student's own copy, in a folder as folders are called elsewhere."""
    assert release(shared_course).returncode == 0
    home = tmp_path_factory.mktemp("Übungen") / "My Documents (kopie č. 2)"
    return Path(shutil.copytree(shared_course.root / "out" / "assignment1_tiny", home))


@pytest.fixture(params=["darwin", "win32"])
def elsewhere(request, bundle, tmp_path):
    """The command `grade` on another system; a Windows terminal cannot print every letter."""
    play = PLAY.replace("PLATFORM", repr(request.param))
    worker = tmp_path / "python"
    worker.write_text(f"#!{sys.executable}\n{play}{WORKER}", encoding="utf-8")
    worker.chmod(0o755)
    program = play + GRADER.replace("WORKER", repr(str(worker)))
    encoding = {"PYTHONIOENCODING": "cp1252"} if request.param == "win32" else {}

    def grade(source):
        (bundle / HOME / "tiny.py").write_text(dedent(source), encoding="utf-8", newline="\r\n")
        command = [sys.executable, "-c", program, "1"]
        env = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).parents[2]), **encoding}
        done = subprocess.run(command, cwd=bundle, env=env, capture_output=True, check=False)
        said, loaded = done.stderr.decode().partition("loaded:")[::2]
        return done.returncode, done.stdout.decode(encoding.get("PYTHONIOENCODING", "utf-8")), said, set(loaded.split())

    return grade


def test_right_work_passes(elsewhere):
    """Every sealed test passes, and nothing is loaded that is Linux's alone."""
    _, told, said, loaded = elsewhere(RIGHT)

    assert said == ""
    assert re.search(r"double +6/6", told)
    assert not {name.rpartition(".")[2] for name in loaded if name.startswith("grader.sandbox.")} & LINUX_ALONE


def test_mistake_unlocks_its_hint(elsewhere):
    """What differs and why is told as on Linux."""
    code, told, said, _ = elsewhere(SQUARED)

    assert (code, said) == (1, "")
    assert "hint: You squared the number" in told


def test_endless_loop_is_ended(elsewhere):
    """The deadline needs no signals."""
    code, told, said, _ = elsewhere(ENDLESS)

    assert (code, said) == (1, "")
    assert "out of time" in " ".join(told.split())
