"""Where student code runs: launchers by name, and the level of isolation that each really gives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from grader.errors import IsolationError, RequestError
from grader.model import Assignment, Isolation
from grader.sandbox.launcher import Launcher, Policy, Worker

__all__ = ["LAUNCHERS", "Launcher", "Policy", "Worker", "launcher", "policy_of", "probe"]


def _bwrap(policy: Policy) -> AbstractContextManager[Launcher]:
    # Imported here, since nothing that is Linux's own may be loaded elsewhere.
    from grader.sandbox import bwrap

    return bwrap.launch(policy)


def _landlock(policy: Policy) -> AbstractContextManager[Launcher]:
    from grader.sandbox import landlocked

    return landlocked.launch(policy)


def _process(policy: Policy) -> AbstractContextManager[Launcher]:
    from grader.sandbox import process

    return process.launch(policy)


def _automatic(policy: Policy) -> AbstractContextManager[Launcher]:
    if not sys.platform.startswith("linux"):
        return _process(policy)
    from grader.sandbox import automatic

    return automatic.launch(policy)


# Strongest first.
LAUNCHERS: dict[str, Callable[[Policy], AbstractContextManager[Launcher]]] = {
    "bwrap": _bwrap,
    "landlock": _landlock,
    "process": _process,
}
_LINUX_ONLY = ("bwrap", "landlock")


def policy_of(assignment: Assignment) -> Policy:
    """What a submission to the assignment may use."""
    return Policy(assignment.allowed_imports, assignment.limits)


@contextmanager
def launcher(name: str | None, policy: Policy) -> Iterator[Launcher]:
    """The launcher of that name; None or "auto": the one that isolates best among those that work here.

    Raises RequestError for an unknown name, IsolationError if the launcher does not work here.
    """
    with ExitStack() as stack:
        yield _open(name, policy, stack)


def _open(name: str | None, policy: Policy, stack: ExitStack) -> Launcher:
    if name is None or name == "auto":
        return stack.enter_context(_automatic(policy))
    if name not in LAUNCHERS:
        known = ", ".join(["auto", *LAUNCHERS])
        raise RequestError(f"there is no launcher {name!r}", f"the launchers are: {known}")
    if name in _LINUX_ONLY and not sys.platform.startswith("linux"):
        raise IsolationError(f"the launcher {name} needs Linux (this is {sys.platform})", "use the launcher process")
    return stack.enter_context(LAUNCHERS[name](policy))


def probe(name: str | None = None) -> Isolation:
    """The isolation that a launcher gives here, found by doing: a submission tries what must not work."""
    with launcher(name, Policy()) as opened:
        return opened.isolation
