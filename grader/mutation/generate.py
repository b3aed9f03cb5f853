"""Applies every operator to every place of a solution that the exercises have to answer for."""

from __future__ import annotations

import ast
import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from grader.errors import AssignmentError
from grader.mutation.context import Context
from grader.mutation.model import Edit, Mutant
from grader.mutation.operators import OPERATORS
from grader.mutation.ownership import Definition, owners
from grader.mutation.scope import Scope, scope_of
from grader.mutation.text import Text, text_of

_TELLING = (ast.Call, ast.BinOp, ast.Compare, ast.Subscript, ast.BoolOp, ast.IfExp, ast.stmt)
_ENOUGH = 12  # characters of a piece that make it recognisable


def mutants(
    source: str, exercises: Sequence[str], lines: Collection[int] | None = None, *, of: str | None = None
) -> list[Mutant]:
    """Every mutant of a solution, from top to bottom: one place changed by one operator.

    Changed is the code of the exercises, in the manifest's order, and of the helpers and constants that they use; only
    on `lines` (from 1), and only what belongs to the exercise `of`, if these are given. No two mutants have the same
    tree, and none has the solution's.

    Raises:
        AssignmentError: the solution is no Python, or does not define an exercise.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as exc:
        raise AssignmentError(f"line {exc.lineno}: the solution is no Python: {exc.msg}", "mend it first") from exc
    text = text_of(source)
    numpy = numpy_names(tree)
    found: list[Mutant] = []
    for definition, exercise in owners(tree, exercises):
        if of in (None, exercise):
            found.extend(_mutants_of(definition, exercise, text, numpy, lines))
    return _told_apart(found)


def numpy_names(tree: ast.Module) -> frozenset[str]:
    """The names that a module gives to numpy."""
    imports = (alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names)
    return frozenset(alias.asname or alias.name for alias in imports if alias.name == "numpy")


def _mutants_of(
    definition: Definition, exercise: str, text: Text, numpy: frozenset[str], lines: Collection[int] | None
) -> Iterator[Mutant]:
    if not isinstance(definition, ast.Assign | ast.AnnAssign):
        definition.decorator_list = []  # they stand before the text of the definition
    parents = {child: node for node in ast.walk(definition) for child in ast.iter_child_nodes(node)}
    seen = {ast.dump(definition)}
    for node, scope in _places(definition, Scope(), text, numpy):
        context = Context(text, parents, numpy, scope)
        for operator, edits in OPERATORS.items():
            for edit in edits(node, context):
                touched = range(text.line(edit.start), text.line(max(edit.start, edit.end - 1)) + 1)
                if lines is not None and not all(line in lines for line in touched):
                    continue
                applied = _applied(edit, definition, context)
                if applied is None:
                    continue
                safe, dump = applied
                if dump not in seen:
                    seen.add(dump)
                    yield _mutant(exercise, operator, node, safe, context)


def _places(node: ast.AST, scope: Scope, text: Text, numpy: frozenset[str]) -> Iterator[tuple[ast.AST, Scope]]:
    """The nodes that may be changed: no annotation, docstring, text of an error, or part of a formatted string."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not scope.name:
        scope = scope_of(node, text, numpy)
    if not isinstance(node, ast.JoinedStr):
        yield node, scope
    for child in _parts(node):
        yield from _places(child, scope, text, numpy)


def _parts(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.JoinedStr() | ast.Raise() | ast.Expr(value=ast.Constant()):
            return []
        case ast.Assert(test=test):
            return [test]
        case ast.AnnAssign(value=value):
            return [value] if value else []
        case ast.ClassDef(body=body):
            return list(body)
        case ast.FunctionDef(args=args, body=body) | ast.AsyncFunctionDef(args=args, body=body):
            return [*args.defaults, *(default for default in args.kw_defaults if default), *body]
    return list(ast.iter_child_nodes(node))


def _applied(edit: Edit, definition: Definition, context: Context) -> tuple[Edit, str] | None:
    """The edit, in parentheses where it would mean something else without them, and the tree that it makes."""
    if edit.node is None:
        dump = _dump_with(edit, definition, context)
        return (edit, dump) if dump else None
    wrapped = dataclasses.replace(edit, text=f"({edit.text})")
    replacement = ast.parse(f"({edit.text}\n)", mode="eval").body
    intended = _dump_of(definition, edit.node, replacement, context.parent(edit.node))
    for candidate in (edit, wrapped):
        if _dump_with(candidate, definition, context) == intended:
            return candidate, intended
    return None


def _dump_with(edit: Edit, definition: Definition, context: Context) -> str | None:
    start, end = context.text.span(definition)
    source = context.text.source
    try:
        tree = ast.parse(source[start : edit.start] + edit.text + source[edit.end : end])
    except SyntaxError:
        return None
    return ast.dump(tree.body[0])


def _dump_of(definition: ast.AST, node: ast.AST, replacement: ast.AST, parent: ast.AST | None) -> str:
    """The tree of the definition with another node in one place."""
    for name, value in ast.iter_fields(parent) if parent else ():
        if value is node:
            setattr(parent, name, replacement)
            dump = ast.dump(definition)
            setattr(parent, name, node)
            return dump
        if isinstance(value, list) and any(item is node for item in value):
            at = next(at for at, item in enumerate(value) if item is node)
            value[at] = replacement
            dump = ast.dump(definition)
            value[at] = node
            return dump
    return ast.dump(definition)


def _mutant(exercise: str, operator: str, node: ast.AST, edit: Edit, context: Context) -> Mutant:
    text = context.text
    start, end = _piece(node, edit, context)
    was = _tidy(text.bare[start:end])
    becomes = _tidy(text.bare[start : edit.start] + edit.text + text.bare[edit.end : end])
    source = text.source[: edit.start] + edit.text + text.source[edit.end :]
    return Mutant(exercise, operator, text.line(edit.start), was, becomes, source)


def _piece(node: ast.AST, edit: Edit, context: Context) -> tuple[int, int]:
    """The smallest expression or statement around an edit that can be recognised, on the lines of the edit."""
    around: ast.AST | None = node
    while around is not None:
        if isinstance(around, _TELLING):
            start, end = context.text.span(around)
            covers = start <= edit.start and edit.end <= end and (start, end) != (edit.start, edit.end)
            if (covers and end - start >= _ENOUGH) or isinstance(around, ast.stmt):
                break
        around = context.parent(around)
    lines = context.text.line(edit.start), context.text.line(max(edit.start, edit.end - 1))
    first, last = context.text.line_span(lines[0])[0], context.text.line_span(lines[1])[1]
    return (max(start, first), min(end, last)) if around else (first, last)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _told_apart(found: list[Mutant]) -> list[Mutant]:
    """The same mutants, those of equal names numbered."""
    count: Counter[str] = Counter()
    numbered = []
    for mutant in found:
        count[mutant.name] += 1
        numbered.append(dataclasses.replace(mutant, twin=count[mutant.name]))
    return numbered
