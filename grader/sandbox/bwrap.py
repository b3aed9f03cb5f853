"""The launcher for code that is not one's own (Linux): bubblewrap, a warm zygote in it, a child per submission.

::

    this process ── bwrap (no network; only the interpreter, the allowed packages and the worker, read-only)
                      └ zygote (never uid 0; own namespaces; packages imported)            control socket: SEQPACKET
                          └ child per submission (pid 1 of its own, private /box, no capabilities, Landlock, seccomp)
                                                                                             channel: STREAM
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from grader.errors import IsolationError
from grader.sandbox import mounts, packages
from grader.sandbox.launcher import Policy
from grader.sandbox.passage import USER
from grader.sandbox.warm import Recipe, WarmLauncher, environment_at, settings_of

NAME = "bwrap"


@contextmanager
def launch(policy: Policy) -> Iterator[WarmLauncher]:
    """A launcher whose sandbox is being started while the caller goes on; it is waited for where it is first needed.

    Raises IsolationError if bubblewrap is not installed, RequestError if an allowed package is not; whether the kernel
    plays along shows at the first `start` or look at `isolation`.
    """
    launcher = WarmLauncher(NAME, policy, _recipe)
    try:
        yield launcher
    finally:
        launcher.close()


def _recipe(policy: Policy, _: ExitStack) -> Recipe:
    program = shutil.which("bwrap")
    if program is None:
        raise IsolationError("bubblewrap is not installed", "install the package bubblewrap (it brings bwrap)")
    found = packages.entries(policy.allowed_imports)
    options = [*_options(), *mounts.arguments(found)]
    settings = settings_of(policy, packages.importable(found)) | {"readable": mounts.readable(), "namespaces": True}
    environment = environment_at("/box")
    return Recipe(lambda control: [program, *options, *_command(control)], environment, settings)


def _options() -> list[str]:
    """What bwrap is told besides the command. Each of its defaults that is too open is named."""
    options = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    options += ["--hostname", "sandbox", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        # Without a user namespace of bwrap's: the zygote leaves uid 0 for good, which inside of one it could not.
        options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        options += ["--unshare-user", "--uid", str(USER), "--gid", str(USER)]
    # It acts when the thread ends that started bwrap: only the main thread is sure to live as long as the process.
    # The closing control socket ends the zygote in any case.
    if threading.current_thread() is threading.main_thread():
        options.append("--die-with-parent")
    return options


def _command(control: int) -> list[str]:
    start = (
        f"import sys; sys.path += [{mounts.OWN!r}, {mounts.PACKAGES!r}]; "
        f"from grader.sandbox.zygote import main; main({control})"
    )
    # -P, -s and -S: no path or start-up file of whoever grades. Its variables are not there; ours must count, so no -I.
    return [str(mounts.interpreter()), "-P", "-s", "-S", "-B", "-X", "utf8", "-c", start]
