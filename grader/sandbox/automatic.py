"""The launcher that isolates best of those that work here: bubblewrap, else Landlock, else a plain process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from grader.errors import IsolationError
from grader.model import Isolation
from grader.sandbox import bwrap, landlocked, process
from grader.sandbox.launcher import Launcher, Policy, Worker


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A launcher, and the level that it reaches where everything holds."""

    name: str
    launch: Callable[[Policy], AbstractContextManager[Launcher]]
    level: str


_BY_STRENGTH = (
    _Candidate(bwrap.NAME, bwrap.launch, "A"),
    _Candidate(landlocked.NAME, landlocked.launch, "B"),
    _Candidate(process.NAME, process.launch, "D"),
)


@contextmanager
def launch(policy: Policy) -> Iterator[AutomaticLauncher]:
    """As `bwrap.launch`; where that does not work, the next, with the reasons in `isolation.reasons`."""
    with ExitStack() as stack:
        yield AutomaticLauncher(policy, stack)


class AutomaticLauncher:
    """Starts the best sandbox at once and finds out only when the first worker is wanted whether it works.

    Meanwhile the caller can import what it needs itself.
    """

    def __init__(self, policy: Policy, stack: ExitStack) -> None:
        self._policy = policy
        self._stack = stack
        self._candidates = list(_BY_STRENGTH)
        self._why: dict[str, str] = {}
        self._name, self._launcher = self._next()

    @cached_property
    def isolation(self) -> Isolation:
        """The level that was reached; `reasons` says by name why it is not a better launcher."""
        working = self._working()
        held, best = next(working)
        # The first that works may hold so little that the next is better.
        while self._candidates and self._candidates[0].level < held.level:
            other, launcher = next(working)
            if other.level < held.level:
                held, best = other, launcher
        self._launcher = best
        return replace(held, reasons={**self._why, **held.reasons})

    def _working(self) -> Iterator[tuple[Isolation, Launcher]]:
        """The launchers that work here, with what each reaches. Raises IsolationError if the last does not."""
        while True:
            try:
                held = self._launcher.isolation
            except IsolationError as exc:
                if not self._candidates:
                    raise
                self._why[self._name] = _sentence(exc)
            else:
                yield held, self._launcher
            self._name, self._launcher = self._next()

    def start(self) -> Worker:
        """A fresh worker. Raises IsolationError if none can be started."""
        _ = self.isolation
        return self._launcher.start()

    def _next(self) -> tuple[str, Launcher]:
        """The first of the remaining candidates that can be started at all."""
        while True:
            candidate = self._candidates.pop(0)
            try:
                return candidate.name, self._stack.enter_context(candidate.launch(self._policy))
            except IsolationError as exc:
                if not self._candidates:
                    raise
                self._why[candidate.name] = _sentence(exc)


def _sentence(exc: IsolationError) -> str:
    return f"{exc}; the way out: {exc.hint}" if exc.hint else str(exc)
