"""Turns the bytes of a source file into text, in whatever encoding an editor left them."""

from __future__ import annotations

import codecs
import re

from grader.errors import SubmissionError
from grader.intake.files import too_large
from grader.model import Part
from grader.printable import one_line

# One line of 4 MB makes Python's parser ask for over a gigabyte; no exercise needs a hundredth of it.
MOST_SOURCE = 256 * 1024

_MARKS = (  # UTF-32 before UTF-16, whose mark is the beginning of UTF-32's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]{1,40})")
# Python knows more: encodings of bytes (zlib), of escapes (unicode_escape), of host names. Those are no text in a file.
_TEXT = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp(125\d|437|720|737|775|85\d|86\d|874|932|949|950)|koi8-[rtu]|mac-[a-z]+|tis-620"
    r"|gb2312|gbk|gb18030|big5|big5hkscs|shift_jis|euc_jp|euc_kr|johab|hz"
)
_CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_source(data: bytes, label: str) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """A file of Python as one part, and remarks on how it was read.

    Raises:
        SubmissionError: it is empty, too large, or no text.
    """
    text, notes = decode(data, label)
    if not text.strip():
        raise SubmissionError(f"{label} is empty.")
    if line := conflict_line(text):
        notes = (*notes, f"{label} holds marks of an unresolved git conflict at line {line}: choose one side.")
    return (Part(label, text),), notes


def decode(data: bytes, label: str, most: int = MOST_SOURCE) -> tuple[str, tuple[str, ...]]:
    """The text of a file, its lines ending in a line feed, and a remark if its encoding had to be guessed.

    A byte order mark decides; then a declaration of an encoding of text; then UTF-8; then Latin-1, which reads all.

    Raises:
        SubmissionError: too many bytes, or bytes that no text holds.
    """
    if len(data) > most:
        raise too_large(label, most, len(data))
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            note = "" if encoding == "utf-8" else f"{label} was read as {encoding.upper()}; save it as UTF-8."
            return _finished(_after_mark(data, mark, encoding, label), label, note)
    if b"\0" in data:
        raise SubmissionError(
            f"{label} is no text: it holds a NUL byte at position {data.index(0) + 1}. Save it as UTF-8 source code."
        )
    return _finished(*_without_mark(data, label))


def conflict_line(text: str) -> int | None:
    """The line of the first mark that git left of a conflict."""
    match = _CONFLICT.search(text)
    return text.count("\n", 0, match.start()) + 1 if match else None


def without_surrogates(text: str) -> str:
    """The text with halves of surrogate pairs, which no encoder takes, made replacement characters."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _after_mark(data: bytes, mark: bytes, encoding: str, label: str) -> str:
    ordered = (
        encoding if encoding == "utf-8" else f"{encoding}-{'le' if mark.startswith(codecs.BOM_UTF16_LE) else 'be'}"
    )
    try:
        return data[len(mark) :].decode(ordered)
    except UnicodeError as exc:
        raise SubmissionError(f"{label} begins like {encoding.upper()} but is not: save it as UTF-8.") from exc


def _without_mark(data: bytes, label: str) -> tuple[str, str, str]:
    """The text, the label, and a remark, which is empty for UTF-8."""
    declared, ignored = _declared(data), ""
    if declared:
        name = _known(declared)
        try:
            if name:
                return data.decode(name), label, ""
        except UnicodeError:
            pass
        ignored = f" (its declared encoding, {one_line(declared)}, {'does not fit' if name else 'is not known'})"
    try:
        return data.decode(), label, f"{label} was read as UTF-8{ignored}." if ignored else ""
    except UnicodeError:
        return (
            data.decode("latin-1"),
            label,
            f"{label} is not UTF-8 and was read as Latin-1{ignored}; save it as UTF-8.",
        )


def _declared(data: bytes) -> str:
    """The encoding that one of the first two lines declares (PEP 263); the second counts only after a comment."""
    for line in data.split(b"\n", 2)[:2]:
        if match := _DECLARED.match(line):
            return match[1].decode("ascii", "replace")
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return ""


def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return codec if _TEXT.fullmatch(codec) else ""


def _finished(text: str, label: str, note: str) -> tuple[str, tuple[str, ...]]:
    if "\0" in text:
        raise SubmissionError(f"{label} is no text: it holds a NUL character. Save it as UTF-8 source code.")
    text = without_surrogates(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text, (note,) if note else ()
