"""Operators on statements: one deleted, a loop cut short, a result out of place."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from grader.mutation.context import Context, builtin, numpy_function
from grader.mutation.model import Edit
from grader.mutation.variables import gradients


def deletion(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A statement is deleted: `a += b`, `x[i] = a`, a call for its effect, a guard that raises or returns."""
    match node:
        case ast.AugAssign() | ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Subscript()]):
            yield context.rewrite(node, "pass")
        case ast.If(orelse=[], body=[ast.Raise() | ast.Return()]):
            yield context.rewrite(node, "pass")
        case ast.Raise() if not _is_guard(context.parent(node)):
            yield context.rewrite(node, "pass")


def _is_guard(node: ast.AST | None) -> bool:
    return isinstance(node, ast.If) and not node.orelse and len(node.body) == 1


def jump(node: ast.AST, context: Context) -> Iterator[Edit]:
    """`continue` becomes `break`, and the other way round; both are dropped."""
    if isinstance(node, ast.Continue | ast.Break):
        yield context.rewrite(node, "break" if isinstance(node, ast.Continue) else "continue")
        yield context.rewrite(node, "pass")


def loop_once(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A loop runs once: `for x in xs` becomes `for x in list(xs)[:1]`."""
    if isinstance(node, ast.For | ast.comprehension):
        yield context.replace(node.iter, f"{_list_of(node.iter, context)}[:1]")


def loop_skips(node: ast.AST, context: Context) -> Iterator[Edit]:
    """A loop leaves out the first or the last: `for x in list(xs)[1:]`."""
    if not isinstance(node, ast.For | ast.comprehension):
        return
    bounds = len(node.iter.args) if isinstance(node.iter, ast.Call) and builtin(node.iter) == "range" else 0
    if bounds < 2:  # "range-bound" does the same to a range that has a start
        yield context.replace(node.iter, f"{_list_of(node.iter, context)}[1:]")
    if bounds == 0:
        yield context.replace(node.iter, f"{_list_of(node.iter, context)}[:-1]")


def _list_of(node: ast.expr, context: Context) -> str:
    text = context.of(node)
    return f"list({context.operand(node) if isinstance(node, ast.Tuple) else text})"


def result_order(node: ast.AST, context: Context) -> Iterator[Edit]:
    """Two neighbours of a returned tuple change places."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield from (context.exchange(one, other) for one, other in itertools.pairwise(node.value.elts))


def zero_result(node: ast.AST, context: Context) -> Iterator[Edit]:
    """An element of a returned tuple, or the result of a backward pass, becomes zeros."""
    if not isinstance(node, ast.Return) or not context.numpy or node.value is None:
        return
    backward = context.scope.name.endswith("backward") or gradients(context.scope)
    for result in node.value.elts if isinstance(node.value, ast.Tuple) else ([node.value] if backward else []):
        if numpy_function(result, context) not in ("zeros", "zeros_like") and not isinstance(result, ast.Starred):
            yield context.replace(result, f"{context.numpy_text()}.zeros_like({context.of(result)})")


CONTROL = {
    "deletion": deletion,
    "jump": jump,
    "loop-once": loop_once,
    "loop-skips": loop_skips,
    "result-order": result_order,
    "zero-result": zero_result,
}
