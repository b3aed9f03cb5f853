"""The untrusted side: holds one submission, and answers requests until its channel closes.

It knows no test, no oracle and no points, and nothing it says is believed beyond being an answer. What it checks is a
help to honest code, not a wall: walls are the launcher's. It imports the standard library, and numpy when an array
arrives.

Requests and replies are dicts (see `wire`). Each request has a number `seq`, which its reply repeats::

    load     module, parts ((label, source), …), allowed  → problems, imports, functions
    call     target, path, args, kwargs                   → value, shares
    get      target, path                                 → value, or callable
    set      target, path, value
    operate  name, args                                   → value    operator.<name>(*args)
    replace  path, value                                  a global of the submission becomes `value`; None: as it was
"""

from __future__ import annotations

import ast
import builtins
import io
import json
import operator
import os
import random
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader import wire

# Classes by which a test may tell exceptions apart; every other counts as plain Exception.
KINDS = (
    "ValueError",
    "TypeError",
    "IndexError",
    "KeyError",
    "ZeroDivisionError",
    "NotImplementedError",
    "AttributeError",
    "ArithmeticError",
    "NameError",
)
MAX_OUTPUT_PER_CALL = 64 * 1024
MAX_OUTPUT = 1024 * 1024
MAX_PRIVATE = 4000
MAX_HANDLES = 100_000
MAX_NAMES = 500
OPERATORS = frozenset(
    "add sub mul truediv floordiv mod pow matmul neg pos abs getitem setitem delitem contains".split()  # noqa: SIM905
)
# Kept from before student code could replace them.
_exit, _read, _write = os._exit, os.read, os.write
_import: Callable[..., Any] = builtins.__import__
_ROUTINES = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType)

Message = dict[str, Any]


def serve(read_fd: int, write_fd: int) -> None:
    """Answer the requests that arrive on `read_fd` until it closes. The caller has put 0, 1 and 2 on /dev/null."""
    sys.stdin = io.StringIO("")
    worker = _Worker(_Channel(read_fd, write_fd))
    while True:
        worker.answer(worker.receive())


class _Channel:
    """Frames over two file descriptors. When the other side is gone there is nothing left to do: the process ends."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.pending = b""

    def take(self, n: int) -> bytes:
        chunks = [self.pending]
        have = len(self.pending)
        while have < n:
            try:
                chunk = _read(self.read_fd, max(n - have, 65536))
            except OSError:
                chunk = b""
            if not chunk:
                _exit(0)
            chunks.append(chunk)
            have += len(chunk)
        data = b"".join(chunks)
        self.pending = data[n:]
        return data[:n]

    def receive(self, revive: Callable[[Any], Any]) -> Message:
        header, body = wire.sizes(self.take(wire.PREFIX.size))
        head = self.take(header)
        message: Message = wire.decode(head, self.take(body), revive)
        return message

    def send(self, parts: Sequence[wire.Buffer]) -> None:
        small = sum(map(len, parts)) <= 65536
        for part in [wire.join(parts)] if small else parts:
            view = memoryview(part)
            while view:
                try:
                    view = view[_write(self.write_fd, view) :]
                except OSError:
                    _exit(0)


class _Output(io.TextIOBase):
    """Keeps what student code prints, up to a bound per call and one for all."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.room = MAX_OUTPUT_PER_CALL
        self.total = MAX_OUTPUT

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        kept = text[: max(0, min(self.room, self.total))]
        self.room -= len(kept)
        self.total -= len(kept)
        if kept:
            self.pieces.append(kept)
        return len(text)

    def take(self) -> str:
        text = "".join(self.pieces)
        self.pieces.clear()
        self.room = MAX_OUTPUT_PER_CALL
        return text


class _MissingError(Exception):
    """The submission has nothing by the name that was asked for."""


class _Worker:
    def __init__(self, channel: _Channel) -> None:
        self.channel = channel
        self.output = _Output()
        self.objects: dict[int, Any] = {}
        self.made = 0
        self.warned = 0
        self.submission = Loader("submission", (), ())
        self.replaced: dict[str, Any] = {}
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
                self.answer(reply)
            if reply["raised"]:
                raise getattr(builtins, reply["raised"])(f"the function that was passed raised {reply['raised']}")
            return reply["value"]

        return call_back

    # Requests

    def load(self, message: Message) -> Message:
        self.submission = Loader(message["module"], message["parts"], message["allowed"])
        return {"value": self.submission.load()}

    def call(self, message: Message) -> Message:
        function = self.find(message)
        value = function(*message["args"], **message["kwargs"])
        shares = _share_memory(value, (message["args"], message["kwargs"]))
        if isinstance(function, type) and function.__module__ == self.submission.module.__name__:
            # An object of the submission's own class, even where that derives from float or list.
            value = self.stand_in(value, "kind")
        return {"value": value, "shares": True} if shares else {"value": value}

    def get(self, message: Message) -> Message:
        value = self.find(message)
        return {"value": None, "callable": True} if isinstance(value, _ROUTINES) else {"value": value}

    def set(self, message: Message) -> Message:
        setattr(message["target"], message["path"], message["value"])
        return {"value": None}

    def operate(self, message: Message) -> Message:
        if message["name"] not in OPERATORS:
            raise _MissingError
        return {"value": getattr(operator, message["name"])(*message["args"])}

    def replace(self, message: Message) -> Message:
        names, name = vars(self.submission.module), message["path"]
        if message["value"] is None and name in self.replaced:
            names[name] = self.replaced.pop(name)
        elif message["value"] is not None:
            self.replaced.setdefault(name, names.get(name))
            names[name] = message["value"]
        return {"value": None}

    def find(self, message: Message) -> Any:
        found, path = message.get("target"), message["path"].split(".") if message["path"] else []
        try:
            if found is None:
                found = vars(self.submission.module)[path.pop(0)]
            for name in path:
                found = getattr(found, name)
        except (KeyError, AttributeError) as exc:
            raise _MissingError from exc
        if message["op"] == "call" and not callable(found):
            raise _MissingError
        return found


class Loader:
    """Executes the parts of a submission in one module, and knows which frames are the submission's."""

    def __init__(self, name: str, parts: Sequence[tuple[str, str]], allowed: Sequence[str]) -> None:
        self.parts = parts
        self.allowed = frozenset((*allowed, name)) | sys.stdlib_module_names
        self.module = types.ModuleType(name)
        self.files = {f"<submission>/{label}": i for i, (label, _) in enumerate(parts)}
        self.flags = 0
        self.problems: list[Message] = []

    def load(self) -> Message:
        """Execute everything that can be executed, and report what could not."""
        # Dataclasses with postponed annotations look their module up; so does pickle.
        sys.modules[self.module.__name__] = self.module
        if len(self.parts) == 1:
            self.module.__file__ = self.parts[0][0]
        _seed()
        # In the submission's own namespace: numpy may import what it likes.
        vars(self.module)["__builtins__"] = {**vars(builtins), "__import__": self._import}
        trees = [self._parse(i) for i in range(len(self.parts))]
        for filename, tree in zip(self.files, trees, strict=True):
            for statement in tree.body:
                self._execute(statement, filename)
        return {"problems": self.problems, "imports": _imports(trees), "functions": _functions(trees)}

    def _parse(self, index: int) -> ast.Module:
        label, source = self.parts[index]
        try:
            return ast.parse(source, f"<submission>/{label}")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
            self.problems.append(self._problem(exc, index, 0))
            return ast.Module([], [])

    def _execute(self, statement: ast.stmt, filename: str) -> None:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            import __future__

            self.flags |= sum(getattr(__future__, a.name).compiler_flag for a in statement.names if a.name != "*")
        try:
            code = compile(ast.Module([statement], []), filename, "exec", self.flags, dont_inherit=True)
            exec(code, vars(self.module))  # noqa: S102 - this is what the worker is for
        except BaseException as exc:  # what fails here must not keep the rest from being defined
            self.problems.append(self._problem(exc, self.files[filename], statement.lineno))

    def _problem(self, exc: BaseException, part: int, line: int) -> Message:
        fault = self.error(exc, {})
        if fault["line"]:
            part, line = fault["part"], fault["line"]
        column = 0
        if isinstance(exc, SyntaxError):
            line, column = exc.lineno or line, exc.offset or 0
        says = str(exc.msg) if isinstance(exc, SyntaxError) else ""
        return {**fault, "part": part, "line": line, "column": column, "syntax": says}

    def _import(self, name: str, *context: Any, **named: Any) -> Any:
        top = name.partition(".")[0]
        # The import statement passes globals, locals, fromlist and level, by position.
        relative = context[3] if len(context) > 3 else named.get("level", 0)
        if not relative and top not in self.allowed:
            raise ModuleNotFoundError(f"{top} is not allowed in this assignment", name=top)
        return _import(name, *context, **named)

    def error(self, exc: BaseException, message: Message) -> Message:
        """What is told of an exception: its class, the innermost line in the submission, and the rest for staff."""
        frames = list(self._own_frames(exc.__traceback__))
        part, line = (frames[-1][0], frames[-1][1]) if frames else (0, 0)
        where = "body"
        if isinstance(exc, _MissingError):
            where = "missing"
        elif isinstance(exc, TypeError) and not frames and message.get("op") == "call":
            where = "arguments"
        kind = next((k for k in _bases(exc) if k in KINDS), "Exception")
        named = next((k for k in _bases(exc) if k in EXCEPTIONS), "Exception")
        private = self._private(exc, frames)
        return {"where": where, "kind": kind, "named": named, "part": part, "line": line, "private": private}

    def _own_frames(self, trace: types.TracebackType | None) -> Iterator[tuple[int, int, str]]:
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename in self.files:
                yield self.files[code.co_filename], trace.tb_lineno, code.co_name
            trace = trace.tb_next

    def _private(self, exc: BaseException, frames: list[tuple[int, int, str]]) -> str:
        places = [f"{self.parts[part][0]}, line {line}, in {name}" for part, line, name in frames[-20:]]
        try:
            message = str(exc)
        except BaseException:  # the submission's own class may fail here too
            message = "(no message)"
        return "\n".join([*places, f"{type(exc).__name__}: {message[:MAX_PRIVATE]}"])[-MAX_PRIVATE:]


def _seed() -> None:
    """The same random numbers in every run, for code that uses the global generators."""
    random.seed(0)
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed(0)


EXCEPTIONS = frozenset(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
)


def _bases(exc: BaseException) -> list[str]:
    """The names of the built-in classes among the bases, nearest first."""
    return [kind.__name__ for kind in type(exc).__mro__ if kind.__module__ == "builtins"]


def _imports(trees: Sequence[ast.Module]) -> list[tuple[str, int, int]]:
    """Top-level package, line and part of every import, also inside functions."""
    found: list[tuple[str, int, int]] = []
    for part, tree in enumerate(trees):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [(alias.name.partition(".")[0], node.lineno, part) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.append((node.module.partition(".")[0], node.lineno, part))
    return found[:MAX_NAMES]


def _functions(trees: Sequence[ast.Module]) -> dict[str, list[str]]:
    """The functions and classes at top level, with the names of their parameters, as written."""
    found: dict[str, list[str]] = {}
    for node in [node for tree in trees for node in tree.body]:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = _parameters(node.args)
        elif isinstance(node, ast.ClassDef):
            inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
            found[node.name] = _parameters(inits[0].args)[1:] if inits else []
    return dict(list(found.items())[:MAX_NAMES])


def _parameters(args: ast.arguments) -> list[str]:
    names = [a.arg for a in (*args.posonlyargs, *args.args)]
    names += [f"*{args.vararg.arg}"] if args.vararg else []
    names += [a.arg for a in args.kwonlyargs]
    return names + ([f"**{args.kwarg.arg}"] if args.kwarg else [])


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


def main() -> None:
    """The worker as a plain process: channel on stdin and stdout, settings as JSON in the last argument."""
    settings = json.loads(sys.argv[-1])
    read_fd, write_fd = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    if os.name == "nt":
        import msvcrt

        for fd in (read_fd, write_fd):
            msvcrt.setmode(fd, os.O_BINARY)  # type: ignore[attr-defined]
    for name in settings["preload"]:
        try:
            __import__(name)
        except ImportError:
            # The submission gets to know it where it imports it.
            continue
    _limit(settings["memory_mb"])
    serve(read_fd, write_fd)


def _limit(memory_mb: int) -> None:
    """Bound the address space, relative to what is used now, where the system can."""
    try:
        import resource

        with open("/proc/self/statm") as statm:  # noqa: PTH123 - pathlib would be imported for this alone
            used = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (used + memory_mb * 2**20,) * 2)
    except (ImportError, OSError, ValueError):
        return
