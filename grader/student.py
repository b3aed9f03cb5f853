"""The submission as hidden tests see it: `student.f(x)` is a message to a sandboxed worker, and plain data comes back.

A `Session` keeps one worker with the submission loaded in it, gives every call a deadline and the whole submission a
budget, and starts a fresh worker after a crash or a timeout. Nothing that comes back is executed or believed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from grader import complaints, wire
from grader.complaints import Loaded
from grader.errors import AssignmentError, StudentCrashed, StudentError, WireError
from grader.model import Case, Submission
from grader.patience import Patience
from grader.remote import Answer, RemoteFunction, RemoteObject, StudentModule, generation_of, stand_of
from grader.sandbox.exchange import Exchange, Functions, LostError, Message, Request
from grader.sandbox.launcher import Launcher, Policy
from grader.worker import MAX_OUTPUT_PER_CALL, request_to_call

__all__ = ["Answer", "RemoteFunction", "RemoteObject", "Session", "StudentModule"]

MAX_SOURCE = 256 * 1024
SECONDS_TO_LOAD = 10.0
MAX_FREED = 1000
MAX_METHODS = 1000
# Requests that are sent together hold at most so many bytes, without what goes before each: no end may wait for room
# while the other waits too.
_MOST_AHEAD = 32 * 1024
Given = tuple[tuple[Any, ...], Mapping[str, Any]]
# The fields of a reply besides its value, with their defaults.
_REPLY: Message = {"ok": False, "stdout": "", "warned": 0, "shares": False, "changed": False, "callable": False}
_KINDS = tuple((field, type(default)) for field, default in _REPLY.items())


class Session:
    """One submission, loaded in a worker and ready for calls.

    `problems` are sentences for the student on what went wrong when it was loaded.
    `answered` counts the answers, values or exceptions, that have arrived. `seconds_per_call` may be set for each test.
    `asked` are the names that tests ask for: none of them is a misspelling of another.
    """

    def __init__(
        self, submission: Submission, launcher: Launcher, policy: Policy, *, asked: Iterable[str] = ()
    ) -> None:
        self.submission = submission
        self.asked = frozenset(asked)
        self.seconds_per_call = policy.limits.seconds_per_call
        self.module = StudentModule(self)
        self.problems: tuple[str, ...] = ()
        self.answered = 0
        self.generation = 0
        self._launcher = launcher
        self._policy = policy
        self._loaded = Loaded()
        self._exchange: Exchange | None = None
        self._deadline: float | None = None
        self._patience = Patience(policy.limits)
        self._functions: Functions = {}
        self._replaced: dict[str, Callable[..., Any]] = {}
        self._methods: set[tuple[str, str]] = set()
        self._free: list[int] = []
        self._first_load()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(
        self,
        path: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        seconds: float | None = None,
        read_only: bool = False,
        request: wire.Prepared | None = None,
        target: RemoteObject | None = None,
    ) -> Answer:
        """Call a function of the submission, or of its object `target`.

        Arrays arrive as fresh copies. With `read_only`, writing into them fails, and the answer tells whether lists and
        dicts among the arguments were changed. A function among the arguments is called back here, within the call's
        time. `request` is the whole call as it goes to the worker, if that is known. Raises StudentError for everything
        that student code can cause, AssignmentError for an argument that cannot cross.
        """
        given = args, kwargs
        if request is not None:
            return self._request(path, request, seconds, given)
        message = request_to_call(path, args, kwargs, read_only=read_only)
        if target is None:
            return self._request(path, message, seconds, given)
        what = f"{self.name_of(target)}.{path}".rstrip(".")
        return self._request(what, {**message, "target": target}, seconds, given)

    def call_each(self, path: str, cases: Sequence[Case]) -> Generator[Answer | StudentError]:
        """As `call` with the arguments of each case, which has its `request`; they are sent ahead of the answers.

        Gives the exception that a call raised in the place of its answer. Raises StudentError where no answer comes;
        then none comes to the cases behind it. Nothing else can be asked meanwhile; if it is closed before its end, the
        worker is given up.
        """
        for some in _sendable(cases):
            requests = [case.request for case in some if case.request is not None]
            yield from self._requests(path, requests, None, [(case.args, case.kwargs) for case in some])

    def get(self, target: RemoteObject, name: str) -> Any:
        """An attribute of an object in the worker: its value, or a RemoteFunction if it is a method.

        What was a method of one object is not asked for again of another one of the class: the call will tell.
        """
        method = stand_of(target).kind, name
        if method in self._methods:
            return RemoteFunction(self, name, target)
        value = self._request(f"{self.name_of(target)}.{name}", {"op": "get", "target": target, "path": name}).value
        if isinstance(value, RemoteFunction) and len(self._methods) < MAX_METHODS:
            self._methods.add(method)
        return value

    def set(self, target: RemoteObject, name: str, value: Any) -> None:
        """Set an attribute of an object in the worker."""
        what = f"{self.name_of(target)}.{name}"
        self._request(what, {"op": "set", "target": target, "path": name, "value": value})

    def operate(self, target: RemoteObject, operation: str, *operands: Any) -> Any:
        """The result of an operator, by its name in the module `operator`."""
        what = f"{self.name_of(target)} ({operation})"
        return self._request(what, {"op": "operate", "name": operation, "args": operands}).value

    def replace(self, name: str, function: Callable[..., Any] | None) -> None:
        """Let a global name of the submission mean this function of the trusted side; None: what it meant before."""
        if function is None:
            self._replaced.pop(name, None)
        else:
            self._replaced[name] = function
        if self._exchange is not None:
            self._request(name, {"op": "replace", "path": name, "value": function})

    @property
    def seconds_left(self) -> float:
        """What remains of the seconds for the whole submission; may be set, for it may have spent some elsewhere."""
        return self._patience.left

    @seconds_left.setter
    def seconds_left(self, seconds: float) -> None:
        self._patience.spent = self._policy.limits.seconds_total - seconds

    @property
    def late(self) -> frozenset[str]:
        """The functions and classes of the submission that gave no answer in their time."""
        return frozenset(what.partition(".")[0] for what in self._patience.late)

    def hurry(self, names: Iterable[str]) -> None:
        """Wait less for these, and for short calls, since they ran out of time in another worker."""
        self._patience.count_late(names)

    def uses(self, name: str) -> frozenset[str]:
        """The names of the submission that a function of it uses, by its word, directly or through others."""
        return self._loaded.reached_by(name)

    def name_of(self, target: RemoteObject) -> str:
        """The class of an object, if it is one of those that the submission defines; else "the object"."""
        kind = stand_of(target).kind
        return kind if kind in (self._loaded.functions or {}) else "the object"

    def forget(self, number: int, generation: int) -> None:
        """An object of the worker is not needed any more; it is told so with the next request."""
        if generation == self.generation:
            self._free.append(number)

    def close(self) -> None:
        """End the worker. May be called again; a later call would start a new one."""
        if self._exchange is not None:
            self._exchange.close()
        self._exchange = None
        self._functions.clear()
        self._free.clear()

    # Loading

    def _first_load(self) -> None:
        submission = self.submission
        if submission.problem:
            self._give_up(StudentCrashed, submission.problem)
        elif sum(len(part.source.encode("utf-8", "surrogatepass")) for part in submission.parts) > MAX_SOURCE:
            name = complaints.file_of(submission)
            self._give_up(StudentCrashed, f"{name} holds more than {MAX_SOURCE // 1024} KB of code.")
        else:
            self._load_and_report()

    def _load_and_report(self) -> None:
        try:
            self._loaded = self._load()
        except StudentError as exc:
            self._give_up(type(exc), exc.says, exc.private)
            return
        allowed = frozenset((*self._policy.allowed_imports, self.submission.module)) | sys.stdlib_module_names
        self.problems = tuple(complaints.problems(self.submission, self._loaded, allowed))

    def _give_up(self, kind: type[StudentError], says: str, private: str = "") -> None:
        """Nothing can be called: say so now, and again for each call."""
        self.problems = (says,)
        self._patience.give_up(kind, says, private)

    def _load(self) -> Loaded:
        """Start a worker and load the submission into it."""
        name, parts = complaints.file_of(self.submission), self.submission.parts
        message = {
            "op": "load",
            "module": self.submission.module,
            "parts": tuple((part.label, part.source) for part in parts),
            "allowed": self._policy.allowed_imports,
            "asked": tuple(sorted(self.asked)),
        }
        started = time.monotonic()
        seconds = min(max(SECONDS_TO_LOAD, 5 * self.seconds_per_call), self._patience.left)
        try:
            exchange = self._exchange = self._start()
            deadline = time.monotonic() + seconds
            loaded = self._read_loaded(_checked(exchange.ask(message, deadline)))
            for path, function in self._replaced.items():
                _checked(exchange.ask({"op": "replace", "path": path, "value": function}, deadline))
        except StudentCrashed:
            self.close()
            raise
        except LostError as exc:
            self.close()
            raise self._patience.sentence(f"Loading {name}", exc, seconds, self.seconds_per_call) from None
        finally:
            self._patience.spent += time.monotonic() - started
        return loaded

    def _read_loaded(self, reply: Message) -> Loaded:
        """What a worker tells of loading. Raises StudentCrashed where that is no such thing."""
        try:
            if reply["ok"]:
                return complaints.read_loaded(reply.get("value"), self.submission)
            private = complaints.read_fault(reply.get("error"), self.submission).private
        except ValueError as exc:
            private = str(exc)
        raise StudentCrashed(f"{complaints.file_of(self.submission)} could not be loaded.", private=private)

    def _start(self) -> Exchange:
        self.generation += 1
        self._free.clear()
        memory_mb = self._policy.limits.memory_mb
        return Exchange(self._launcher.start(), memory_mb, self._functions, self._stand_in, self._revive)

    # Requests

    def _request(self, what: str, message: Request, seconds: float | None = None, given: Given = ((), {})) -> Answer:
        (answer,) = self._requests(what, [message], seconds, [given])
        if isinstance(answer, StudentError):
            raise answer
        return answer

    def _requests(
        self, what: str, messages: Sequence[Request], seconds: float | None, given: Sequence[Given]
    ) -> Generator[Answer | StudentError]:
        """Send requests, and give what comes back to each, in their order."""
        self._patience.check(what)
        for message in messages:
            _check_alive(message, self.generation)
        if self._exchange is None:
            self._load()
        asked, numbers, done = self._exchange, range(0), 0
        try:
            for k, message in enumerate(messages):
                self._patience.check(what)
                with self._a_call(what, self.seconds_per_call if seconds is None else seconds) as (exchange, deadline):
                    numbers = numbers or exchange.send(messages, deadline, self._take_free())
                    reply = _checked(exchange.receive(numbers[k], deadline))
                    answer = self._answer(what, message, reply, given[k])
                done += 1
                yield answer
        finally:
            if done < len(messages) and self._exchange is asked:
                self.close()  # it may have more to say, for which nobody waits any more

    @contextmanager
    def _a_call(self, what: str, usual: float) -> Iterator[tuple[Exchange, float]]:
        """The time of one call: its deadline, what it costs of the submission's seconds, and what its loss comes to."""
        if self._exchange is None:
            raise StudentCrashed(f"{what} was not called: the process that was to answer is gone.")
        exchange, outer = self._exchange, self._deadline
        before, seconds = exchange.spent, self._patience.seconds_for(what, usual)
        deadline = time.monotonic() + seconds
        # A request from within a callback counts against the call that it interrupts.
        self._deadline = deadline if outer is None else min(outer, deadline)
        try:
            yield exchange, self._deadline
        except LostError as exc:
            self.close()
            error = self._patience.sentence(what, exc, seconds, self.seconds_per_call)
            self._patience.count(what, error)
            raise error from None
        except WireError as exc:
            self.close()
            hint = "pass plain data, arrays, functions and objects of the submission"
            raise AssignmentError(f"an argument of {what} cannot be sent: {exc}", hint) from exc
        except BaseException:
            # Raised by a callback, in the middle of the conversation: the worker still waits for its result.
            self.close()
            raise
        finally:
            self._deadline = outer
            if outer is None:
                self._patience.spent += exchange.spent - before

    def _answer(self, what: str, message: Request, reply: Message, given: Given) -> Answer | StudentError:
        self.answered += 1
        if not reply["ok"]:
            return self._raised(what, reply, given)
        value = reply.get("value")
        if reply["callable"] and not isinstance(message, wire.Prepared):
            value = RemoteFunction(self, message["path"], message.get("target"))
        stdout = reply["stdout"][:MAX_OUTPUT_PER_CALL]
        warned = max(0, reply["warned"])
        return Answer(value, reply["shares"], stdout, warned=warned, changed=reply["changed"])

    def _raised(self, what: str, reply: Message, given: Given) -> StudentError:
        try:
            fault = complaints.read_fault(reply.get("error"), self.submission)
        except ValueError as exc:
            raise LostError("garbled", str(exc)) from exc
        arguments = complaints.describe_arguments(*given)
        return complaints.raised(what, fault, self.submission, self._loaded, arguments=arguments, asked=self.asked)

    def _take_free(self) -> tuple[int, ...]:
        free, self._free = tuple(self._free[:MAX_FREED]), self._free[MAX_FREED:]
        return free

    # Values that stay on one side

    def _stand_in(self, value: Any, reason: str) -> wire.Stand:
        if isinstance(value, RemoteObject):
            _check_alive({"target": value}, self.generation)
            return stand_of(value)
        if callable(value):
            number = next((n for n, known in self._functions.items() if known is value), len(self._functions) + 1)
            self._functions[number] = value
            return wire.Callback(number)
        np = sys.modules.get("numpy")
        if np is not None and isinstance(value, np.random.Generator):
            state = value.bit_generator.state
            return wire.Rng(state["bit_generator"], state)
        raise wire.TooMuchError(reason)

    def _revive(self, stand: object) -> RemoteObject:
        if not isinstance(stand, wire.Handle):
            raise WireError("a worker sends handles, no callbacks and no generators")
        return RemoteObject(self, stand, self.generation)


def _check_alive(message: Request, generation: int) -> None:
    """The objects that a request is about must live in the worker that will get it."""
    if isinstance(message, wire.Prepared):
        return
    args = message.get("args")
    for value in (message.get("target"), *(args if type(args) is tuple else ())):
        if isinstance(value, RemoteObject) and generation_of(value) != generation:
            raise StudentCrashed("The object is gone: the process that held it was ended or replaced.")


def _sendable(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """The cases in groups that may be sent together."""
    group: list[Case] = []
    size = 0
    for case in cases:
        n = case.request.size if case.request is not None else 0
        if group and size + n > _MOST_AHEAD:
            yield group
            group, size = [], 0
        group.append(case)
        size += n
    if group:
        yield group


def _checked(reply: Message) -> Message:
    """A reply with all its fields, each of its kind. Raises LostError."""
    reply = {**_REPLY, **reply}
    for field, kind in _KINDS:
        if type(reply[field]) is not kind:
            raise LostError("garbled", "a reply with a wrong field")
    return reply
