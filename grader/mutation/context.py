"""What an operator knows of the place of a node, and the edits that it may ask for."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from grader.mutation.model import Edit
from grader.mutation.scope import Scope
from grader.mutation.text import Located, Text

_ATOMS = (
    ast.Name,
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.JoinedStr,
)


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a node: the text, each node's parent, numpy's names in the module, the function's names."""

    text: Text
    parents: Mapping[ast.AST, ast.AST]
    numpy: frozenset[str]
    scope: Scope

    def of(self, node: Located) -> str:
        """The text of a node."""
        return self.text.of(node)

    def operand(self, node: ast.expr) -> str:
        """The text of a node as it can stand beside an operator: in parentheses unless it is one piece."""
        text = self.of(node)
        number = isinstance(node, ast.Constant) and text[:1] != "-" and "\n" not in text
        whole = isinstance(node, _ATOMS) or number or (isinstance(node, ast.Tuple) and text.startswith("("))
        return text if whole else f"({text})"

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around a node."""
        return self.parents.get(node)

    def replace(self, node: ast.expr, text: str) -> Edit:
        """Another expression in a node's place."""
        start, end = self.text.span(node)
        return Edit(start, end, text, node)

    def rewrite(self, node: Located, text: str) -> Edit:
        """Another text in a node's place, where that is no expression."""
        start, end = self.text.span(node)
        return Edit(start, end, text)

    def between(self, left: Located, right: Located, sign: str, text: str) -> Edit | None:
        """Another sign in the place of the one that stands between two nodes."""
        start, end = self.text.span(left)[1], self.text.span(right)[0]
        found = re.search(r"\s+".join(map(re.escape, sign.split())), self.text.bare[start:end])
        return Edit(start + found.start(), start + found.end(), text) if found else None

    def exchange(self, first: ast.expr, second: ast.expr) -> Edit:
        """Two expressions of a list in each other's place; the first stands further left."""
        (start, left), (right, end) = self.text.span(first), self.text.span(second)
        return Edit(start, end, self.of(second) + self.text.source[left:right] + self.of(first))

    def without(self, argument: ast.expr | ast.keyword) -> Edit | None:
        """A call or tuple without one of its elements, and without one comma."""
        start, end = self.text.span(argument)
        before = re.search(r",\s*$", self.text.bare[:start])
        after = re.match(r"\s*,\s*", self.text.bare[end:])
        if before:
            return Edit(before.start(), end, "")
        return Edit(start, end + (after.end() if after else 0), "")

    def numpy_text(self) -> str | None:
        """The name that the module gives to numpy."""
        return min(self.numpy, default=None)


def numpy_function(node: ast.AST, context: Context) -> str | None:
    """The name of numpy's function that a call calls ("sum" for `np.sum(x)`), if it calls one."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    base = node.func.value
    return node.func.attr if isinstance(base, ast.Name) and base.id in context.numpy else None


def method(node: ast.AST, context: Context) -> str | None:
    """The name of the method that a call calls ("sum" for `x.sum()`), if it is no function of a module."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    base: ast.expr = node.func
    while isinstance(base, ast.Attribute):
        base = base.value
    return None if isinstance(base, ast.Name) and base.id in context.numpy else node.func.attr


def builtin(node: ast.AST) -> str | None:
    """The name that a call calls ("range" for `range(n)`), if it is a plain name."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """The keyword argument of a name."""
    return next((word for word in call.keywords if word.arg == name), None)


def plain(call: ast.Call) -> list[ast.expr]:
    """The positional arguments of a call, or none at all if one is starred."""
    return [] if any(isinstance(argument, ast.Starred) for argument in call.args) else call.args


def integer(node: ast.AST | None) -> int | None:
    """The value of an int literal, which may have a sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = integer(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None
