"""The form of an answer, which is public, and the secrets in it: its numbers and texts.

A form is plain JSON::

    null                            None, nothing more to know
    ["raised", "ValueError"]        an exception of this class is asked for
    ["array", "float64", 2, 3]      an array of this dtype and shape
    ["number", "float64"]           a single number; also "float", "int" and "bool", Python's own
    ["text"], ["bytes"]
    ["tuple", form, …], ["list", form, …]
    ["dict", [key, form], …]

All this is told to students by hidden tests in the open too (see `compare`), so that it need not be kept from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from grader.model import Raised
from grader.sealing.sketch import UnsealableError

Form = Any

_NUMBERS: dict[str, type] = {"float": float, "int": int, "bool": bool}


def form_of(value: Any) -> Form:
    """The form of an expected answer. Raises UnsealableError for an answer of a kind that has none."""
    if value is None:
        return None
    if isinstance(value, Raised):
        return ["raised", value.kind]
    if isinstance(value, np.ndarray):
        return ["array", value.dtype.name, *value.shape]
    if isinstance(value, np.generic):
        return ["number", value.dtype.name]
    if type(value) in _NUMBERS.values():
        return ["number", type(value).__name__]
    if type(value) in (str, bytes):
        return ["text" if type(value) is str else "bytes"]
    if isinstance(value, (tuple, list)):
        return ["tuple" if isinstance(value, tuple) else "list", *map(form_of, value)]
    if isinstance(value, Mapping) and all(type(key) in (str, int, bool) for key in value):
        return ["dict", *([key, form_of(item)] for key, item in value.items())]
    raise UnsealableError("it is of a kind that has no form")


def blank_of(form: Form) -> Any:
    """A value of the form, with nothing in it: zeros, and empty texts."""
    if form is None:
        return None
    kind, *rest = form
    if kind == "raised":
        return Raised(rest[0])
    if kind == "array":
        return np.broadcast_to(np.zeros((), dtype=rest[0]), tuple(rest[1:]))
    if kind == "number":
        return _NUMBERS[rest[0]]() if rest[0] in _NUMBERS else np.dtype(rest[0]).type()
    if kind in ("text", "bytes"):
        return "" if kind == "text" else b""
    if kind == "dict":
        return {key: blank_of(item) for key, item in rest}
    items = map(blank_of, rest)
    return tuple(items) if kind == "tuple" else list(items)


def secrets_of(value: Any, form: Form, where: str = "") -> Iterator[tuple[str, Any]]:
    """The place and the value of each secret of an answer, which must be of the form, in a fixed order.

    Arrays without elements, None and exceptions hold no secret.
    """
    kind = form[0] if form else "none"
    if kind == "dict":
        for key, item in form[1:]:
            yield from secrets_of(value[key], item, f"{where}[{key!r}]")
    elif kind in ("tuple", "list"):
        for i, item in enumerate(form[1:]):
            yield from secrets_of(value[i], item, f"{where}[{i}]")
    elif kind in ("number", "text", "bytes") or (kind == "array" and 0 not in form[2:]):
        yield where, value


def size_of(form: Form) -> int:
    """How many values an answer of the form holds."""
    kind, *rest = form or ["none"]
    if kind == "array":
        return int(np.prod(rest[1:], dtype=np.int64))
    if kind == "dict":
        return 1 + sum(size_of(item) for _, item in rest)
    return 1 + sum(map(size_of, rest)) if kind in ("tuple", "list") else 1
