"""Requests and replies with one worker: numbered, bounded, under a deadline, and believed in nothing but their form."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from grader import wire
from grader.errors import GradeError, StudentCrashed, StudentTimeout, WireError
from grader.sandbox.clock import CallClock
from grader.sandbox.launcher import Worker
from grader.worker import kind_of

# How often the memory of a worker is looked at while its answer is awaited.
SECONDS_BETWEEN_LOOKS = 0.02
MAX_CALLBACKS = 100_000
# Frames of fewer bytes are sent in one piece.
_SMALL = 64 * 1024

Message = dict[str, Any]
Request = Message | wire.Prepared
Functions = dict[int, Callable[..., Any]]


class LostError(Exception):
    """No answer, and none will come: the worker must be replaced. `why` is "late", "ended", "memory" or "garbled"."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why, detail)
        self.why = why
        self.detail = detail


class Exchange:
    """The conversation with one worker. After a LostError, or anything raised by a callback, `close` is all it is for.

    `stand_in` and `revive` translate what stays on one side (see `wire`); `functions` are the callbacks by number.
    """

    def __init__(
        self,
        worker: Worker,
        memory_mb: int,
        functions: Functions,
        stand_in: Callable[[Any, str], wire.Stand],
        revive: Callable[[Any], Any],
    ) -> None:
        self._worker = worker
        self._most_bytes = (worker.resident_bytes() or 0) + memory_mb * 2**20
        self._functions = functions
        self._stand_in = stand_in
        self._revive = revive
        self._number = 0
        self._callbacks = 0
        self._due = 0
        self._calling_back = 0
        self.spent = 0.0
        """The seconds of all requests so far that count (see `clock`)."""

    def ask(self, message: Message, deadline: float) -> Message:
        """The reply to a request; callbacks are answered meanwhile. Raises LostError, or WireError for the request."""
        (number,) = self.send([message], deadline)
        return self.receive(number, deadline)

    def send(self, messages: Sequence[Request], deadline: float, free: Sequence[int] = ()) -> range:
        """Send requests; gives their numbers, in the order in which the replies have to be received.

        Together they must be small, all but one: the worker may begin to answer before it has read all of them. Before
        the first, the worker forgets the objects in `free`.
        """
        first = self._number + 1
        self._number += len(messages)
        # A request out of a callback comes before those that were sent ahead of it.
        fields: Message = {"inner": True} if self._calling_back else {}
        parts: list[wire.Buffer] = []
        for number, message in enumerate(messages, first):
            forget: Message = {"free": tuple(free)} if free and number == first else {}
            parts += self._frame(message, number, {**fields, **forget})
        self._expect_silence()
        started = time.monotonic()
        try:
            self._write(parts, deadline)
        finally:
            self._count(time.monotonic() - started)
        self._due += len(messages)
        return range(first, self._number + 1)

    def receive(self, number: int, deadline: float) -> Message:
        """The reply to a request that was sent; `deadline` is its own. Raises LostError."""
        clock = CallClock(self._worker, deadline)
        try:
            reply = self._read_message(clock)
            while reply["op"] == "callback":
                self._call_back(reply, clock)
                reply = self._read_message(clock)
        finally:
            self._count(clock.spent)
        if reply["op"] != "reply" or type(reply.get("seq")) is not int or reply["seq"] != number:
            raise LostError("garbled", "the reply to another request")
        self._due -= 1
        self._expect_silence()
        return reply

    def _count(self, seconds: float) -> None:
        """Count what a request took. What one out of a callback took is a part of what the request around it takes."""
        if not self._calling_back:
            self.spent += seconds

    def close(self) -> None:
        """End the worker."""
        self._worker.kill()

    def _frame(self, message: Request, number: int, fields: Message) -> list[wire.Buffer]:
        if isinstance(message, wire.Prepared):
            return wire.encode_with(message, number, fields)
        return wire.encode({**message, "seq": number, **fields}, self._stand_in)

    def _expect_silence(self) -> None:
        """Where no reply is due, or the worker waits for the result of a callback, it has nothing to say."""
        if (self._calling_back or not self._due) and self._worker.unsolicited():
            raise LostError("garbled", "bytes that nobody asked for")

    def _write(self, parts: list[wire.Buffer], deadline: float) -> None:
        small = sum(map(len, parts)) <= _SMALL
        try:
            self._worker.send([wire.join(parts)] if small else parts, deadline)
        except TimeoutError:
            raise LostError("late", "the request was not read") from None
        except EOFError:
            raise LostError("ended", self._worker.ending()) from None

    def _read_message(self, clock: CallClock) -> Message:
        try:
            header_size, body_size = wire.sizes(self._read(wire.PREFIX.size, clock))
            rest = self._read(header_size + body_size, clock)
            message = wire.decode(rest[:header_size], memoryview(rest)[header_size:], self._revive)
        except WireError as exc:
            raise LostError("garbled", str(exc)) from exc
        if type(message) is not dict or type(message.get("op")) is not str:
            raise LostError("garbled", "no message")
        if clock.late:
            raise LostError("late")
        return message

    def _read(self, n: int, clock: CallClock) -> bytes:
        while True:
            now = time.monotonic()
            until = now + SECONDS_BETWEEN_LOOKS
            try:
                return self._worker.receive(n, min(clock.deadline, until) if now < clock.deadline else until)
            except TimeoutError:
                self._look(clock)
            except EOFError:
                raise LostError("ended", self._worker.ending()) from None

    def _look(self, clock: CallClock) -> None:
        clock.look()
        if clock.late:
            raise LostError("late")
        if (self._worker.resident_bytes() or 0) > self._most_bytes:
            raise LostError("memory")

    def _call_back(self, message: Message, clock: CallClock) -> None:
        """Call back into the trusted side, as the worker asks."""
        self._callbacks += 1
        if self._callbacks > MAX_CALLBACKS:
            raise LostError("late", f"more than {MAX_CALLBACKS} callbacks")
        number, args, kwargs = message.get("number"), message.get("args"), message.get("kwargs")
        if type(number) is not int or number not in self._functions:
            raise LostError("garbled", "a callback that does not exist")
        if type(args) is not tuple or type(kwargs) is not dict or not all(type(key) is str for key in kwargs):
            raise LostError("garbled", "a callback without arguments")
        now = time.monotonic()
        until = clock.deadline if now < clock.deadline else now + 1.0
        self._calling_back += 1
        try:
            result = self._result(self._functions[number], args, kwargs)
        finally:
            self._calling_back -= 1
        self._write(result, until)

    def _result(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[wire.Buffer]:
        raised, value = "", None
        try:
            value = function(*args, **kwargs)
        except (LostError, StudentTimeout, StudentCrashed, GradeError):
            # A call that the callback made into a worker came to nothing: there is nobody left to answer, or a fault
            # that is not the submission's, which must not be told that its call raised something.
            raise
        except Exception as exc:  # as raised by a function that student code called with what it liked
            raised = kind_of(exc)
        try:
            return wire.encode({"op": "result", "raised": raised, "value": value}, self._stand_in)
        except WireError:
            # Student code asked for something so large: its own affair, as if the function had overflowed.
            return wire.encode({"op": "result", "raised": "ArithmeticError", "value": None}, self._stand_in)
