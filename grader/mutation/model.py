"""What a mutant is, and the change of text that makes one."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass, field

_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` to `end` give way to `text`.

    Where a whole expression is replaced, `node` is that expression: the text may then stand in parentheses.
    """

    start: int
    end: int
    text: str
    node: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Mutant:
    """A solution with one change, which the tests of `exercise` must notice.

    `was` and `becomes` are the changed piece, without comments; `line` is where it stands (from 1). `twin` counts the
    mutants of the module that would have the same name, from 1.
    """

    exercise: str
    operator: str
    line: int
    was: str
    becomes: str
    source: str = field(repr=False)
    twin: int = 1

    @property
    def name(self) -> str:
        """Short, and the same after edits elsewhere: `f: axis: x.sum(axis=1) → x.sum(axis=0)`."""
        was, becomes = _shortened(self.was, self.becomes)
        again = f" #{self.twin}" if self.twin > 1 else ""
        return f"{self.exercise}: {self.operator}: {was} → {becomes}{again}"

    def diff(self, original: str) -> str:
        """The change as a unified diff, with one line around it."""
        before, after = original.splitlines(), self.source.splitlines()
        return "\n".join(difflib.unified_diff(before, after, "solution", "mutant", n=1, lineterm=""))


def _shortened(was: str, becomes: str) -> tuple[str, str]:
    """Both texts cut to what surrounds the difference, so that a long line still shows what has changed."""
    if max(len(was), len(becomes)) <= _LONGEST:
        return was, becomes
    same = next((at for at, (a, b) in enumerate(zip(was, becomes, strict=False)) if a != b), 0)
    start = max(0, same - _LONGEST // 3)
    return _window(was, start), _window(becomes, start)


def _window(text: str, start: int) -> str:
    piece = text[start : start + _LONGEST]
    return f"{'…' if start else ''}{piece}{'…' if start + _LONGEST < len(text) else ''}"
