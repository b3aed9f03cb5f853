"""Makes the notebook of a stub, from its percent format (`# %%`, `# %% [markdown]`)."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

_MARK = re.compile(r"^# %%(?: \[(markdown)\])?[ \t]*\n", re.MULTILINE)
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def make_notebook(stub: str) -> str:
    """The stub as a notebook of format 4.5, without outputs; equal stubs give equal bytes."""
    cells = list(_cells(stub))
    seen: Counter[str] = Counter()
    notebook = {
        "cells": [_cell(kind, source, seen) for kind, source in cells],
        "metadata": _METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cells(source: str) -> Iterator[tuple[str, str]]:
    """The kind and the text of each cell. Markdown stands in comments; blank lines after a cell are nobody's."""
    _, *pieces = _MARK.split("# %%\n" + source if not _MARK.match(source) else source)
    for mark, text in zip(pieces[::2], pieces[1::2], strict=True):
        if mark:
            yield "markdown", "\n".join(re.sub(r"\A# ?", "", line) for line in text.strip("\n").splitlines())
        elif text.strip():
            yield "code", text.rstrip("\n")


def _cell(kind: str, source: str, seen: Counter[str]) -> dict[str, Any]:
    """One cell. Its id comes from its content, so that the ids of the others survive when one is added."""
    seen[kind + source] += 1
    name = hashlib.sha256(f"{kind}\n{seen[kind + source]}\n{source}".encode()).hexdigest()[:12]
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
