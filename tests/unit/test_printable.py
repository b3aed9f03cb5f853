"""Text from a submission does nothing but be read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.printable import clean, encodable, one_line

# Also lone surrogates, which text from a file system or a notebook may have.
ANY_TEXT = st.text(st.characters(codec=None) | st.sampled_from("\x1b[]0;m\x07\u202e\ud800\r\n\t\ufffe"))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("a\x1b\x1b[0m[31mb", "a[31mb"),
        ("\u202eevil\u2066", "evil"),
        ("half \ud800", "half \ufffd"),
        ("a\x00b\x08\x7f", "ab"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\tx", "    x"),
        ("Žofie 小明 می\u200cخواهم", "Žofie 小明 می\u200cخواهم"),
    ],
)
def test_clean(text, cleaned):
    """What acts on a terminal is gone; what people write stays."""
    assert clean(text) == cleaned


@given(ANY_TEXT)
def test_always_harmless(text):
    """Cleaned text can be encoded, and has no control, surrogate or noncharacter but line breaks."""
    cleaned = clean(text)
    cleaned.encode()

    assert not {"\ufffe", "\uffff"} & set(cleaned)
    assert all(unicodedata.category(c) not in ("Cc", "Cs") for c in cleaned.replace("\n", ""))


@given(ANY_TEXT)
def test_clean_twice(text):
    """Removing one escape sequence does not make another."""
    assert clean(clean(text)) == clean(text)


def test_one_line():
    """Text for one line is cut, with a mark, and has single blanks."""
    assert one_line(" a\n\tb   c ", 4) == "a b…"


def test_long_text_is_cut():
    """Nobody reads a megabyte."""
    assert len(clean("x" * 1_000_000)) == 10_000


@pytest.mark.parametrize(
    ("text", "encoding", "plain"),
    [
        ("−4.80 · Žofie … 小", "ascii", "-4.80 - Zofie ... ?"),
        ("Žofie –", "cp1252", "Žofie –"),
        ("Žofie –", "latin-1", "Zofie -"),
        ("Žofie", "utf-8", "Žofie"),
    ],
)
def test_encodable(text, encoding, plain):
    """What an encoding lacks is replaced by what comes nearest."""
    assert encodable(text, encoding) == plain
