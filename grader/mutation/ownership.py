"""Whose code a top-level function or constant is: the exercise's whose name it has, or the first that reaches it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from grader.errors import AssignmentError

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


def owners(tree: ast.Module, exercises: Sequence[str]) -> list[tuple[Definition, str]]:
    """Every definition that an exercise uses, from top to bottom, with that exercise.

    A helper belongs to the first exercise, in the order given, that reaches it by names, through other helpers, but not
    through another exercise.

    Raises:
        AssignmentError: the module does not define an exercise.
    """
    defined = _defined(tree)
    uses = _uses(defined)
    if missing := [name for name in exercises if name not in uses]:
        raise AssignmentError(
            f"the solution defines no '{missing[0]}'",
            "give the function the name that the exercise has in the manifest",
        )
    owner: dict[str, str] = {name: name for name in exercises}
    for exercise in exercises:
        for name in _reached(exercise, uses, exercises):
            owner.setdefault(name, exercise)
    return [
        (node, next(owner[name] for name in names if name in owner))
        for node, names in defined
        if any(name in owner for name in names)
    ]


def concerned(source: str, changed: str, exercises: Sequence[str]) -> list[str]:
    """The exercises that run code in which two texts of a module differ, by the names that they reach in the second."""
    before, after = (_defined(ast.parse(text)) for text in (source, changed))
    was, uses = _trees(before), _uses(after)
    different = {name for name, trees in _trees(after).items() if trees != was.get(name)}
    return [name for name in exercises if different & {name, *_reached(name, uses, ())}]


Defined = list[tuple[Definition, list[str]]]


def _defined(tree: ast.Module) -> Defined:
    return [(node, names) for node in tree.body if isinstance(node, Definition) and (names := _names(node))]


def _trees(defined: Defined) -> dict[str, list[str]]:
    trees: dict[str, list[str]] = {}
    for node, names in defined:
        for name in names:
            trees.setdefault(name, []).append(ast.dump(node))
    return trees


def _uses(defined: Defined) -> dict[str, set[str]]:
    uses: dict[str, set[str]] = {}
    for node, names in defined:
        for name in names:
            uses.setdefault(name, set()).update(_mentioned(node))
    return uses


def _names(node: Definition) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _mentioned(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _reached(start: str, uses: Mapping[str, set[str]], exercises: Collection[str]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        for name in uses.get(waiting.pop(), ()):
            if name in uses and name not in exercises and name not in reached:
                reached.add(name)
                waiting.append(name)
    return reached
