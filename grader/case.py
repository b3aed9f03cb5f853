"""Cases: stated from a call, described in words, and keyed by their content."""

from __future__ import annotations

import functools
import hashlib
import inspect
import reprlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader import wire
from grader.contents import arrays_in
from grader.errors import WireError
from grader.model import Case, Exercise, Raised, Tolerance
from grader.worker import request_to_call

# Longer arrays, and more results of a tuple, are not printed in visible tests.
_MOST_SHOWN = 64
_MOST_RESULTS = 8


def state_case(
    exercise: Exercise,
    function: str,
    oracle: Callable[..., Any] | None,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    *,
    tolerance: Tolerance | None = None,
    read_only: bool = False,
    program: Callable[..., Any] | None = None,
) -> Case:
    """The case of calling `function` with these arguments; names of parameters come from `oracle` where it has any.

    With a `program`, they come from that, after its first one.
    """
    if read_only:
        args, kwargs = _frozen(args), _frozen(kwargs)
    inputs = _bind_program(program, args, kwargs) if program else _bind(oracle, args, kwargs)
    request = _request(function, args, kwargs, read_only=read_only)
    key = _key(request, program)
    tolerance = tolerance or exercise.tolerance
    return Case(exercise.name, function, args, kwargs, inputs, tolerance, read_only, program, key, request)


def is_as_stated(case: Case) -> bool:
    """Whether the arguments of a case are known to be what they were when it was stated."""
    now = _request(case.function, case.args, case.kwargs, read_only=case.read_only)
    return bool(case.key) and _key(now, case.program) == case.key


def _request(
    function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, read_only: bool
) -> wire.Prepared | None:
    try:
        return wire.prepare(request_to_call(function, args, kwargs, read_only=read_only))
    except WireError:
        return None


def _key(request: wire.Prepared | None, program: Callable[..., Any] | None) -> bytes:
    """A digest of all that an answer depends on, or b"" where an input, or the program, has no content of its own."""
    title = name_of(program) if program else "call"
    if request is None or not title:
        return b""
    sha = hashlib.sha256(f"{title} ".encode() + request.header)
    for part in request.body:
        sha.update(part)
    return sha.digest()


def describe(case: Case) -> str:
    """The inputs by shape and option, without the values of any array: `x (2, 3, 7, 6), stride=2`.

    Before them stands what a program does, by the first line of its docstring.
    """
    inputs = ", ".join(_describe(name, value) for name, value in case.inputs.items())
    if case.program is not None:
        title = (case.program.__doc__ or case.program.__name__).strip().splitlines()[0].rstrip(".")
        return f"{title} with {inputs}" if inputs else title
    return inputs or "no arguments"


def show(case: Case, want: Any, got: Any) -> str:
    """The inputs and both answers with their values, one per line, as far as they are short: for visible tests."""
    rows = [(name, value) for name, value in case.inputs.items() if isinstance(value, (np.ndarray, list, tuple, float))]
    rows += [*_results("expected", want), *_results("got", got)]
    return "\n".join(_shown(f"  {name} = ", value) for name, value in rows if not isinstance(value, Raised))


def _results(name: str, answer: Any) -> list[tuple[str, Any]]:
    """An answer under its name; the results of a tuple each under the name with its index."""
    if isinstance(answer, tuple):
        return [(f"{name}[{i}]", result) for i, result in enumerate(answer[:_MOST_RESULTS])]
    return [(name, answer)]


def all_float32(case: Case) -> bool:
    """Whether every array of floats among the inputs is float32, so that the answer may be too.

    Masks, classes and lengths make nothing more exact.
    """
    arrays = [a for a in arrays_in(case.inputs) if a.dtype.kind == "f"]
    return bool(arrays) and all(a.dtype == np.float32 for a in arrays)


def name_of(function: Callable[..., Any]) -> str:
    """The module and the name of a function; "" for a lambda or a local function: another may be called the same."""
    name = f"{function.__module__}.{getattr(function, '__qualname__', '<unnamed>')}"
    return "" if "<" in name else name


_signature = functools.lru_cache(maxsize=256)(inspect.signature)


_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 200
_REPR.maxlist = _REPR.maxtuple = _REPR.maxdict = 12


def _bind(oracle: Callable[..., Any] | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    if oracle is not None:
        try:
            bound = _signature(oracle).bind(*args, **kwargs)
        except (TypeError, ValueError):
            pass
        else:
            bound.apply_defaults()
            return dict(bound.arguments)
    return {f"argument {i}": a for i, a in enumerate(args, 1)} | dict(kwargs)


def _bind_program(program: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by the names of a program's parameters, without its first: that is what it runs with."""
    bound = _bind(program, (None, *args), kwargs)
    return dict(list(bound.items())[1:])


def _frozen(value: Any) -> Any:
    """The same value with arrays that cannot be written into."""
    if isinstance(value, np.ndarray):
        frozen = value.copy()
        frozen.setflags(write=False)
        return frozen
    if isinstance(value, Mapping):
        return {key: _frozen(v) for key, v in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_frozen(v) for v in value)
    return value


def _describe(name: str, value: Any) -> str:
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype == np.float64 else f"{value.dtype} "
        return f"{name} {dtype}{value.shape}"
    if value is None or isinstance(value, (bool, int, str)):
        return f"{name}={value!r}"
    if isinstance(value, (tuple, list)) and len(value) <= 4 and all(isinstance(v, int) for v in value):
        return f"{name}={value!r}"
    if isinstance(value, (tuple, list, dict)):
        return f"{name} (a {type(value).__name__} of {len(value)})"
    return f"{name} (a {'float' if isinstance(value, float) else type(value).__name__})"


def _shown(head: str, value: Any) -> str:
    if sum(a.size for a in arrays_in(value)) > _MOST_SHOWN:
        return f"{head}(too long to show)"
    if isinstance(value, np.ndarray):
        rows = np.array2string(value, precision=6, separator=", ", prefix=head)
        return head + rows.replace("\n\n", "\n")
    return head + _REPR.repr(value)
