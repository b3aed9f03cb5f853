"""The launcher where bubblewrap cannot work, as in most containers: Landlock, seccomp and limits, without namespaces.

::

    this process ── zygote (another user than ours, if we are root; packages imported)      control socket: SEQPACKET
                      └ child per submission (no capabilities, Landlock, seccomp)           channel: STREAM

What is missing against bubblewrap: a folder to write in, process ids of its own, and secrecy of what `stat` tells of a
path. Where the kernel has no Landlock, only another user and limits are left (level C), and only for root.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from grader.sandbox import mounts, packages
from grader.sandbox.launcher import Policy
from grader.sandbox.passage import Passage, another_user
from grader.sandbox.warm import Recipe, WarmLauncher, environment_at, settings_of

NAME = "landlock"


@contextmanager
def launch(policy: Policy) -> Iterator[WarmLauncher]:
    """As `bwrap.launch`; whether the kernel plays along shows at the first `start` or look at `isolation`."""
    launcher = WarmLauncher(NAME, policy, _recipe)
    try:
        yield launcher
    finally:
        launcher.close()


def _recipe(policy: Policy, stack: ExitStack) -> Recipe:
    found = packages.entries(policy.allowed_imports)
    user = another_user()
    passage = Passage(user, found, stack)
    readable = [*mounts.system_without_packages(), *(path.resolve() for path in found), *mounts.own_paths()]
    settings = settings_of(policy, packages.importable(found)) | {
        "readable": [passage.to(path) for path in readable],
        "namespaces": False,
        "path": passage.path,
        "kept": passage.descriptors,
    }
    environment = environment_at("/") | {"PYTHONHOME": passage.home}
    command = partial(_command, passage.program, passage.root)
    return Recipe(command, environment, settings, tuple(passage.descriptors), user)


def _command(program: str, root: str, control: int) -> list[str]:
    # The package grader.sandbox is made by hand: its own __init__ would pull in the trusted side.
    start = (
        f"import sys, types; sys.path.append({root!r}); import grader; "
        "made = sys.modules['grader.sandbox'] = types.ModuleType('grader.sandbox'); "
        f"made.__path__ = [grader.__path__[0] + '/sandbox']; sys.path.remove({root!r}); "
        f"from grader.sandbox.zygote import main; main({control})"
    )
    return [program, "-P", "-s", "-S", "-B", "-X", "utf8", "-c", start]
