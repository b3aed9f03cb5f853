"""The code that a session ran: the executed cells of IPython, or the file that a module came from.

IPython keeps the text of every cell that it ran, edited or deleted since; what was edited and not run is not in it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any

from grader.errors import RequestError
from grader.intake.magics import blank
from grader.model import Part
from grader.printable import one_line

Namespace = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """A statement at the top level of what ran, in the order in which it ran; `part` is its place in the session.

    `unit` is what was compiled with it: IPython compiles each statement alone, and a file is compiled as a whole.
    """

    part: int
    node: ast.stmt
    unit: ast.Module


class Session:
    """What ran in a namespace until now. Raises RequestError where the text of it is not to be had."""

    def __init__(self, namespace: Namespace, caller: FrameType) -> None:
        self.namespace = namespace
        self._line = _line_in(namespace, caller)
        self._shell = _shell_of(namespace)
        file = namespace.get("__file__")
        if self._shell is None and not (isinstance(file, str) and Path(file).is_file()):
            raise RequestError(
                "The source of what this session defines cannot be had.",
                "Define it in a notebook, in IPython, or in a file that you import.",
            )
        self.name = "the cells of this session" if self._shell is not None else Path(str(file)).name

    def is_origin_of(self, value: Any) -> bool:
        """Whether an object was defined here."""
        return namespace_of(value, self.namespace) is self.namespace

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The cells that ran, each as often as it did, or the file."""
        if self._shell is None:
            source = Path(self.namespace["__file__"]).read_text("utf-8", "replace")
            return (Part(one_line(self.name, 60), source),)
        cells = enumerate(self._shell.history_manager.input_hist_raw)
        return tuple(Part(f"cell [{number}]", blank(source)[0]) for number, source in cells)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What ran, statement by statement; a cell that is no Python never ran."""
        return tuple(self._statements())

    def _statements(self) -> Iterator[Statement]:
        for number, part in enumerate(self.parts):
            try:
                tree = ast.parse(part.source)
            except (SyntaxError, ValueError, RecursionError):
                continue
            last = self._last_line() if number == self._current() else None
            for node in tree.body:
                if last is None or node.lineno <= last:
                    yield Statement(number, node, tree if self._shell is None else ast.Module([node], []))

    def _current(self) -> int | None:
        """The part that runs now, if one does."""
        if self._shell is None:
            return 0
        number = len(self.parts) - 1
        return number if number == self._shell.execution_count else None

    def _last_line(self) -> int | None:
        """The line of the running part that has been reached."""
        if self._line is None or self._shell is None:
            return self._line
        raw: str = self._shell.history_manager.input_hist_raw[-1]
        if raw.lstrip().startswith("%%"):
            return None  # IPython counts the lines of its body
        return self._line + raw[: len(raw) - len(raw.lstrip())].count("\n")


def origin_of(live: Mapping[str, Any], session: Namespace, *, everything: bool) -> Namespace:
    """The namespace that the objects come from; of `everything`, what the session itself defines goes first.

    Raises RequestError if objects that were asked for come from several.
    """
    origins = {name: namespace_of(value, session) for name, value in live.items()}
    if everything and any(origin is session for origin in origins.values()):
        return session
    first = next(iter(origins.values()))
    if everything or all(origin is first for origin in origins.values()):
        return first
    places = ", ".join(f"{name} from {_place(origin, session)}" for name, origin in origins.items())
    raise RequestError(f"These are not all from one place: {one_line(places, 300)}.", "Check them one by one.")


def namespace_of(value: Any, session: Namespace) -> Namespace:
    """The globals of the code that made an object; those of the session where they cannot be told."""
    own = getattr(value, "__globals__", None)
    if isinstance(own, dict):
        return own
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    if isinstance(value, type) and module is not None and module.__name__ != session.get("__name__"):
        return vars(module)
    return session


def _place(namespace: Namespace, session: Namespace) -> str:
    return "this session" if namespace is session else str(namespace.get("__name__"))


def _shell_of(namespace: Namespace) -> Any:
    """IPython's shell, if this is its namespace."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if shell is not None and shell.user_ns is namespace else None


def _line_in(namespace: Namespace, frame: FrameType | None) -> int | None:
    """The line at the top level of `namespace` that runs now."""
    while frame is not None:
        if frame.f_globals is namespace and frame.f_code.co_name == "<module>":
            return frame.f_lineno
        frame = frame.f_back
    return None
