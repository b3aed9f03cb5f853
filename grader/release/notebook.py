"""Makes the notebook of a stub, from its percent format (`# %%`, `# %% [markdown]`)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from grader.errors import AssignmentError

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def make_notebook(stub: str) -> str:
    """The stub as a notebook of format 4.5, without outputs; equal stubs give equal bytes.

    Raises:
        AssignmentError: jupytext, which reads the percent format, is not installed.
    """
    try:
        import jupytext  # type: ignore[import-untyped,unused-ignore]  # only authors need it
    except ImportError as exc:
        raise AssignmentError(
            "making a notebook needs jupytext, which is not installed", 'install it: pip install "deepgrade[authors]"'
        ) from exc
    cells = jupytext.reads(stub, fmt="py:percent").cells
    seen: Counter[str] = Counter()
    notebook = {
        "cells": [_cell(cell.cell_type, cell.source, seen) for cell in cells],
        "metadata": _METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(kind: str, source: str, seen: Counter[str]) -> dict[str, Any]:
    """One cell. Its id comes from its content, so that the ids of the others survive when one is added."""
    seen[kind + source] += 1
    name = hashlib.sha256(f"{kind}\n{seen[kind + source]}\n{source}".encode()).hexdigest()[:12]
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
