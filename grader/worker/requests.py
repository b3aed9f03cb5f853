"""The untrusted side: holds one submission, and answers requests until its channel closes.

It knows no test, no oracle and no points, and nothing it says is believed beyond being an answer. What it checks is a
help to honest code, not a wall: walls are the launcher's. It imports the standard library, and numpy when an array
arrives.

Requests and replies are dicts (see `wire`). Each request has a number `seq`, which its reply repeats. Several may be
sent before the first is answered; those that belong to a callback, and are answered in the middle of the request that
called back, say so (`inner`)::

    load     module, parts ((label, source), …), allowed, asked  → problems, imports, functions, uses
    call     target, path, args, kwargs, watched          → value; if watched, shares and changed
    get      target, path                                 → value, or callable
    set      target, path, value
    operate  name, args                                   → value    operator.<name>(*args)
    replace  path, value                                  a global of the submission becomes `value`; None: as it was
"""

from __future__ import annotations

import builtins
import io
import operator
import sys
import types
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from grader import wire
from grader.worker.channel import Channel, Message, Output
from grader.worker.loading import Loader, MissingError

MAX_HANDLES = 100_000
OPERATORS = frozenset(
    "add sub mul truediv floordiv mod pow matmul neg pos abs getitem setitem delitem contains".split()  # noqa: SIM905
)
_ROUTINES = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType)


def request_to_call(path: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, read_only: bool) -> Message:
    """The request for a call of a function; with `read_only` its arrays cannot be written into."""
    if not read_only:
        return {"op": "call", "path": path, "args": args, "kwargs": dict(kwargs)}
    frozen = {"args": wire.ReadOnly(args), "kwargs": wire.ReadOnly(dict(kwargs))}
    return {"op": "call", "path": path, **frozen, "watched": True}


def serve(read_fd: int, write_fd: int) -> None:
    """Answer the requests that arrive on `read_fd` until it closes. The caller has put 0, 1 and 2 on /dev/null."""
    sys.stdin = io.StringIO("")
    worker = _Worker(Channel(read_fd, write_fd))
    while True:
        worker.answer(worker.next_request())


class _Worker:
    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.output = Output()
        self.waiting: deque[Message] = deque()
        self.objects: dict[int, Any] = {}
        self.made = 0
        self.warned = 0
        self.submission = Loader("submission", (), ())
        self.put_back: dict[str, Callable[[], None]] = {}
        self.requests: dict[str, Callable[[Message], Message]] = {
            "load": self.load,
            "call": self.call,
            "get": self.get,
            "set": self.set,
            "operate": self.operate,
            "replace": self.replace,
        }
        warnings.simplefilter("always")
        warnings.showwarning = self.note_warning

    # Messages

    def receive(self) -> Message:
        return self.channel.receive(self.revive)

    def next_request(self) -> Message:
        return self.waiting.popleft() if self.waiting else self.receive()

    def answer(self, message: Message) -> None:
        for number in message.get("free", ()):
            self.objects.pop(number, None)
        sys.stdout = sys.stderr = self.output
        self.warned = 0
        try:
            reply = {"ok": True, **self.requests[message["op"]](message)}
        except BaseException as exc:  # SystemExit and KeyboardInterrupt too: they are errors of the submission
            reply = {"ok": False, "error": self.submission.error(exc, message)}
        reply |= {"op": "reply", "seq": message["seq"]}
        if self.output.pieces:
            reply |= {"stdout": self.output.take(), "warned": self.warned}
        self.send(reply)

    def send(self, reply: Message) -> None:
        try:
            parts = wire.encode(reply, self.stand_in)
        except Exception as exc:  # whatever is wrong with the value, the reply itself must go out
            reason = exc.reason if isinstance(exc, wire.TooMuchError) else "kind"
            kind = wire.safe_name(type(reply.get("value")))
            parts = wire.encode({**reply, "value": wire.Opaque(kind, reason)})
        self.channel.send(parts)

    def note_warning(self, message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
        self.warned += issubclass(category, RuntimeWarning)
        self.output.write(f"{category.__name__}: {message}\n")

    # Values that stay on one side

    def stand_in(self, value: Any, reason: str) -> wire.Stand:
        kind = wire.safe_name(type(value))
        if reason != "kind":
            return wire.Opaque(kind, reason)
        if len(self.objects) >= MAX_HANDLES:
            raise wire.TooMuchError("count")
        self.made += 1
        self.objects[self.made] = value
        return wire.Handle(self.made, kind)

    def revive(self, stand: Any) -> Any:
        if isinstance(stand, wire.Handle):
            return self.objects[stand.number]
        if isinstance(stand, wire.Callback):
            return self.callback(stand.number)
        import numpy as np

        bits = getattr(np.random, stand.name)()
        bits.state = stand.state
        return np.random.Generator(bits)

    def callback(self, number: int) -> Callable[..., Any]:
        def call_back(*args: Any, **kwargs: Any) -> Any:
            message = {"op": "callback", "number": number, "args": args, "kwargs": kwargs}
            self.channel.send(wire.encode(message, self.stand_in))
            while (reply := self.receive())["op"] != "result":
                if reply.get("inner"):
                    self.answer(reply)
                else:
                    # It was sent ahead, before this callback: its turn comes later.
                    self.waiting.append(reply)
            if reply["raised"]:
                raise getattr(builtins, reply["raised"])(f"the function that was passed raised {reply['raised']}")
            return reply["value"]

        return call_back

    # Requests

    def load(self, message: Message) -> Message:
        self.submission = Loader(message["module"], message["parts"], message["allowed"], message.get("asked", ()))
        return {"value": self.submission.load()}

    def call(self, message: Message) -> Message:
        function = self.find(message)
        watched = message.get("watched", False)
        before = _content(message) if watched else None
        value = function(*message["args"], **message["kwargs"])
        changed = before is not None and _content(message) != before
        shares = watched and _share_memory(value, (message["args"], message["kwargs"]))
        if isinstance(function, type) and function.__module__ == self.submission.module.__name__:
            # An object of the submission's own class, even where that derives from float or list.
            value = self.stand_in(value, "kind")
        return {"value": value, "shares": shares, "changed": changed} if shares or changed else {"value": value}

    def get(self, message: Message) -> Message:
        value = self.find(message)
        return {"value": None, "callable": True} if isinstance(value, _ROUTINES) else {"value": value}

    def set(self, message: Message) -> Message:
        setattr(message["target"], message["path"], message["value"])
        return {"value": None}

    def operate(self, message: Message) -> Message:
        if message["name"] not in OPERATORS:
            raise MissingError
        return {"value": getattr(operator, message["name"])(*message["args"])}

    def replace(self, message: Message) -> Message:
        name, value = message["path"], message["value"]
        if name in self.put_back:
            self.put_back.pop(name)()
        if value is not None:
            self.put_back[name] = _put(self.submission.module, name, value)
        return {"value": None}

    def find(self, message: Message) -> Any:
        found, path = message.get("target"), message["path"].split(".") if message["path"] else []
        if found is None:
            names = vars(self.submission.module)
            if not path or path[0] not in names:
                raise MissingError
            found = names[path.pop(0)]
        try:
            for name in path:
                found = getattr(found, name)
        except AttributeError as exc:
            raise MissingError from exc
        if message["op"] == "call" and not callable(found):
            raise MissingError
        return found


def _put(module: types.ModuleType, name: str, value: Callable[..., Any]) -> Callable[[], None]:
    """Let the module's global `name` mean `value`; returns how to put back what it was.

    A plain function changes its inside, so that whatever else refers to it (a dict of functions, a default argument)
    meets the new one too.
    """
    names, was = vars(module), vars(module).get(name)
    if not isinstance(was, types.FunctionType) or was.__code__.co_freevars or was.__globals__ is not names:
        names[name] = value
        return lambda: names.__setitem__(name, was)
    inside = was.__code__, was.__defaults__, was.__kwdefaults__
    hidden = f"__{name}_replaced__"
    names[hidden] = value
    source = f"lambda *args, **kwargs: {hidden}(*args, **kwargs)"
    forward = eval(source)  # noqa: S307 - the name is that of an exercise, from the manifest
    was.__code__, was.__defaults__, was.__kwdefaults__ = forward.__code__, None, None

    def put_back() -> None:
        was.__code__, was.__defaults__, was.__kwdefaults__ = inside
        del names[hidden]

    return put_back


def _content(message: Message) -> list[Any]:
    """What of read-only arguments can be changed all the same, as it is now: lists and dicts, and shapes of arrays.

    What is no plain data counts as unchanged.
    """
    np, found = sys.modules.get("numpy"), []
    waiting = [*message["args"], *message["kwargs"].values()]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, dict, set)):
            everything = message["args"], message["kwargs"]
            return [bytes(part) for part in wire.encode(everything, lambda *_: wire.Opaque("", "kind"))]
        if isinstance(item, (tuple, frozenset)):
            waiting += item
        elif np is not None and type(item) is np.ndarray:
            found.append((item.shape, item.strides, item.dtype))
    return found


def _share_memory(result: Any, arguments: Any) -> bool:
    """Whether an array of the result may overlap one of the arguments."""
    np = sys.modules.get("numpy")
    if np is None:
        return False
    got = _arrays(np, result)
    given = _arrays(np, arguments) if got else []
    # An array that owns its memory overlaps an argument only by being it; a view may.
    return any(x is y if x.base is None else np.may_share_memory(x, y) for x in got for y in given)


def _arrays(np: Any, value: Any) -> list[Any]:
    """The first arrays in nested lists, tuples and dicts."""
    found: list[Any] = []
    waiting = [value]
    for _ in range(1000):
        if not waiting or len(found) >= 100:
            break
        item = waiting.pop()
        if isinstance(item, np.ndarray):
            found.append(item)
        elif isinstance(item, (list, tuple)):
            waiting += item[:1000]
        elif isinstance(item, dict):
            waiting += list(item.values())[:1000]
    return found
