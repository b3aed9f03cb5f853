"""Executes a submission statement by statement, and tells of what went wrong by place and class."""

from __future__ import annotations

import ast
import builtins
import random
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.worker import outline

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
MAX_PRIVATE = 4000
# Kept from before student code could replace it.
_import: Callable[..., Any] = builtins.__import__

Message = dict[str, Any]


class MissingError(Exception):
    """The submission has nothing by the name that was asked for."""


class Loader:
    """Executes the parts of a submission in one module, and knows which frames are the submission's."""

    def __init__(
        self, name: str, parts: Sequence[tuple[str, str]], allowed: Sequence[str], asked: Sequence[str] = ()
    ) -> None:
        self.parts = parts
        self.asked = asked
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
        if all(label.startswith("cell ") and label[5:].isdigit() for label, _ in self.parts):
            # A notebook that was handed in: its cells were written to be run one by one, by hand.
            trees = outline.of_definitions(trees, self.asked)
        for filename, tree in zip(self.files, trees, strict=True):
            for statement in tree.body:
                self._execute(statement, filename)
        return {"problems": self.problems, **outline.of(trees)}

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
        if isinstance(exc, MissingError):
            where = "missing"
        elif isinstance(exc, TypeError) and not frames and message.get("op") == "call":
            where = "arguments"
        named = next((k for k in _bases(exc) if k in EXCEPTIONS), "Exception")
        private = self._private(exc, frames)
        return {"where": where, "kind": kind_of(exc), "named": named, "part": part, "line": line, "private": private}

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


def kind_of(exc: BaseException) -> str:
    """The class under which an exception is told: the nearest of its bases in `KINDS`, or "Exception"."""
    return next((name for name in _bases(exc) if name in KINDS), "Exception")


def _bases(exc: BaseException) -> list[str]:
    """The names of the built-in classes among the bases, nearest first."""
    return [kind.__name__ for kind in type(exc).__mro__ if kind.__module__ == "builtins"]
