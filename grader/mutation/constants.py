"""Operators on numbers and bounds: constants, slices, indices, ranges."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutation.context import Context, builtin, integer, method, numpy_function, plain
from grader.mutation.model import Edit

_SMALL = 1e-3


def constant(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An int becomes one more and one less; a float is doubled and halved, a small one becomes 0."""
    if not isinstance(node, ast.expr) or _is_bound(node, context):
        return
    parent = context.parent(node)
    if isinstance(parent, ast.UnaryOp) and integer(parent) is not None:
        return  # the sign belongs to the number
    number = integer(node)
    if number is not None and not _is_free_size(node, context):
        for value in (1,) if number == 0 else (number + 1, number - 1):
            if not _is_tried_already(value, node, context):
                yield context.replace(node, str(value))
    if isinstance(node, ast.Constant) and type(node.value) is float:
        for other in _other_floats(node.value):
            yield context.replace(node, repr(other))


def _is_tried_already(value: int, node: ast.expr, context: Context) -> bool:
    """Whether a number leaves nothing of its term or factor, which is dropped anyway, or names an axis twice."""
    parent = context.parent(node)
    if isinstance(parent, ast.BinOp):
        nothing = 0 if isinstance(parent.op, ast.Add | ast.Sub) else 1
        return value == nothing and (isinstance(parent.op, ast.Add | ast.Mult) or parent.right is node)
    call, numbers = parent, plain(parent) if isinstance(parent, ast.Call) else []
    if isinstance(parent, ast.Tuple):
        call, numbers = context.parent(parent), parent.elts
    axes = isinstance(call, ast.keyword) and call.arg == "axis"
    swapped = call is not None and "swapaxes" in (method(call, context), numpy_function(call, context))
    return (axes or swapped) and any(integer(other) == value for other in numbers)


def _other_floats(number: float) -> tuple[float, ...]:
    if number == 0:
        return (1.0,)
    if number in (float("inf"), float("-inf")):
        return (0.0,)
    return (number * 2, number / 2, *((0.0,) if abs(number) <= _SMALL else ()))


def _is_bound(node: ast.expr, context: Context) -> bool:
    """Whether another operator looks after the number: an axis, or a bound of a slice or range."""
    parent = context.parent(node)
    if isinstance(parent, ast.keyword):
        return parent.arg in ("axis", "keepdims", "ndmin")
    return isinstance(parent, ast.Slice) or builtin(parent or node) in ("slice", "range")


def _is_free_size(node: ast.expr, context: Context) -> bool:
    """Whether the number is the -1 of a `reshape`, for which no neighbour stands."""
    parent = context.parent(node)
    call = context.parent(parent) if isinstance(parent, ast.Tuple) else parent
    return (
        integer(node) == -1
        and call is not None
        and (method(call, context) == "reshape" or numpy_function(call, context) == "reshape")
    )


def boolean(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`True` becomes `False`, and the other way round."""
    parent = context.parent(node)
    if isinstance(parent, ast.keyword) and parent.arg == "keepdims":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield context.replace(node, str(not node.value))


def slice_bound(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A bound of a slice becomes one more, one less, or none: `i : i + k` becomes `i : i + k + 1`."""
    for bound, first in _bounds(node):
        for edit in _shifted(bound, context):
            if not first or edit.text != "0":  # from 0 on is from the start on
                yield edit
        if not first or integer(bound) != 0:
            yield _dropped(node, bound, context)


def slice_step(node: ast.AST, context: Context) -> Iterator[Edit]:
    """The step of a slice becomes one more, one less, or none."""
    match node:
        case ast.Slice(step=ast.expr() as step) if integer(step) != -1:
            pass
        case ast.Call(args=[_, _, step]) if builtin(node) == "slice" and integer(step) != -1:
            pass
        case _:
            return
    for edit in _shifted(step, context):
        if edit.text != "0":
            yield edit
    yield _dropped(node, step, context)


def _bounds(node: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """The bounds of a slice, and whether each is the first."""
    match node:
        case ast.Slice(lower=lower, upper=upper):
            yield from ((bound, bound is lower) for bound in (lower, upper) if bound)
        case ast.Call(args=[stop]) if builtin(node) == "slice":
            yield stop, False
        case ast.Call(args=[start, stop, *_]) if builtin(node) == "slice":
            yield from ((bound, bound is start) for bound in (start, stop) if not _is_none(bound))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _dropped(node: ast.AST, bound: ast.expr, context: Context) -> Edit:
    if isinstance(node, ast.Call):
        return context.replace(bound, "None")
    start, end = context.text.span(bound)
    source = context.text.source
    while source[start - 1] == "(" and source[end : end + 1] == ")":
        start, end = start - 1, end + 1
    return Edit(start, end, "")


def _shifted(bound: ast.expr, context: Context) -> Iterator[Edit]:
    """The bound plus and minus one; a bound from the end stays one, since -1 + 1 would mean the other end."""
    number = integer(bound)
    for edit in _moved(bound, context):
        if number is None or (number < 0) == edit.text.startswith("-"):
            yield edit


def _moved(bound: ast.expr, context: Context) -> Iterator[Edit]:
    number = integer(bound)
    if isinstance(bound, ast.BinOp) and isinstance(bound.op, ast.Add | ast.Sub) and integer(bound.right) == 1:
        return  # of `n - 1`, "constant" makes n - 2 and "drop-term" n
    for step in (1, -1):
        text = f"{_sum_text(bound, context)} {'+' if step > 0 else '-'} 1" if number is None else str(number + step)
        yield context.replace(bound, text)


def _sum_text(node: ast.expr, context: Context) -> str:
    """The text of a node as it can stand before a plus sign."""
    binds = isinstance(node, ast.BinOp) and not isinstance(
        node.op, ast.LShift | ast.RShift | ast.BitAnd | ast.BitOr | ast.BitXor
    )
    return context.of(node) if binds else context.operand(node)


def index(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`x[-1]` becomes `x[0]`, and the other way round; `x[i]` becomes `x[i + 1]` and `x[i - 1]`, i from a range."""
    if not isinstance(node, ast.Subscript):
        return
    for place in node.slice.elts if isinstance(node.slice, ast.Tuple) else (node.slice,):
        number = integer(place)
        if number is not None and number <= 0:
            yield context.replace(place, "0" if number else "-1")
        if isinstance(place, ast.Name) and place.id in context.scope.indices:
            yield from (context.replace(place, f"{place.id} {step} 1") for step in "+-")


def range_bound(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A bound of a range becomes one more and one less; the start is dropped; a range backwards runs forwards."""
    if not isinstance(node, ast.Call) or builtin(node) != "range" or not 1 <= len(node.args) <= 3:
        return
    for bound in node.args[:2]:
        yield from _moved(bound, context)
    if len(node.args) == 2 and integer(node.args[0]) != 0:
        yield context.replace(node, f"range({context.of(node.args[1])})")
    if len(node.args) == 3:
        start, stop, step_by = node.args
        if integer(step_by) == -1:
            forward = f"{_plus_one(stop, context)}, {_plus_one(start, context)}"
            yield context.replace(node, f"range({forward})")
        else:
            yield context.replace(node, f"range({context.of(start)}, {context.of(stop)})")
            yield from _shifted(step_by, context)


def _plus_one(node: ast.expr, context: Context) -> str:
    number = integer(node)
    if number is not None:
        return str(number + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and integer(node.right) == 1:
        return context.of(node.left)
    return f"{_sum_text(node, context)} + 1"


CONSTANTS = {
    "constant": constant,
    "boolean": boolean,
    "slice-bound": slice_bound,
    "slice-step": slice_step,
    "index": index,
    "range-bound": range_bound,
}
