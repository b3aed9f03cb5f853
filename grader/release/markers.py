"""Finds the markers of solutions and prompts in Python source.

Two conventions are read, nbgrader's and otter-grader's:

======================================================  ==============================================
`### BEGIN SOLUTION` … `### END SOLUTION`               the lines between them (one `#` does as well)
`# BEGIN SOLUTION NO PROMPT` … `# END SOLUTION`         the same, and nothing takes their place
`x = 1  # SOLUTION`                                     that statement
`x = 1  # SOLUTION NO PROMPT`, `seed(1)  # SEED`        that statement, and nothing takes its place
``\"\"\" # BEGIN PROMPT`` … ``\"\"\" # END PROMPT``     a string whose lines the student gets as code
======================================================  ==============================================

A marker is a comment, so that a docstring may speak of solutions. A comment that nearly is a marker is refused: taken
as a plain comment, it would hand out the solution.
"""

from __future__ import annotations

import io
import itertools
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from grader.errors import AssignmentError


class Kind(Enum):
    """What a marked piece of source is."""

    REGION = auto()
    STATEMENT = auto()
    PROMPT = auto()


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked piece, from line `first` to line `last` (from 1, the markers' own lines included).

    `indent` is the white space before the opening marker. A statement is known by its marker's line alone.
    """

    kind: Kind
    first: int
    last: int
    prompt: bool = True
    indent: str = ""


@dataclass(frozen=True, slots=True)
class _Marker:
    name: str
    line: int
    indent: str
    opens_at: int = 0


_NAMES = {
    "BEGIN SOLUTION": "begin",
    "BEGIN SOLUTION NO PROMPT": "begin, no prompt",
    "END SOLUTION": "end",
    "SOLUTION": "statement",
    "SOLUTION NO PROMPT": "statement, no prompt",
    "SEED": "statement, no prompt",
    "END PROMPT": "end of prompt",
}
_NEARLY = re.compile(r"\b(?i:begin|end)[\s_-]+(?i:solution|prompt|sol)|\bSOLUTIONS?\b")
_PROMPT = re.compile(r"(?P<quotes>\"{3}|'{3})[ \t]*# BEGIN PROMPT[ \t]*\n")


def find_marked(source: str) -> tuple[Marked, ...]:
    """Every marked piece, from top to bottom; none lies within another one.

    Raises:
        AssignmentError: a marker without its partner, a region within a region, or a misspelt marker.
    """
    found: list[Marked] = []
    opened: _Marker | None = None
    for marker in _markers(source):
        if marker.name.startswith("begin"):
            if opened:
                raise fault(
                    marker.line, f"BEGIN SOLUTION inside the region of line {opened.line}", "end that one first"
                )
            opened = marker
        elif marker.name == "end":
            if not opened:
                raise fault(marker.line, "END SOLUTION without a BEGIN SOLUTION", "add '### BEGIN SOLUTION' above it")
            prompt = opened.name == "begin"
            found.append(Marked(Kind.REGION, opened.line, marker.line, prompt, opened.indent))
            opened = None
        elif marker.name == "end of prompt":
            if opened:
                raise fault(marker.opens_at, "a prompt inside a solution would be cut out with it", "move it below")
            found.append(Marked(Kind.PROMPT, marker.opens_at, marker.line))
        elif not opened:  # within a region, a marked statement goes with the rest
            found.append(Marked(Kind.STATEMENT, marker.line, marker.line, marker.name == "statement"))
    if opened:
        raise fault(opened.line, "BEGIN SOLUTION without an END SOLUTION", "add '### END SOLUTION' below it")
    return tuple(found)


def fault(line: int, says: str, hint: str) -> AssignmentError:
    """The error for something wrong at a line of the solution."""
    return AssignmentError(f"line {line}: {says}", hint)


def _markers(source: str) -> Iterator[_Marker]:
    tokens = _tokens(source)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != tokenize.COMMENT:
            continue
        text = " ".join(token.string.lstrip("#").split())
        name = _NAMES.get(text)
        line, column = token.start
        indent = token.line[:column]
        prompt = before if before and _PROMPT.match(before.string) else None
        if name is None and _NEARLY.search(text):
            raise fault(line, f"'{token.string[:60]}' is no marker", f"the markers are: {', '.join(_NAMES)}")
        if name == "end of prompt" and not prompt:
            raise fault(line, "END PROMPT without a BEGIN PROMPT", 'begin the string with """ # BEGIN PROMPT')
        if name in ("begin", "begin, no prompt", "end") and indent.strip():
            raise fault(line, f"'{text}' must stand on a line of its own", "put it on the line above or below")
        if name and name.startswith("statement") and not indent.strip():
            raise fault(line, f"'{text}' must stand behind a statement", "use '### BEGIN SOLUTION' for whole lines")
        if name:
            yield _Marker(name, line, indent, prompt.start[0] if prompt else 0)


def _tokens(source: str) -> Sequence[tokenize.TokenInfo]:
    """The tokens of the source; a string that opens a prompt must be followed by the prompt's end."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for token, after in itertools.pairwise(tokens):
        opens = token.type == tokenize.STRING and _PROMPT.match(token.string)
        if opens and " ".join(after.string.lstrip("#").split()) != "END PROMPT":
            raise fault(token.start[0], "BEGIN PROMPT without an END PROMPT", 'end the string with """ # END PROMPT')
    return tokens


def solution_lines(source: str) -> frozenset[int]:
    """The lines (from 1) that students do not get: those between the markers, and marked statements."""
    marked = [m for m in find_marked(source) if m.kind is not Kind.PROMPT]
    return frozenset(line for m in marked for line in range(m.first, m.last + 1))
