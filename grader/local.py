"""The author's own functions in the place of a submission: in this process, without a worker.

So the tests can be tried on misconceptions and references, which are trusted code and know the oracle. Never for a
submission.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import numpy as np

from grader import wire
from grader.complaints import RAISED
from grader.contents import fresh
from grader.errors import StudentError, StudentMissing, StudentRaised
from grader.model import Case, Isolation
from grader.student import Answer, StudentModule
from grader.worker import kind_of


class LocalSession:
    """Answers the calls of hidden tests from `functions`, by name."""

    problems: tuple[str, ...] = ()
    late: frozenset[str] = frozenset()
    isolation = Isolation("none", "local")

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.seconds_per_call = 0.0
        self.seconds_left = math.inf
        self.answered = 0
        self.module = StudentModule(self)  # type: ignore[arg-type] # it is asked for `call` alone
        self._functions = functions

    def call(
        self,
        path: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        seconds: float | None = None,  # noqa: ARG002 - trusted code has no deadline
        read_only: bool = False,
        request: object = None,  # noqa: ARG002 - nothing is sent
        target: None = None,  # noqa: ARG002 - objects of trusted code are called directly
    ) -> Answer:
        """Call a function on copies of its arguments; with `read_only` arrays are not copied, but must be read-only.

        Whether they changed all the same, as a list can, is told of read-only ones alone: that of others is no fault.
        """
        if path not in self._functions:
            raise StudentMissing(f"there is no function {path}")
        args, kwargs = fresh((args, dict(kwargs))) if read_only else copy.deepcopy((args, dict(kwargs)))
        before = _content(args, kwargs) if read_only else None
        self.answered += 1
        try:
            value = self._functions[path](*args, **kwargs)
        except Exception as exc:
            kind = kind_of(exc)
            raise RAISED.get(kind, StudentRaised)(f"{path} raised {kind}.", private=str(exc)) from exc
        arrays = [a for a in args if isinstance(a, np.ndarray)] if read_only and isinstance(value, np.ndarray) else []
        shares = any(np.may_share_memory(value, a) for a in arrays)
        changed = read_only and _content(args, kwargs) != before
        return Answer(copy.deepcopy(value), shares, "", changed=changed)

    def call_each(self, path: str, cases: Iterable[Case]) -> Generator[Answer | StudentError]:
        """As `call` with the arguments of each case; gives what a call raised in the place of its answer."""
        for case in cases:
            try:
                yield self.call(path, case.args, case.kwargs, read_only=case.read_only)
            except (StudentRaised, StudentMissing) as exc:
                yield exc

    def replace(self, name: str, function: Callable[..., Any]) -> None:
        """Let a name mean another function, where tests ask for it."""
        self._functions = {**self._functions, name: function}

    def hurry(self, names: Iterable[str]) -> None:
        """Trusted code has no deadline."""

    def uses(self, name: str) -> frozenset[str]:  # noqa: ARG002 - each function is given by itself
        """None of the others."""
        return frozenset()

    def close(self) -> None:
        """Nothing to end."""


def _content(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[bytes]:
    """The arguments as they are now; functions among them count as unchanged."""
    return [bytes(part) for part in wire.encode((args, dict(kwargs)), lambda *_: wire.Opaque("", "kind"))]
