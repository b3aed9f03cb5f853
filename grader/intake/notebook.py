"""Reads the code of a notebook: each code cell becomes a part, and what only IPython understands is left out.

The file is read as JSON, without `nbformat` (measured with 5.11). To import it takes 0.2 s of processor time, and 1.7 s
where JupyterLab is installed beside it, as on a student's machine; a whole grading takes less than 1 s. It refuses
notebooks that people hand in: without `metadata`, with cells that lack their outputs. On hostile files it raises
TypeError, AttributeError and RecursionError beside its own classes. A test holds what is read here against what
`nbformat` makes of the same notebook, in every format from 3 to 4.5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from grader.errors import SubmissionError
from grader.intake import magics
from grader.intake.files import too_large
from grader.intake.source import MOST_SOURCE, conflict_line, without_surrogates
from grader.model import Part
from grader.printable import one_line

# Outputs hold pictures, so that honest notebooks grow large.
MOST_NOTEBOOK = 10 * 1024 * 1024
_MOST_CELLS = 2_000
_MOST_NOTES = 5
# Kernels by name, for notebooks that do not tell their language.
_OTHER_KERNELS = re.compile(r"(?i)(ir|julia|octave|bash|javascript|sas|stata)\b")


def read_notebook(data: bytes, label: str) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The code cells of a notebook as parts, labelled by their place among all cells, and remarks.

    Raises:
        SubmissionError: it is too large, no notebook, of another language, or without code.
    """
    if len(data) > MOST_NOTEBOOK:
        raise too_large(label, MOST_NOTEBOOK, len(data))
    notebook = _parsed(data, label)
    _check_language(notebook, label)
    parts: list[Part] = []
    notes: list[str] = []
    size = 0
    for number, source in _code_cells(notebook, label):
        cell = f"cell {number}"
        clean = without_surrogates(source.replace("\r\n", "\n").replace("\r", "\n"))
        if "\0" in clean:
            raise SubmissionError(f"{label}: {cell} holds a NUL character; delete that cell and type it again.")
        size += len(clean.encode())
        if size > MOST_SOURCE:
            raise too_large(f"The code in {label}", MOST_SOURCE)
        if line := conflict_line(clean):
            notes.append(f"{cell} holds marks of an unresolved git conflict at line {line}: choose one side.")
        python, dropped = magics.blank(clean)
        notes += [f"{cell}: {text}" for text in dropped]
        if python.strip():
            parts.append(Part(cell, python))
    if not parts:
        raise SubmissionError(f"{label} holds no code: all its code cells are empty, or it has none.")
    return tuple(parts), (*notes, *_on_definitions(parts, notebook))


def _on_definitions(parts: Sequence[Part], notebook: dict[str, Any]) -> list[str]:
    """Remarks on names that are defined more than once, and on definitions in cells that hold no code."""
    places: dict[str, list[str]] = {}
    for part in parts:
        for name, line in magics.definitions(part.source):
            places.setdefault(name, []).append(f"line {line} of {part.label}")
    notes = [
        f"{one_line(name, 60)} is defined {len(at)} times, the last time in {at[-1]}: that one counts."
        for name, at in places.items()
        if len(at) > 1
    ]
    for number, source in _other_cells(notebook):
        lost = [name for name, _ in magics.definitions(source) if name not in places]
        notes += [f"cell {number} defines {one_line(name, 60)}, but is no code cell: change its type." for name in lost]
    if len(notes) > _MOST_NOTES:
        notes[_MOST_NOTES:] = [f"{len(notes) - _MOST_NOTES} more remarks of this kind."]
    return notes


def _parsed(data: bytes, label: str) -> dict[str, Any]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise SubmissionError(f"{label} is no notebook: it is not UTF-8 text. Save it again in Jupyter.") from exc
    if not text.strip():
        raise SubmissionError(f"{label} is empty.")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as exc:
        if line := conflict_line(text):
            raise SubmissionError(
                f"{label} holds marks of an unresolved git conflict at line {line}: choose one side, and save it again."
            ) from exc
        where = f" (line {exc.lineno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise SubmissionError(f"{label} is damaged: it is no valid notebook{where}. Save it again in Jupyter.") from exc
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise SubmissionError(f"{label} is no notebook, although its name says so. Save it again in Jupyter.")
    return notebook


def _check_language(notebook: dict[str, Any], label: str) -> None:
    """Refuse a notebook of another kernel: its cells would be reported as syntax errors, one by one."""
    metadata = _dict(notebook.get("metadata"))
    kernel = _dict(metadata.get("kernelspec"))
    named = str(kernel.get("name", ""))[:30]
    languages = (
        kernel.get("language"),
        _dict(metadata.get("language_info")).get("name"),
        metadata.get("language"),  # format 3
        named if _OTHER_KERNELS.match(named) else "",
    )
    for language in languages:
        if isinstance(language, str) and language and not re.match(r"(?i)i?python", language):
            shown = one_line(language, 30)
            raise SubmissionError(f"{label} is a notebook for {shown}: choose a Python kernel, and save it again.")


def _code_cells(notebook: dict[str, Any], label: str) -> Iterator[tuple[int, str]]:
    """The number (from 1, among all cells) and the source of each code cell."""
    cells = _cells(notebook)
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SubmissionError(f"{label} is damaged: it has no list of cells. Save it again in Jupyter.")
    if len(cells) > _MOST_CELLS:
        raise SubmissionError(f"{label} has {len(cells)} cells, and at most {_MOST_CELLS} are read.")
    for number, cell in enumerate(cells, 1):
        if cell.get("cell_type") == "code":
            source = _source(cell)
            if source is None:
                message = (
                    f"{label}: cell {number} is damaged: its source is no text. Save the notebook again in Jupyter."
                )
                raise SubmissionError(message)
            yield number, source


def _other_cells(notebook: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """The number and the source of each cell that is not for code but may hold some; in texts, code is fenced."""
    left = MOST_SOURCE
    for number, cell in enumerate(_cells(notebook), 1):
        source = _source(cell) if cell.get("cell_type") in ("raw", "markdown") else None
        if source and "```" not in source and len(source) <= left:
            left -= len(source)
            yield number, source


def _cells(notebook: dict[str, Any]) -> Any:
    """The cells, whose place was another one before format 4 (2014)."""
    sheets = notebook.get("worksheets")
    if "cells" in notebook or not isinstance(sheets, list):
        return notebook.get("cells")
    return [cell for sheet in sheets for cell in _list(_dict(sheet).get("cells"))]


def _source(cell: dict[str, Any]) -> str | None:
    """The source of a cell; None if it is no text."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
