"""Operators on names: a neighbour in the place of a variable, a gradient that does not arrive."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.mutation.context import Context, builtin, numpy_function
from grader.mutation.model import Edit
from grader.mutation.scope import Scope

_SHAPE_ONLY = {"shape", "ndim", "dtype", "size"}
_LIKE = {"zeros_like", "ones_like", "empty_like", "full_like", "shape", "ndim", "size"}
_UPSTREAM = re.compile(r"d_?out|upstream|grad(_?out(put)?)?|delta|d_?[A-Z]\w*|d[a-z]|d[a-z]_\w+|dlogits|dloss")
_NO_GRADIENT = {"do", "ds"}


def variable(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A variable gives way to another one of the same kind: `kh` to `kw`, `x` to `dx`, a parameter to the next."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    parent = context.parent(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        return
    for other in context.scope.candidates(node.id, context.text.span(node)[0]):
        gradient = other in (f"d{node.id}", node.id.removeprefix("d"))
        if not (gradient and _only_its_shape(node, context)):  # an array and its gradient have the same
            yield context.replace(node, other)


def upstream(node: ast.AST, context: Context) -> Iterator[Edit]:
    """The gradient that arrives from above, as in `dout * mask`, gives way to ones."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or not context.numpy:
        return
    if node.id in gradients(context.scope) and not _only_its_shape(node, context):
        yield context.replace(node, f"{context.numpy_text()}.ones_like({node.id})")


def gradients(scope: Scope) -> list[str]:
    """The parameters that are gradients from above: named like one, or after another parameter (`dh` beside `h`)."""
    return [
        name
        for name in scope.parameters
        if name not in _NO_GRADIENT
        and (_UPSTREAM.fullmatch(name) or (name[:1] == "d" and name[1:].lstrip("_") in scope.parameters))
    ]


def _only_its_shape(node: ast.Name, context: Context) -> bool:
    parent = context.parent(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _SHAPE_ONLY
    return parent is not None and (numpy_function(parent, context) in _LIKE or builtin(parent) == "len")


VARIABLES = {"variable": variable, "upstream": upstream}
