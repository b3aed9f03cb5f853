"""Operators on calls of numpy: another function, none at all, another dtype, a copy less, a result written in place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutation.context import Context, builtin, keyword, method, numpy_function, plain
from grader.mutation.model import Edit

_DROPPED = {"sqrt", "abs", "absolute", "fabs", "tanh", "clip", "square"}
_OTHER = {"log": "log1p", "log1p": "log", "expm1": "exp"}
_CREATED = {"zeros": "ones", "ones": "zeros", "zeros_like": "ones_like", "ones_like": "zeros_like"}
_TOTALS = {"sum": "mean", "mean": "sum", "nansum": "nanmean", "nanmean": "nansum"}
_IN_PLACE: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
_ELEMENTWISE = {"exp", "log", "tanh", "sqrt", "abs", "maximum", "minimum", "clip", "negative"}


def sum_mean(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`np.sum` becomes `np.mean`, and the other way round; likewise the methods."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TOTALS:
        yield _renamed(node.func, _TOTALS[node.func.attr], context)


def zeros_ones(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`np.zeros` becomes `np.ones`, and the other way round; likewise `zeros_like`."""
    name = numpy_function(node, context)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and name in _CREATED:
        yield _renamed(node.func, _CREATED[name], context)


def function(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`np.sqrt(x)`, `np.abs(x)`, `np.tanh(x)`, `np.clip(x, …)` become `x`, `log` `log1p`; relu loses its bend."""
    name = numpy_function(node, context) or builtin(node)
    if not isinstance(node, ast.Call) or not plain(node) or name is None:
        return
    first = node.args[0]
    if name in _DROPPED and (name == "abs" or isinstance(node.func, ast.Attribute)):
        yield context.replace(node, context.of(first))
    if isinstance(node.func, ast.Attribute) and name in _OTHER:
        yield _renamed(node.func, _OTHER[name], context)
    if isinstance(node.func, ast.Attribute) and name == "maximum":
        yield from _without_bend(node, context)


def _without_bend(node: ast.Call, context: Context) -> Iterator[Edit]:
    match node.args:
        case [x, ast.Constant(value=0)] | [ast.Constant(value=0), x]:
            yield context.replace(node, context.of(x))
            yield context.replace(node, f"{context.numpy_text()}.abs({context.of(x)})")


def where(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`np.where(c, a, b)` becomes `np.where(c, b, a)`, `a` and `b`."""
    match node:
        case ast.Call(args=[_, one, other]) if numpy_function(node, context) == "where":
            yield context.exchange(one, other)
            yield context.replace(node, context.of(one))
            yield context.replace(node, context.of(other))


def copying(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`x.copy()` and `np.copy(x)` become `x`; `np.array(x)` becomes `np.asarray(x)`, which need not be a copy."""
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="copy"), args=[]) if method(node, context):
            yield context.replace(node, context.of(base))
        case ast.Call(args=[argument, *_]) if numpy_function(node, context) == "copy":
            yield context.replace(node, context.of(argument))
        case ast.Call(func=ast.Attribute() as called, args=[argument, *_]) if _array_of(node, argument, context):
            yield _renamed(called, "asarray", context)


def _array_of(node: ast.Call, argument: ast.expr, context: Context) -> bool:
    """Whether a call is `np.array(x)` of something that may be an array already."""
    made_here = isinstance(argument, ast.List | ast.Tuple | ast.ListComp | ast.Constant)
    return numpy_function(node, context) == "array" and not made_here and not keyword(node, "copy")


def conversion(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`np.asarray(x, dtype=float)` becomes `np.asarray(x)`, `np.asarray(x, dtype=np.float32)` and `x`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    base = node.func.value
    if method(node, context) == "astype" and plain(node):
        yield context.replace(node, context.of(base))
        yield from _narrowed(node.args[0], context)
    if numpy_function(node, context) in ("asarray", "array", "ascontiguousarray") and plain(node):
        word = keyword(node, "dtype")
        kind = word.value if word else (node.args[1] if len(node.args) > 1 else None)
        if kind and (edit := context.without(word or kind)):
            yield edit
            yield from _narrowed(kind, context)
        if numpy_function(node, context) == "asarray":
            yield context.replace(node, context.of(node.args[0]))


def _narrowed(kind: ast.expr, context: Context) -> Iterator[Edit]:
    if context.of(kind).rpartition(".")[2] in ("float", "float64", "double") and context.numpy:
        yield context.replace(kind, f"{context.numpy_text()}.float32")


def in_place(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`x - m` becomes `np.subtract(x, m, out=x)` where x may be an array of the caller; likewise `np.exp(x)`."""
    match node:
        case ast.BinOp(left=ast.Name(id=name), op=operator, right=right):
            function = _IN_PLACE.get(type(operator))
            if function and name in context.scope.borrowed and context.numpy:
                arguments = f"{name}, {context.of(right)}, out={name}"
                yield context.replace(node, f"{context.numpy_text()}.{function}({arguments})")
        case ast.Call(func=ast.Attribute() as called, args=[ast.Name(id=name), *_]):
            written = numpy_function(node, context) in _ELEMENTWISE and not keyword(node, "out")
            if written and name in context.scope.borrowed:
                start = len(context.of(called)) + context.text.span(node)[0]
                inner = context.text.source[start + 1 : context.text.span(node)[1] - 1].rstrip().rstrip(",")
                yield context.replace(node, f"{context.of(called)}({inner}, out={name})")


def _renamed(called: ast.Attribute, name: str, context: Context) -> Edit:
    """The call of another function of the same module, or of another method: the last name gives way."""
    end = context.text.span(called)[1]
    return Edit(end - len(called.attr), end, name)


FUNCTIONS = {
    "sum-mean": sum_mean,
    "zeros-ones": zeros_ones,
    "function": function,
    "where": where,
    "copying": copying,
    "conversion": conversion,
    "in-place": in_place,
}
