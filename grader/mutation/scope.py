"""The names of a function: where each is bound, which ones a typing error could mix up, which ones are arguments."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.mutation.text import Text

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Stretch = tuple[int, int]

_SCALARS = {"int", "float", "bool", "str", "None"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What holds for the names of one function; empty for code outside functions.

    `usable` are the stretches of text in which a name is certainly bound; `kin` are pairs of neighbours, of an
    unpacking or of the parameters; `indices` run over a range; `borrowed` may be arrays that belong to the caller.
    """

    name: str = ""
    parameters: tuple[str, ...] = ()
    usable: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)
    kin: frozenset[frozenset[str]] = frozenset()
    indices: frozenset[str] = frozenset()
    borrowed: frozenset[str] = frozenset()

    def candidates(self, name: str, at: int) -> list[str]:
        """The other names that are bound at a place and could be taken for this one."""
        if name not in self.usable:
            return []
        bound = (other for other, spans in self.usable.items() if any(a <= at < b for a, b in spans))
        return sorted(other for other in bound if other != name and self._alike(name, other))

    def _alike(self, one: str, other: str) -> bool:
        if frozenset((one, other)) in self.kin or {one, other} <= self.indices:
            return True
        return one == f"d{other}" or other == f"d{one}" or _similar(one, other)


def scope_of(function: Function, text: Text, numpy: frozenset[str]) -> Scope:
    """The names of a function, those of functions inside it included."""
    arguments = _arguments(function.args)
    inside = text.span(function)
    usable: dict[str, list[Stretch]] = {argument.arg: [inside] for argument in arguments}
    for name, stretch in _bound(function, text):
        usable.setdefault(name, []).append(stretch)
    for given in ("self", "cls", "_"):
        usable.pop(given, None)
    return Scope(
        function.name,
        tuple(argument.arg for argument in arguments),
        {name: tuple(spans) for name, spans in usable.items()},
        frozenset(_neighbours(function, arguments)),
        frozenset(_indices(function)),
        frozenset(_borrowed(function, numpy)),
    )


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _similar(one: str, other: str) -> bool:
    """Names that differ in one character, or share a part: `kh` and `kw`, `H_in` and `H_out`."""
    if len(one) == len(other) > 1 and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return True
    these, those = one.split("_"), other.split("_")
    if len(these) == len(those) == 1:
        return False
    return these[0] == those[0] or (these[-1] == those[-1] and len(these) == len(those))


def _bound(function: Function, text: Text) -> Iterator[tuple[str, Stretch]]:
    """Each binding, and the text in which it surely has taken place: behind it, in the order of lines."""
    end = text.span(function)[1]
    for node in ast.walk(function):
        match node:
            case ast.Assign() | ast.AnnAssign() | ast.NamedExpr() | ast.withitem():
                last = node.optional_vars if isinstance(node, ast.withitem) else node
                yield from ((name, (text.span(last)[1], end)) for name in _stored(node) if last)
            case ast.For():
                yield from ((name, (text.span(node.body[0])[0], end)) for name in _stored(node.target))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                yield from _bound_inside(node, text)
            case ast.Lambda():
                yield from ((argument.arg, text.span(node.body)) for argument in _arguments(node.args))
            case ast.FunctionDef() if node is not function:
                yield from ((argument.arg, text.span(node)) for argument in _arguments(node.args))


def _bound_inside(node: Comprehension, text: Text) -> Iterator[tuple[str, Stretch]]:
    """The names of a comprehension: in its element, and behind the `for … in …` that binds them."""
    start, end = text.span(node)
    element_ends = text.span(node.generators[0].target)[0]
    for generator in node.generators:
        for name in _stored(generator.target):
            yield name, (start, element_ends)
            yield name, (text.span(generator.iter)[1], end)


def _stored(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id


def _neighbours(function: Function, arguments: list[ast.arg]) -> Iterator[frozenset[str]]:
    for one, other in itertools.pairwise(arguments):
        kinds = {ast.dump(argument.annotation) for argument in (one, other) if argument.annotation}
        if len(kinds) < 2:
            yield frozenset((one.arg, other.arg))
    for node in ast.walk(function):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            for left, right in itertools.pairwise(node.elts):
                if isinstance(left, ast.Name) and isinstance(right, ast.Name):
                    yield frozenset((left.id, right.id))


def _indices(function: Function) -> Iterator[str]:
    for node in ast.walk(function):
        if not isinstance(node, ast.For | ast.comprehension) or not isinstance(node.iter, ast.Call):
            continue
        called = node.iter.func
        if isinstance(called, ast.Name) and called.id in ("range", "reversed") and isinstance(node.target, ast.Name):
            yield node.target.id


def _borrowed(function: Function, numpy: frozenset[str]) -> set[str]:
    """The parameters that may be arrays and the names for the same arrays, unless they get another value somewhere."""
    spec = function.args
    defaults = [None] * (len(spec.posonlyargs) + len(spec.args) - len(spec.defaults)) + [*spec.defaults]
    positional = zip([*spec.posonlyargs, *spec.args], defaults, strict=True)
    named = zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    borrowed = {argument.arg for argument, default in (*positional, *named) if not _scalar(argument, default)}
    borrowed -= {"self", "cls"}
    assigned = list(_assigned(function))
    borrowed |= {name for name, value in assigned if _same_array(value, borrowed, numpy)}
    return borrowed - {name for name, value in assigned if not _same_array(value, borrowed, numpy)}


def _scalar(argument: ast.arg, default: ast.expr | None) -> bool:
    if argument.annotation is None:
        return isinstance(default, ast.Constant | ast.UnaryOp)
    return any(isinstance(node, ast.Name) and node.id in _SCALARS for node in ast.walk(argument.annotation))


def _assigned(function: Function) -> Iterator[tuple[str, ast.expr | None]]:
    """Each name that is bound in a function, with its value where that is one expression."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
                for target, value in zip(names, values, strict=True):
                    yield from ((name, value) for name in _stored(target))
            case ast.Assign() | ast.AnnAssign() | ast.NamedExpr() | ast.For() | ast.comprehension() | ast.withitem():
                yield from ((name, None) for name in _stored(node))


def _same_array(value: ast.expr | None, borrowed: set[str], numpy: frozenset[str]) -> bool:
    match value:
        case ast.Name(id=name):
            return name in borrowed
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr="asarray"), args=[ast.Name(id=name)]):
            return module in numpy and name in borrowed
    return False
