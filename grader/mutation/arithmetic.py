"""Operators on arithmetic: signs, terms, factors, the order of operands, accumulation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutation.context import Context, builtin, integer, method, numpy_function
from grader.mutation.model import Edit

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
}
_TEXTS = (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)


def plus_minus(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a + b` becomes `a - b`, and the other way round."""
    yield from _other_signs(node, context, {"+": ("-",), "-": ("+",)})


def times_divide(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a * b` becomes `a / b`, and the other way round."""
    yield from _other_signs(node, context, {"*": ("/",), "/": ("*",)})


def floor_division(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a // b` becomes `a / b`, and the other way round."""
    yield from _other_signs(node, context, {"//": ("/",), "/": ("//",)})


def _other_signs(node: ast.AST, context: Context, others: dict[str, tuple[str, ...]]) -> Iterator[Edit]:
    if not isinstance(node, ast.BinOp) or _concatenates(node):
        return
    sign = _SIGNS.get(type(node.op), "")
    for other in others.get(sign, ()):
        if edit := context.between(node.left, node.right, sign, other):
            yield edit


def _concatenates(node: ast.BinOp) -> bool:
    """Whether the operands are texts or lists, and the sign is no arithmetic."""
    sides = (node.left, node.right)
    return any(isinstance(s, _TEXTS) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides)


def remainder(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a % b` becomes `a`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and not _concatenates(node):
        yield context.replace(node, context.of(node.left))


def exponent(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a ** n` becomes `a ** (n + 1)` and `a ** (n - 1)`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
        return
    number = node.right.value if isinstance(node.right, ast.Constant) else integer(node.right)
    for step in (1, -1):
        if isinstance(number, int | float):
            yield context.replace(node.right, repr(number + step))
        else:
            yield context.replace(node.right, f"{context.operand(node.right)} {'+' if step > 0 else '-'} 1")


def sign(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`-a` becomes `a`; a product, sum or quotient that is assigned or returned gets a minus."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not _has_own_operator(node, context):
            yield context.replace(node, context.of(operand))
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.MatMult()) if not _concatenates(node):
            if _is_result(node, context):
                yield context.replace(node, f"-{context.operand(node)}")
        case ast.Call() if _is_returned(node, context) and numpy_function(node, context) not in ("zeros", "zeros_like"):
            yield context.replace(node, f"-{context.of(node)}")


def _has_own_operator(node: ast.AST, context: Context) -> bool:
    """Whether a number with a sign is the step of a slice backwards, or an axis, which 1 may name as well as -1."""
    match context.parent(node):
        case ast.keyword(arg=word):
            return word == "axis"
        case ast.Slice(step=step):
            return step is node
        case ast.Subscript(value=ast.Attribute(attr=name)):
            return name == "shape"
        case ast.Call() as call:
            return bool({method(call, context), numpy_function(call, context)} & {"swapaxes", "moveaxis", "transpose"})
    return False


def _is_returned(node: ast.AST, context: Context) -> bool:
    parent = context.parent(node)
    return isinstance(parent, ast.Return) or (
        isinstance(parent, ast.Tuple) and isinstance(context.parent(parent), ast.Return)
    )


def _is_result(node: ast.AST, context: Context) -> bool:
    parent = context.parent(node)
    return _is_returned(node, context) or isinstance(parent, ast.Assign | ast.AnnAssign)


def operand_order(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`A @ B` becomes `B @ A`; likewise `a - b` and `a / b`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Sub | ast.Div):
        if ast.dump(node.left) == ast.dump(node.right) or _loses_its_sign(node, context):
            return
        left, right = context.operand(node.left), context.operand(node.right)
        yield context.replace(node, f"{right} {_SIGNS[type(node.op)]} {left}")


def _loses_its_sign(node: ast.BinOp, context: Context) -> bool:
    """Whether a difference is squared, so that its order does not matter."""
    parent = context.parent(node)
    if not isinstance(node.op, ast.Sub):
        return False
    if numpy_function(parent or node, context) in ("abs", "square") or builtin(parent or node) == "abs":
        return True
    power = integer(parent.right) if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) else None
    return power is not None and power % 2 == 0


def drop_term(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a + b` becomes `a` and `b`; `a - b` becomes `a` and `-b`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub) or _concatenates(node):
        return
    if integer(node.right) != 0:
        yield context.replace(node, context.of(node.left))
    if integer(node.left) != 0:
        minus = isinstance(node.op, ast.Sub)
        yield context.replace(node, f"-{context.operand(node.right)}" if minus else context.of(node.right))


def drop_factor(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a * b` becomes `a` and `b`; `a / b` and `a // b` become `a`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv):
        return
    if _concatenates(node):
        return
    if integer(node.right) != 1:
        yield context.replace(node, context.of(node.left))
    if isinstance(node.op, ast.Mult) and integer(node.left) != 1:
        yield context.replace(node, context.of(node.right))


_AUGMENTED = {"+": ("=", "-="), "-": ("=", "+="), "*": ("=", "/="), "/": ("=", "*=")}


def accumulation(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`a += b` becomes `a = b` and `a -= b`; `a = b` becomes `a += b` where `a` has a value already."""
    if isinstance(node, ast.AugAssign):
        sign = _SIGNS.get(type(node.op), "")
        for other in _AUGMENTED.get(sign, ()):
            if edit := context.between(node.target, node.value, f"{sign}=", other):
                yield edit
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        start = context.text.span(node)[0]
        spans = context.scope.usable.get(node.targets[0].id, ())
        edit = context.between(node.targets[0], node.value, "=", "+=")
        if edit and any(first <= start < last for first, last in spans) and not _converts(node):
            yield edit


def _converts(node: ast.Assign) -> bool:
    """Whether the value is made of the old one: `x = np.asarray(x)`, where adding would double it."""
    names = {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id in names


ARITHMETIC = {
    "plus-minus": plus_minus,
    "times-divide": times_divide,
    "floor-division": floor_division,
    "remainder": remainder,
    "exponent": exponent,
    "sign": sign,
    "operand-order": operand_order,
    "drop-term": drop_term,
    "drop-factor": drop_factor,
    "accumulation": accumulation,
}
