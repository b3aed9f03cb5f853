"""Operators on conditions: comparisons, their negation, and which of two values is taken."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from grader.mutation.context import Context, builtin, numpy_function
from grader.mutation.model import Edit

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_NEAR = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_OPPOSITE |= {"is": "is not", "is not": "is", "in": "not in", "not in": "in"}
_OTHER_END = {"min": "max", "minimum": "maximum", "argmin": "argmax", "amin": "amax", "fmin": "fmax"}
_OTHER_END |= {"nanmin": "nanmax", "nanargmin": "nanargmax"}
_OTHER_END |= {other: name for name, other in _OTHER_END.items()}


def comparison(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`<` becomes `<=`, `>` becomes `>=`, `==` becomes `!=`, and the other way round."""
    if isinstance(node, ast.Compare):
        for (left, right), operator in zip(itertools.pairwise([node.left, *node.comparators]), node.ops, strict=True):
            sign = _SIGNS[type(operator)]
            edit = context.between(left, right, sign, _NEAR.get(sign, ""))
            if edit and edit.text:
                yield edit


def negation(node: ast.AST, context: Context) -> Iterator[Edit]:
    """The condition of an `if`, `while` or `np.where`, or a mask that is multiplied, becomes its opposite."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield _opposite(test, context, "not ")
        case ast.comprehension(ifs=tests):
            yield from (_opposite(test, context, "not ") for test in tests)
        case ast.Call(args=[test, _, _]) if numpy_function(node, context) == "where":
            yield _opposite(test, context, "~")
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            yield from (_opposite(side, context, "~") for side in (left, right) if isinstance(side, ast.Compare))


def _opposite(test: ast.expr, context: Context, negates: str) -> Edit:
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        sign = _SIGNS[type(test.ops[0])]
        if edit := context.between(test.left, test.comparators[0], sign, _OPPOSITE[sign]):
            return edit
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not | ast.Invert):
        return context.replace(test, context.of(test.operand))
    return context.replace(test, negates + context.operand(test))


def and_or(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a and b` becomes `a or b`, and the other way round."""
    if isinstance(node, ast.BoolOp):
        word = " or " if isinstance(node.op, ast.And) else " and "
        yield context.replace(node, word.join(context.operand(value) for value in node.values))


def not_dropped(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`not a` becomes `a`; so does `~a`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield context.replace(node, context.of(node.operand))


def min_max(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`min` becomes `max`, and the other way round; likewise `minimum`, `argmin` and the methods."""
    if builtin(node) in ("min", "max") and isinstance(node, ast.Call):
        yield context.replace(node.func, _OTHER_END[context.of(node.func)])
    if isinstance(node, ast.Attribute) and node.attr in _OTHER_END:
        end = context.text.span(node)[1]
        yield Edit(end - len(node.attr), end, _OTHER_END[node.attr])


COMPARISONS = {
    "comparison": comparison,
    "negation": negation,
    "and-or": and_or,
    "not-dropped": not_dropped,
    "min-max": min_max,
}
