"""Text that a submission could choose, made fit to be shown.

A name, a file's path or a source line may carry escape sequences that drive a terminal, controls that reverse the
order of what is read, halves of surrogate pairs that no encoder takes, or more than anyone would read. Every writer
(terminal, XML, Markdown) passes such text through here first, and then escapes what is special in its own format.
"""

from __future__ import annotations

import re
import unicodedata

# ECMA-48: a control sequence, an operating system command (title, clipboard, hyperlink), any other escape.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]"
)
# Zero-width joiners are invisible, but words in Persian or Hindi are misspelt without them.
_KEPT = "\n\u200c\u200d"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_ELLIPSIS = "…"
# Our own typography, and what stands for it where the encoding is too small.
_PLAIN = {
    "…": "...", "–": "-", "—": "-", "−": "-", "·": "-", "×": "x", "≤": "<=", "≥": ">=", "→": "->", "±": "+-",
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
}  # fmt: skip


def clean(text: str, limit: int = 10_000) -> str:
    """The text without anything that acts instead of being read; at most `limit` characters; lines stay lines.

    Gone are escape sequences, control and invisible format characters (so also bidirectional controls); tabs become
    spaces; a lone surrogate or a noncharacter becomes the replacement character. What is left can be encoded, and is
    legal in XML.
    """
    if len(text) > limit:
        text = text[: limit - 1] + _ELLIPSIS
    if text.isprintable():
        return text
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).expandtabs(4)
    return "".join(map(_harmless, text))


def _harmless(char: str) -> str:
    if char in _KEPT:
        return char
    category = unicodedata.category(char)
    if category == "Cs" or char in "\ufffe\uffff":
        return _REPLACEMENT
    if category in ("Zl", "Zp"):
        return "\n"
    return "" if category in ("Cc", "Cf") else char


def one_line(text: str, limit: int = 200) -> str:
    """The text, cleaned, with every run of white space a single blank, and at most `limit` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + _ELLIPSIS


def encodable(text: str, encoding: str) -> str:
    """The text with every character that `encoding` lacks replaced by something plain: − by -, í by i, else by ?."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_plain(char, encoding) for char in text)
    return text


def _plain(char: str, encoding: str) -> str:
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    for candidate in (char, _PLAIN.get(char, base)):
        if candidate.encode(encoding, "ignore").decode(encoding) == candidate:
            return candidate
    return "?"
