"""A correct variant of a module: the same functions, with every sum taken in another order.

Two right programs differ in rounding. Tests that fail this variant are too strict.
"""

from __future__ import annotations

import ast
from pathlib import Path

from grader.mutation.generate import numpy_names

_FUNCTIONS = {"sum", "mean", "dot", "matmul", "einsum", "tensordot"}
_METHODS = {"sum", "mean", "dot"}


def reordered(source: str) -> str:
    """The module with every sum of numpy taken from its last term to its first, so equal up to rounding.

    Rewritten are `@`, `sum`, `mean`, `dot`, `matmul`, `einsum` and `tensordot` of numpy, the methods of these names,
    and the built-in `sum`; sums written as loops stay. Comments are lost. A module without numpy is left alone.
    """
    tree = ast.parse(source)
    numpy = numpy_names(tree)
    if not numpy:
        return source
    tree = _Rewriter(numpy, _binds_sum(tree)).visit(tree)
    at = next((at for at, node in enumerate(tree.body) if not _must_come_first(node)), len(tree.body))
    tree.body[at:at] = _prelude()
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


class _Rewriter(ast.NodeTransformer):
    def __init__(self, numpy: frozenset[str], own_sum: bool) -> None:
        self._numpy = numpy
        self._own_sum = own_sum

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        return _call("_reordered_at", [node.left, node.right], [])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in self._numpy:
                if name in _FUNCTIONS:
                    return _call("_reordered_call", [ast.Constant(name), *node.args], node.keywords)
            case ast.Attribute(value=value, attr=name) if name in _METHODS:
                return _call("_reordered_method", [value, ast.Constant(name), *node.args], node.keywords)
            case ast.Name(id="sum") if not self._own_sum and len(node.args) == 1 and not node.keywords:
                return _call("_reordered_sum", node.args, [])
        return node


def _call(name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), args, keywords)


def _binds_sum(tree: ast.Module) -> bool:
    """Whether `sum` is a name of the module's own somewhere."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name="sum") | ast.arg(arg="sum") | ast.Name(id="sum", ctx=ast.Store()):
                return True
            case ast.alias(name=name, asname=asname) if "sum" in (asname or name, name) or name == "*":
                return True
    return False


def _must_come_first(node: ast.stmt) -> bool:
    """Whether nothing may stand before a statement: the docstring, an import from the future."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _prelude() -> list[ast.stmt]:
    """The functions of `sums.py` and their import of numpy, without annotations, which would need more imports."""
    tree = ast.parse(Path(__file__).with_name("sums.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return [node for node in tree.body if isinstance(node, ast.Import | ast.FunctionDef)]
