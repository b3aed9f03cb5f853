"""Looks through a student's files for what they must not tell. Nothing is written unless there is none."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from grader.contents import telling_arrays_in
from grader.errors import WireError
from grader.kit.secrets import Secrets, digits_of, squeezed
from grader.sealing.document import SEALED_TESTS, unframed

_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:[eE][-+]?\d+)?")
_FRAME = re.compile(r'"([A-Za-z0-9+/]{24,}={0,2})"')
_HISTORY = (".git", ".hg", ".svn", ".ipynb_checkpoints", "__pycache__")


@dataclass(frozen=True, slots=True)
class Leak:
    """What a file tells, and where."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.what}"


def find_leaks(files: Mapping[str, bytes], secrets: Secrets) -> tuple[Leak, ...]:
    """Every leak in files, by their paths in the bundle. Archives among them are looked into."""
    return tuple(leak for name, raw in files.items() for leak in _in_file(name, raw, secrets))


def _in_file(name: str, raw: bytes, secrets: Secrets) -> Iterator[Leak]:
    if any(part in _HISTORY for part in PurePosixPath(name).parts):
        yield Leak(name, 0, "history or a cache of an author's tools")
    if name.endswith((".whl", ".zip")):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for inner in archive.namelist():
                yield from _in_file(f"{name}/{inner}", archive.read(inner), secrets)
        return
    text = raw.decode("utf-8", "replace")
    yield from _words(name, text, secrets)
    if PurePosixPath(name).name == SEALED_TESTS:
        yield from _frames(name, text, secrets)
    elif name.endswith(".ipynb"):
        yield from _in_notebook(name, text, secrets)
    else:
        yield from _lines(name, text, secrets)


def _words(name: str, text: str, secrets: Secrets) -> Iterator[Leak]:
    plain = text.replace("\\n", " ").replace('\\"', '"')
    flat = " ".join(plain.split())
    for word, what in secrets.words.items():
        if word.isdigit() and not re.search(rf"(?<!\d){word}(?!\d)", flat):
            continue
        if word in text or " ".join(word.split()) in flat:
            line = next((i for i, row in enumerate(text.splitlines(), 1) if word in row), 0)
            yield Leak(name, line, f"it holds {what}: {word[:60]}")
    for pattern, what in secrets.places:
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Leak(name, line, f"it holds {what}: {found.group()[:60]}")


def _lines(name: str, text: str, secrets: Secrets, at: str = "") -> Iterator[Leak]:
    for number, line in enumerate(text.splitlines(), 1):
        what = secrets.lines.get(squeezed(line))
        # Among the thousands of coordinates of a picture some number is always like an expected one.
        if what is None and not name.endswith(".svg"):
            known = (secrets.numbers.get(digits_of(found)) for found in _NUMBER.findall(line))
            what = next((k for k in known if k), None)
        if what:
            yield Leak(f"{name}{at}", number, f"it holds a line of {what}: {line.strip()[:60]}")


def _in_notebook(name: str, text: str, secrets: Secrets) -> Iterator[Leak]:
    cells = json.loads(text)["cells"]
    for number, cell in enumerate(cells, 1):
        if cell.get("outputs") or cell.get("execution_count"):
            yield Leak(f"{name}, cell {number}", 0, "it holds an output, or was run")
        yield from _lines(name, "".join(cell["source"]), secrets, f", cell {number}")


def _frames(name: str, text: str, secrets: Secrets) -> Iterator[Leak]:
    """Expected arrays among the values of sealed tests."""
    for found in _FRAME.findall(text):
        if telling_arrays_in(_unframed(found)) & secrets.arrays:
            yield Leak(name, 0, "an input or an open answer holds an expected value of a hidden test")
            return


def _unframed(text: str) -> Any:
    try:
        return unframed(text)
    except (WireError, ValueError):
        return None
