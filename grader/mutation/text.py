"""Source text by node: where in the text a node of the tree begins and ends.

The tree counts columns in UTF-8 bytes, and lines as Python ends them; a text is cut by characters.
"""

from __future__ import annotations

import ast
import bisect
import io
import re
import tokenize
from dataclasses import dataclass

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")

Located = ast.expr | ast.stmt | ast.keyword


@dataclass(frozen=True, slots=True)
class Text:
    """A module's source; `bare` is the same with a blank for each character of a comment."""

    source: str
    bare: str
    starts: tuple[int, ...]

    def span(self, node: Located) -> tuple[int, int]:
        """The first character of a node, and the one after its last. Parentheses around it do not belong to it."""
        last, column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._offset(node.lineno, node.col_offset), self._offset(last, column)

    def of(self, node: Located) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.source[start:end]

    def line(self, offset: int) -> int:
        """The line (from 1) of a character."""
        return bisect.bisect_right(self.starts, offset)

    def line_span(self, line: int) -> tuple[int, int]:
        """The first character of a line, and the one after its end."""
        end = self.starts[line] if line < len(self.starts) else len(self.source)
        return self.starts[line - 1], end

    def _offset(self, line: int, column: int) -> int:
        start, end = self.line_span(line)
        return start + len(self.source[start:end].encode()[:column].decode())


def text_of(source: str) -> Text:
    """The text of a module that can be parsed."""
    starts = tuple(match.start() for match in _LINE.finditer(source))
    text = Text(source, source, starts)
    bare = list(source)
    for token in tokenize.generate_tokens(io.StringIO(source, newline="").readline):
        if token.type == tokenize.COMMENT:
            at = starts[token.start[0] - 1] + token.start[1]
            bare[at : at + len(token.string)] = " " * len(token.string)
    return Text(text.source, "".join(bare), starts)
