"""Sums in another order: what `reordered` puts into a module. Read as text and never imported by the toolkit itself.

Each function does what numpy's own does, on operands that are reversed along the axes that are summed over. They are
copied, because numpy would turn a reversed view around again. What is no array of numbers is left to numpy, or to the
object that it belongs to.
"""

from typing import Any

import numpy as _np  # noqa: ICN001 - must not meet a name of the module that this is put into


def _reordered_is_array(x: Any) -> bool:
    """Whether x is an array of numbers, or a list or number that numpy would make one of."""
    if type(x) is not _np.ndarray and not isinstance(x, list | tuple | int | float | complex | _np.generic):
        return False
    return bool(_np.asarray(x).dtype.kind in "biufc")


def _reordered_flip(x: Any, axes: Any) -> Any:
    """A copy of x, reversed along some axes (None: along all)."""
    return _np.flip(_np.asarray(x), axes).copy()


def _reordered_product(function: Any, a: Any, b: Any) -> Any:
    """`np.matmul` or `np.dot`."""
    if not (_reordered_is_array(a) and _reordered_is_array(b) and _np.ndim(a) and _np.ndim(b)):
        return function(a, b)
    return function(_reordered_flip(a, -1), _reordered_flip(b, -2 if _np.ndim(b) > 1 else 0))


def _reordered_at(a: Any, b: Any) -> Any:
    """`a @ b`."""
    if type(a) is not _np.ndarray and type(b) is not _np.ndarray:
        return a @ b
    return _reordered_product(lambda one, other: one @ other, a, b)


def _reordered_total(function: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    """`np.sum` or `np.mean`."""
    if not _reordered_is_array(x) or len(args) > 2 or "out" in kwargs or "where" in kwargs:
        return function(x, *args, **kwargs)
    axes = args[0] if args else kwargs.get("axis")
    try:
        backwards = _reordered_flip(x, axes)
    except (TypeError, ValueError):  # numpy's own complaint is the right one
        return function(x, *args, **kwargs)
    return function(backwards, *args, **kwargs)


def _reordered_tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """`np.tensordot`."""
    if not (_reordered_is_array(a) and _reordered_is_array(b)):
        return _np.tensordot(a, b, axes)
    if isinstance(axes, int):
        first, second = tuple(range(-axes, 0)), tuple(range(axes))
    else:
        first, second = ((k,) if isinstance(k, int) else tuple(k) for k in axes)
    try:
        a_backwards, b_backwards = _reordered_flip(a, first), _reordered_flip(b, second)
    except (TypeError, ValueError):
        return _np.tensordot(a, b, axes)
    return _np.tensordot(a_backwards, b_backwards, axes)


def _reordered_einsum(subscripts: Any, *operands: Any, **kwargs: Any) -> Any:
    """`np.einsum`."""
    if not isinstance(subscripts, str) or not all(_reordered_is_array(x) for x in operands):
        return _np.einsum(subscripts, *operands, **kwargs)
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    if not arrow:
        output = "".join(letter for letter in inputs if inputs.count(letter) == 1)
    backwards = []
    for term, x in zip(inputs.split(","), operands):  # noqa: B905 - numpy complains if they do not match
        left, _, right = term.partition("...")
        axes = [at for at, letter in enumerate(left) if letter not in output]
        axes += [at - len(right) for at, letter in enumerate(right) if letter not in output]
        try:
            backwards.append(_reordered_flip(x, tuple(axes)))
        except (TypeError, ValueError):
            backwards.append(x)
    return _np.einsum(subscripts, *backwards, *operands[len(backwards) :], **kwargs)


def _reordered_call(name: str, *args: Any, **kwargs: Any) -> Any:
    """A function of numpy, by its name."""
    function = getattr(_np, name)
    if name in ("sum", "mean") and args:
        return _reordered_total(function, *args, **kwargs)
    if name in ("matmul", "dot") and len(args) == 2 and not kwargs:
        return _reordered_product(function, *args)
    if name == "tensordot" and len(args) + len(kwargs) <= 3 and len(args) >= 2 and not kwargs.keys() - {"axes"}:
        return _reordered_tensordot(*args, **kwargs)
    if name == "einsum" and args:
        return _reordered_einsum(*args, **kwargs)
    return function(*args, **kwargs)


def _reordered_method(x: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """A method of an array, by its name; of anything else, its own."""
    if type(x) is not _np.ndarray:
        return getattr(x, name)(*args, **kwargs)
    return _reordered_call(name, x, *args, **kwargs)


def _reordered_sum(values: Any) -> Any:
    """The built-in `sum`."""
    values = list(values)
    return (
        sum(reversed(values))
        if all(_reordered_is_array(x) and not isinstance(x, list) for x in values)
        else sum(values)
    )
