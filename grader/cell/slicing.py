"""Cuts from what a session ran the statements that some of its objects rest on.

A function's own statement is found by its code: of all that defined the name, the last one that compiles to the code
of the live object. So it does not matter what was edited since, or which of several definitions ran last. From there
on names lead further: a function needs what its names mean now, a statement also what they meant when it ran.
"""

from __future__ import annotations
import __future__

import ast
import inspect
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from grader.cell.session import Session, Statement
from grader.errors import RequestError
from grader.model import Part
from grader.worker import outline

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MOST_PLACES = 4
_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


def cut(session: Session, wanted: Mapping[str, Any]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The parts that hold what `wanted` needs, and remarks on what was taken. Line numbers stay.

    Raises RequestError if the statement that made a wanted object did not run here.
    """
    statements = session.statements
    live = {**session.namespace, **wanted}
    modules = frozenset(name for s in statements for name in outline.imported(s.node))
    binds = [frozenset(_bound(s.node, modules)) for s in statements]
    home = {name: _home(name, value, statements) for name, value in wanted.items()}
    for name, place in home.items():
        last = next((k for k in range(len(statements) - 1, -1, -1) if name in binds[k]), None)
        if place is None and (last is None or _is_plain(statements[last].node)):
            raise RequestError(f"The code of {name} as it is now is not in {session.name}.", _run_again(session))
    chosen = {k for k, s in enumerate(statements) if _always(s.node)}
    waiting: list[tuple[str, int]] = [(name, len(statements)) for name in wanted]
    done: set[tuple[str, int]] = set()
    while waiting:
        name, before = waiting.pop()
        if (name, before) in done:
            continue
        done.add((name, before))
        for k in _bindings(name, before, statements, binds, live):
            if k not in chosen:
                chosen.add(k)
                node = statements[k].node
                waiting += [(used, k) for used in _read_at_once(node)]
                waiting += [(used, len(statements)) for used in outline.mentioned(node)]
    parts = tuple(_parts(session, [statements[k] for k in sorted(chosen)]))
    return parts, (_told(session, statements, home, binds),)


def _bindings(
    name: str, before: int, statements: tuple[Statement, ...], binds: list[frozenset[str]], live: Mapping[str, Any]
) -> Iterator[int]:
    """The statements that give a name its meaning at a place, back to the last that owes nothing to those before."""
    if before == len(statements):
        if name not in live:
            return
        home = _home(name, live[name], statements)
        if home is not None:
            yield home
            later = range(home + 1, before)  # f.cache = {}
            yield from (k for k in later if name in binds[k] and not _is_fresh(name, statements[k].node))
            return
    for k in range(before - 1, -1, -1):
        if name in binds[k]:
            yield k
            if _is_fresh(name, statements[k].node):
                return


def _home(name: str, value: Any, statements: tuple[Statement, ...]) -> int | None:
    """The last definition that compiles to the code of a live function or class."""
    for k in range(len(statements) - 1, -1, -1):
        node = statements[k].node
        if isinstance(node, _DEFINITIONS) and node.name == name and _made(node, statements[k].unit, value):
            return k
    return None


def _made(node: _Definition, unit: ast.Module, value: Any) -> bool:
    """Whether this definition, compiled with its unit, made the object."""
    live = _codes(inspect.unwrap(value) if node.decorator_list and callable(value) else value)
    if live is None or isinstance(node, ast.ClassDef) != ("" not in live):
        return False
    flags = next((code.co_flags & _FUTURE for code in live.values()), 0)
    try:
        whole = compile(unit, "<session>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    places = {(code.co_name, code.co_firstlineno): code for code in _all_inner(whole)}
    code = places.get((node.name, _first_line(node)))
    if code is None:
        return False
    if not isinstance(node, ast.ClassDef):
        return _same(code, live[""])
    return all(_same(inner, live[inner.co_name]) for inner in _all_inner(code) if inner.co_name in live)


def _codes(value: Any) -> dict[str, CodeType] | None:
    """The code of a function, under "", or of each method of a class."""
    if isinstance(value, FunctionType):
        return {"": value.__code__}
    if not isinstance(value, type):
        return None
    methods = {n: getattr(m, "__func__", getattr(m, "fget", m)) for n, m in vars(value).items()}
    return {n: m.__code__ for n, m in methods.items() if isinstance(m, FunctionType)}


def _all_inner(code: CodeType) -> list[CodeType]:
    return [const for const in code.co_consts if isinstance(const, CodeType)]


def _same(a: CodeType, b: CodeType) -> bool:
    """Whether two pieces of code do the same, wherever they stand."""
    names = [(c.co_code, c.co_names, c.co_varnames, c.co_freevars, c.co_argcount, c.co_kwonlyargcount) for c in (a, b)]
    return (
        names[0] == names[1]
        and len(a.co_consts) == len(b.co_consts)
        and all(map(_same_constant, a.co_consts, b.co_consts))
    )


def _same_constant(a: Any, b: Any) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _same(a, b)
    return type(a) is type(b) and (a == b or repr(a) == repr(b))


def _is_plain(node: ast.stmt) -> bool:
    """Whether a statement makes a function or class with its own code: if that is not the live one, another did."""
    return isinstance(node, _DEFINITIONS) and not node.decorator_list


def _bound(statement: ast.stmt, modules: frozenset[str]) -> Iterator[str]:
    """The names that a statement gives a meaning, or whose value it changes; a module's functions change no module."""
    yield from outline.bound(statement)
    yield from outline.imported(statement)
    yield from (name for name in outline.changed(statement) if name not in modules)


def _read_at_once(node: ast.stmt) -> set[str]:
    """The names that a statement needs when it runs; the body of a function needs its own when it is called."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return outline.mentioned(node)
    head = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    return {name for part in head for name in outline.mentioned(part)}


def _is_fresh(name: str, node: ast.stmt) -> bool:
    """Whether after this statement nothing counts of what the name meant before."""
    if isinstance(node, _DEFINITIONS):
        return not any(name in outline.mentioned(decorator) for decorator in node.decorator_list)
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    if value is None or not any(isinstance(t, ast.Name) and t.id == name for t in targets):
        return False
    return name not in outline.mentioned(value)


def _always(node: ast.stmt) -> bool:
    """What decides how the rest is read, or binds names that only running it would tell."""
    return isinstance(node, ast.ImportFrom) and (
        node.module == "__future__" or any(alias.name == "*" for alias in node.names)
    )


def _parts(session: Session, chosen: list[Statement]) -> Iterator[Part]:
    for number, part in enumerate(session.parts):
        nodes = [s.node for s in chosen if s.part == number]
        if nodes:
            yield Part(part.label, _only(part.source, nodes))


def _only(source: str, nodes: list[ast.stmt]) -> str:
    """The source with nothing but these statements, each on the lines where it stood."""
    lines = [line.encode() for line in source.split("\n")]
    kept: list[bytes] = [b""] * len(lines)
    for node in nodes:
        first = _first_line(node)
        last, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        texts = lines[first - 1 : last]
        texts[-1] = texts[-1][:end]
        texts[0] = texts[0][node.col_offset if first == node.lineno else 0 :]
        kept[first - 1] += (b"; " if kept[first - 1] else b"") + texts[0]
        kept[first:last] = texts[1:]
    return b"\n".join(kept).decode().rstrip("\n") + "\n"


def _first_line(node: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else []
    return min([node.lineno, *(d.lineno for d in decorators)])


def _told(
    session: Session,
    statements: tuple[Statement, ...],
    home: Mapping[str, int | None],
    binds: list[frozenset[str]],
) -> str:
    """Where each wanted object was found."""
    where: dict[str, list[str]] = {}
    for name, place in home.items():
        at = place if place is not None else max(k for k, names in enumerate(binds) if name in names)
        where.setdefault(session.parts[statements[at].part].label, []).append(name)
    if len(where) > _MOST_PLACES:
        return f"Taken as it ran, from {len(where)} cells of this session."
    return "Taken as it ran: " + "; ".join(f"{', '.join(names)} from {label}" for label, names in where.items()) + "."


def _run_again(session: Session) -> str:
    if session.name.startswith("the cells"):
        return "Run the cell that defines it again."
    return "The file changed since it was imported: restart the session, or use importlib.reload."
