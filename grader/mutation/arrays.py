"""Operators on the axes of arrays: which one is summed, kept, transposed, reshaped, reversed."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from grader.mutation.context import Context, builtin, integer, keyword, method, numpy_function, plain
from grader.mutation.model import Edit

_ALONG = {"sum", "mean", "max", "min", "argmax", "argmin", "prod", "std", "var", "cumsum", "any", "all", "argsort"}
_ALONG |= {"sort", "amax", "amin", "squeeze", "norm"}
_JOINS = {"concatenate", "stack", "vstack", "hstack", "column_stack", "dstack", "block"}
_FLIPS = {"flip", "fliplr", "flipud"}
_TRANSPOSES = {"transpose", "swapaxes", "moveaxis"}


def axis(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`axis=1` becomes `axis=0` and `axis=2`, or is dropped; of several axes one is dropped."""
    if not isinstance(node, ast.Call):
        return
    word = keyword(node, "axis")
    value = word.value if word else _positional_axis(node, context)
    if value is None:
        return
    if isinstance(value, ast.Tuple):
        yield from _fewer(value, context)
    number = integer(value)
    if number is not None:
        yield from (context.replace(value, str(other)) for other in _other_axes(number))
    if edit := context.without(word or value):
        yield edit


def _other_axes(number: int) -> tuple[int, ...]:
    """Axes that are others whatever the number of axes: -1 may well be 1, so it does not stand in for it."""
    if number == 0:
        return (1, -1)
    return tuple(k for k in (0, 1, 2) if k != number) if number > 0 else (0, number - 1)


def _positional_axis(call: ast.Call, context: Context) -> ast.expr | None:
    if method(call, context) in _ALONG and len(plain(call)) == 1:
        found = call.args[0]
    elif numpy_function(call, context) in _ALONG | _JOINS and len(plain(call)) == 2:
        found = call.args[1]
    else:
        return None
    return found if isinstance(found, ast.Tuple) or integer(found) is not None else None


def _fewer(axes: ast.Tuple, context: Context) -> Iterator[Edit]:
    if len(axes.elts) > 1:
        for left_out in range(len(axes.elts)):
            rest = [context.of(k) for at, k in enumerate(axes.elts) if at != left_out]
            yield context.replace(axes, f"({rest[0]},)" if len(rest) == 1 else f"({', '.join(rest)})")


def contracted_axes(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Of the axes that `np.tensordot` sums over one pair is dropped."""
    if not isinstance(node, ast.Call) or numpy_function(node, context) != "tensordot":
        return
    axes = word.value if (word := keyword(node, "axes")) else (node.args[2] if len(plain(node)) == 3 else None)
    match axes:
        case ast.Tuple(elts=[ast.Tuple() as first, ast.Tuple() as second]) if len(first.elts) == len(second.elts) > 1:
            for one, other in zip(_fewer(first, context), _fewer(second, context), strict=True):
                yield context.replace(axes, f"({one.text}, {other.text})")


def keepdims(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`keepdims=True` is dropped; `keepdims=False` becomes `keepdims=True`."""
    word = keyword(node, "keepdims") if isinstance(node, ast.Call) else None
    if word and isinstance(word.value, ast.Constant):
        edit = context.without(word) if word.value.value else context.replace(word.value, "True")
        if edit:
            yield edit


def transpose(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`.T` is dropped, or added to a name beside `@`; a transposition is dropped, or two of its axes swapped."""
    match node:
        case ast.Attribute(value=value, attr="T" | "mT"):
            yield context.replace(node, context.of(value))
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            names = (side for side in (left, right) if isinstance(side, ast.Name | ast.Subscript))
            yield from (context.replace(side, f"{context.of(side)}.T") for side in names)
        case ast.Call(func=ast.Attribute(value=base)):
            if numpy_function(node, context) in _TRANSPOSES and plain(node):
                yield context.replace(node, context.of(node.args[0]))
                yield from _swapped_axes(node, plain(node)[1:], context)
            elif method(node, context) in _TRANSPOSES:
                yield context.replace(node, context.of(base))
                yield from _swapped_axes(node, plain(node), context)


def _swapped_axes(call: ast.Call, axes: list[ast.expr], context: Context) -> Iterator[Edit]:
    if len(axes) == 1 and isinstance(axes[0], ast.Tuple):
        axes = axes[0].elts
    if isinstance(call.func, ast.Attribute) and call.func.attr != "swapaxes":  # it is symmetric
        yield from (context.exchange(one, other) for one, other in itertools.pairwise(axes))


def reshape(node: ast.AST, context: Context) -> Iterator[Edit]:
    """The last two sizes of a `reshape` are swapped."""
    sizes: list[ast.expr] = []
    if isinstance(node, ast.Call) and numpy_function(node, context) == "reshape":
        sizes = plain(node)[1:]
    elif isinstance(node, ast.Call) and method(node, context) == "reshape":
        sizes = plain(node)
    if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple):
        sizes = sizes[0].elts
    if len(sizes) > 1 and ast.dump(sizes[-2]) != ast.dump(sizes[-1]):
        yield context.exchange(sizes[-2], sizes[-1])


def joining_order(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Two arrays that are joined change places: `np.concatenate([a, b])` becomes `np.concatenate([b, a])`."""
    if isinstance(node, ast.Call) and numpy_function(node, context) in _JOINS and plain(node):
        first = node.args[0]
        if isinstance(first, ast.List | ast.Tuple):
            yield from (context.exchange(one, other) for one, other in itertools.pairwise(first.elts))


def einsum(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Two letters of the output of `np.einsum` are swapped."""
    if not isinstance(node, ast.Call) or numpy_function(node, context) != "einsum" or not node.args:
        return
    subscripts = node.args[0]
    if not isinstance(subscripts, ast.Constant) or not isinstance(subscripts.value, str):
        return
    inputs, arrow, output = subscripts.value.partition("->")
    for first, second in itertools.combinations([at for at, k in enumerate(output) if arrow and k.isalpha()], 2):
        letters = list(output)
        letters[first], letters[second] = letters[second], letters[first]
        yield context.replace(subscripts, f'"{inputs}->{"".join(letters)}"')


def reversal(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`x[::-1]` becomes `x[:]`; `np.flip(x)` and `reversed(x)` become `x`."""
    match node:
        case ast.Slice(lower=None, upper=None, step=ast.expr() as step) if integer(step) == -1:
            yield context.rewrite(node, ":")
        case ast.Call(args=[argument, *_]) if numpy_function(node, context) in _FLIPS or builtin(node) == "reversed":
            yield context.replace(node, context.of(argument))


ARRAYS = {
    "axis": axis,
    "contracted-axes": contracted_axes,
    "keepdims": keepdims,
    "transpose": transpose,
    "reshape": reshape,
    "joining-order": joining_order,
    "einsum": einsum,
    "reversal": reversal,
}
