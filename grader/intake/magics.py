r"""Blanks what IPython understands and Python does not: `%magic`, `!command`, `%%cell_magic`, `name?`.

Lines keep their numbers, so that messages point where the student looks. A `%` counts only where a statement begins:
not within a string, in brackets, or after a backslash. That is told by a scan for quotes and brackets, not by Python's
parser, because a stranger's text can make the parser take any amount of memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.printable import one_line

# Cell magics whose body is ordinary code of the same notebook.
_TRANSPARENT = ("%%time", "%%capture", "%%prun", "%%timeit")
_CELL_MAGIC = re.compile(r"\s*(?P<name>%%\w[\w.]*|%%!)")
_LINE_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:"
    r"%time[ \t]+(?P<timed>[^\s-].*)"  # the statement that is timed stays
    r"|[%!?].*"
    r"|[A-Za-z_][\w.*]*[ \t]*\?{1,2}[ \t]*"  # help: name?
    r"|[A-Za-z_][\w.,\[\] \t]*=[ \t]*(?:!|%\w).*"  # files = !ls
    r")"
)
_DEFINITION = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(?P<name>[^\W\d]\w*)")
_MOST_NOTES = 5
# What decides whether a line ends a statement. A string of one line ends at that line's end, closed or not.
_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<long>\"{3}(?:[^\\\"]|\\(?:.|\Z)|\"(?!\"\"))*(?:\"{3}|\Z)|'{3}(?:[^\\']|\\(?:.|\Z)|'(?!''))*(?:'{3}|\Z))"
    r"|(?P<short>\"(?:[^\\\"\n]|\\.)*\"?|'(?:[^\\'\n]|\\.)*'?)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<joined>\\\n)|(?P<newline>\n)",
    re.DOTALL,
)


def blank(source: str) -> tuple[str, tuple[str, ...]]:
    """The source as Python, with as many lines, and a remark for each thing that was left out."""
    cell = _CELL_MAGIC.match(source)
    notes: list[str] = []
    if cell:
        name = one_line(cell["name"], 30)
        if cell["name"] not in _TRANSPARENT:
            return "", (f"{name} is no Python; the whole cell was left out.",)
        end = source.find("\n", cell.start("name"))
        notes.append(f"{name} was left out; the rest of the cell was kept.")
        source = source[: cell.start("name")] + (source[end:] if end >= 0 else "")
    kept: list[str] = []
    at, line, dropped = 0, 1, 0
    while at < len(source):
        end, magic = _statement(source, at)
        text = source[at:end]
        if magic:
            dropped += 1
            if dropped <= _MOST_NOTES:
                notes.append(f"line {line}, {one_line(text, 40)!r}, is for IPython alone and was left out.")
            python = magic["timed"] or "pass"  # not nothing: it may be all that an indented block has
            text = magic["indent"] + python + "\n" * text.count("\n")
        kept.append(text)
        line += text.count("\n")
        at = end
    if dropped > _MOST_NOTES:
        notes.append(f"{dropped - _MOST_NOTES} more lines for IPython alone were left out.")
    return "".join(kept), tuple(notes)


def definitions(source: str) -> Iterator[tuple[str, int]]:
    """The name and the line of each function and class that begins in the first column, and in no string."""
    at, line = 0, 1
    while at < len(source):
        end, _ = _statement(source, at)
        if found := _DEFINITION.match(source, at):
            yield found["name"], line
        line += source.count("\n", at, end)
        at = end


def _statement(source: str, at: int) -> tuple[int, re.Match[str] | None]:
    """Where the logical line that begins at `at` ends, and its match if it is a magic."""
    magic = _LINE_MAGIC.match(source, at)
    if magic and source[magic.end() : magic.end() + 1] in ("", "\n"):
        end = magic.end()
        while source[end - 1 : end + 1] == "\\\n" and not magic["timed"]:  # IPython joins lines after a backslash too
            end = _line_end(source, end + 1)
        return min(end + 1, len(source)), magic
    depth = 0
    for token in _TOKEN.finditer(source, at):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth = max(0, depth - 1)
        elif token["newline"] and not depth:
            return token.end(), None
    return len(source), None


def _line_end(source: str, at: int) -> int:
    end = source.find("\n", at)
    return len(source) if end < 0 else end
