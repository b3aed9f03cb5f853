"""The calls of several tests, put to a submission ahead of each other's answers.

A call into a sandbox is short, and most of what it takes is sending, waiting and waking. So neighbouring calls of one
function go out together, across tests too; their answers are taken, and held to their deadlines, one by one.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import accumulate, takewhile
from typing import Any

from grader.agreement import Reply, askings_of, replies_to
from grader.errors import StudentMissing
from grader.model import Case
from grader.remote import RemoteFunction


class Ahead:
    """Asks a submission the cases of some tests, in their order. A test that ends early costs no other its answers.

    A test ends where a function is missing, or says that it is not implemented. So a function is asked more than one
    thing at a time only after it has answered, and never again after it was missing for some of its inputs. `leave` it
    before anything else is asked.
    """

    def __init__(self, session: Any, tests: Sequence[Sequence[Case]]) -> None:
        self._session = session
        self._cases = [case for cases in tests for case in cases]
        self._starts = [*accumulate(map(len, tests), initial=0)]
        self._place = self._end = 0
        self._answers: Generator[Reply | StudentMissing] | None = None
        self._finished: dict[str, bool] = {}

    def begin(self, test: int) -> None:
        """From now on the cases of this test are asked."""
        if self._place != self._starts[test]:
            self.leave()
            self._place = self._starts[test]

    def leave(self) -> None:
        """Wait for no answer any more. If one is due, the worker is given up."""
        if self._answers is not None:
            self._answers.close()
        self._answers = None

    def replies_to(self, case: Case) -> Iterator[Reply]:
        """The answers to the next case; `case` is that one, perhaps with arguments of its own."""
        if not _is_plain(case):
            self.leave()
            self._place += 1
            yield from replies_to(RemoteFunction(self._session, case.function), case)
            return
        if self._answers is None or self._place >= self._end:
            self._answers = self._send_from(self._place)
        for left in reversed(range(askings_of(case))):
            reply = self._next(case.function)
            if not left:
                self._place += 1
            yield reply

    def _next(self, function: str) -> Reply:
        assert self._answers is not None  # noqa: S101 - for the type checker
        try:
            reply = next(self._answers)
        except BaseException:
            self._answers = None
            raise
        if isinstance(reply, StudentMissing):
            self._finished[function] = False
            self.leave()
            raise reply
        self._finished.setdefault(function, True)
        return reply

    def _send_from(self, place: int) -> Generator[Reply | StudentMissing]:
        """The answers to this case and to those behind it that may go out with it."""
        function = self._cases[place].function
        group = list(takewhile(lambda c: _is_plain(c) and c.function == function, self._cases[place:]))
        if not self._finished.get(function):
            group = group[:1]
        self._end = place + len(group)
        cases = [case for case in group for _ in range(askings_of(case))]
        answers: Generator[Reply | StudentMissing] = self._session.call_each(function, cases)
        return answers


def _is_plain(case: Case) -> bool:
    """Whether a case is one call, with arguments that are plain data."""
    return case.program is None and case.request is not None
