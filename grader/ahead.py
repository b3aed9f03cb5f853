"""The calls of several tests, put to a submission ahead of each other's answers.

A call into a sandbox is short, and most of what it takes is sending, waiting and waking. So neighbouring calls of one
function go out together, across tests too; their answers are taken, and held to their deadlines, one by one.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import accumulate, takewhile
from typing import Any

from grader.agreement import Reply, replies_to, times_of
from grader.errors import StudentError
from grader.model import Case
from grader.remote import RemoteFunction


class Ahead:
    """Asks a submission the cases of some tests, in their order. A test that ends early costs no other its answers."""

    def __init__(self, session: Any, tests: Sequence[Sequence[Case]]) -> None:
        self._session = session
        self._cases = [case for cases in tests for case in cases]
        self._starts = [*accumulate(map(len, tests), initial=0)]
        self._place = self._end = 0
        self._answers: Generator[Reply] | None = None

    def begin(self, test: int) -> None:
        """From now on the cases of this test are asked."""
        if self._place != self._starts[test]:
            if self._answers is not None:
                self._answers.close()
            self._place = self._end = self._starts[test]

    def replies_to(self, case: Case) -> Iterator[Reply]:
        """The answers to the next case; `case` is that one, perhaps with arguments of its own."""
        place, self._place = self._place, self._place + 1
        if not _is_plain(case):
            yield from replies_to(RemoteFunction(self._session, case.function), case)
            return
        if place >= self._end or self._answers is None:
            self._answers = self._send_from(place)
        try:
            for _ in range(times_of(case)):
                yield next(self._answers)
        except StudentError:
            self._end = self._place
            raise

    def _send_from(self, place: int) -> Generator[Reply]:
        """The answers to this case and to those behind it that may go out with it."""
        function = self._cases[place].function
        group = list(takewhile(lambda c: _is_plain(c) and c.function == function, self._cases[place:]))
        self._end = place + len(group)
        answers: Generator[Reply] = self._session.call_each(function, [c for c in group for _ in range(times_of(c))])
        return answers


def _is_plain(case: Case) -> bool:
    """Whether a case is one call, with arguments that are plain data."""
    return case.program is None and case.request is not None
