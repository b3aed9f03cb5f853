"""The launcher that isolates best of those that work here: bubblewrap, else a plain process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property

from grader.errors import IsolationError
from grader.model import Isolation
from grader.sandbox import bwrap, process
from grader.sandbox.launcher import Launcher, Policy, Worker


@contextmanager
def launch(policy: Policy) -> Iterator[AutomaticLauncher]:
    """As `bwrap.launch`; where that does not work, `process.launch`, with the reason in `isolation.reasons`."""
    with ExitStack() as stack:
        yield AutomaticLauncher(policy, stack)


class AutomaticLauncher:
    """Starts the sandbox at once and finds out only when the first worker is wanted whether it works.

    Meanwhile the caller can import what it needs itself.
    """

    def __init__(self, policy: Policy, stack: ExitStack) -> None:
        self._policy = policy
        self._stack = stack
        self._launcher: Launcher | None = None
        self._why = ""
        try:
            self._launcher = stack.enter_context(bwrap.launch(policy))
        except IsolationError as exc:
            self._why = _sentence(exc)

    @cached_property
    def isolation(self) -> Isolation:
        """The level that was reached; `reasons["bwrap"]` says why it is not a better one."""
        if self._launcher is not None:
            try:
                return self._launcher.isolation
            except IsolationError as exc:
                self._why = _sentence(exc)
        self._launcher = self._stack.enter_context(process.launch(self._policy))
        plain = self._launcher.isolation
        return replace(plain, reasons={"bwrap": self._why, **plain.reasons})

    def start(self) -> Worker:
        """A fresh worker. Raises IsolationError if none can be started."""
        _ = self.isolation
        assert self._launcher is not None  # noqa: S101 - for the type checker
        return self._launcher.start()


def _sentence(exc: IsolationError) -> str:
    return f"{exc}; the way out: {exc.hint}" if exc.hint else str(exc)
