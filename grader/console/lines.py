"""Lines of text on a terminal: cleaned, in characters that its encoding has, wrapped, and never read as markup.

Everything that the console prints goes through `say` or `say_line`. Neither leaves blanks at the end of a line, so that
output can be redirected and compared.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from grader.model import Status
from grader.printable import clean, encodable, one_line

_MARKS = {Status.PASSED: "✓", Status.MISSING: "–", Status.SKIPPED: "–", Status.GRADER_ERROR: "!"}
_ASCII_MARKS = {"✓": "+", "✗": "x", "–": "-", "!": "!"}
_STYLES = {"✓": "green", "✗": "bold red", "–": "yellow", "!": "bold yellow"}
# Narrower than this, wrapped text is no longer read.
_NARROWEST = 20


def make_console(*, stderr: bool = False) -> Console:
    """The terminal, as rich finds it: no colours if NO_COLOR is set or the output is redirected."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def mark(console: Console, status: Status) -> tuple[str, str]:
    """One character that says how it went, and its style; one of `+ x - !` where the encoding has no ✓."""
    char = _MARKS.get(status, "✗")
    marks = "".join(_ASCII_MARKS)
    return (char if encodable(marks, console.encoding) == marks else _ASCII_MARKS[char]), _STYLES[char]


def say(console: Console, text: str, style: str = "", *, indent: int = 0, hanging: int = 0) -> None:
    """Print text, wrapped; every line is indented, all but the first by `hanging` more. Its own lines stay lines."""
    margin = indent
    for line in encodable(clean(text), console.encoding).split("\n"):
        words = line.lstrip(" ")
        lead = min(len(line) - len(words), console.width // 2)
        for piece in Text(words).wrap(console, max(_NARROWEST, console.width - indent - hanging - lead)):
            say_line(console, " " * (margin + lead), (piece.plain, style))
            margin = indent + hanging


def say_line(console: Console, *pieces: str | tuple[str, str]) -> None:
    """Print one line made of pieces, each a text or a text with its style; it is not wrapped."""
    line = Text()
    for piece in pieces:
        text, style = piece if isinstance(piece, tuple) else (piece, "")
        line.append(encodable(text, console.encoding), style)
    line.rstrip()
    console.print(line, soft_wrap=True)


def cell(console: Console, text: str, width: int, *, right: bool = False) -> str:
    """The text on one line in exactly `width` columns: padded on one side, or cut with a mark."""
    text = encodable(one_line(text), console.encoding)
    missing = width - cell_len(text)
    if missing >= 0:
        return " " * missing + text if right else text + " " * missing
    cut = "…" if encodable("…", console.encoding) == "…" else "~"
    return set_cell_size(text, max(0, width - 1)) + cut


def width_of(texts: Iterable[str]) -> int:
    """The columns that the widest of the texts takes on a terminal."""
    return max((cell_len(one_line(text)) for text in texts), default=0)
