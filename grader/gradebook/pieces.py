"""What the hidden tests consist of, piece by piece: so that after a change of one, only that need run again.

::

    tests    by exercise, a digest of each test: its own text, and what else stands in its class
    shared   all that any test may use: imports, helpers, fixtures and constants of the test files, misconceptions,
             other files, the reference with its data, the solution

A test is a piece of its own only where nothing else can see it: it stands at the top of a test file or in a class there
that names its exercise, no other text names it, and no text looks into modules or at its own file. Else it is shared,
which is always right: a change of what is shared makes everything run again.

Digests are of the syntax tree: comments, blank lines and the place in the file change nothing.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.gradebook.key import digest_of, files_besides, hidden_files
from grader.model import Assignment

# Whoever uses one of these might see a test that it does not name.
_LOOKS_AT_OTHERS = frozenset({"__import__", "eval", "exec", "importlib", "inspect", "sys"})
_LOOKS_AT_ITSELF = frozenset({"__file__", "dir", "globals", "locals", "vars"})
_Test = ast.FunctionDef | ast.AsyncFunctionDef
_Digests = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A digest of what is shared, and, by exercise and name, of each test."""

    shared: str = ""
    tests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def to_text(self) -> str:
        """As it is stored."""
        return json.dumps({"shared": self.shared, "tests": self.tests}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Pieces:
        """As it was stored; nothing where it was not."""
        return cls(**json.loads(text)) if text else cls()

    def changed_since(self, before: Pieces) -> frozenset[str] | None:
        """The exercises whose tests are others than before; None if anything shared is."""
        if not before.shared or before.shared != self.shared:
            return None
        names = {*self.tests, *before.tests}
        # As lists, since the order in which tests run is part of it.
        return frozenset(
            name for name in names if list(self.tests.get(name, {}).items()) != list(before.tests.get(name, {}).items())
        )

    def same_as(self, before: Pieces) -> frozenset[str]:
        """The names of the tests that are as they were."""
        then = {(exercise, *test) for exercise, tests in before.tests.items() for test in tests.items()}
        return frozenset(
            name for exercise, tests in self.tests.items() for name, digest in tests.items()
            if (exercise, name, digest) in then
        )  # fmt: skip


def pieces_of(assignment: Assignment) -> Pieces:
    """The pieces as they are on the disk now."""
    hidden = hidden_files(assignment)
    trees = {f: _parsed(f) for f in hidden if f.suffix == ".py"}
    tests: _Digests = {}
    shared = []
    splits = not any(_looks_around(file, tree, trees) for file, tree in trees.items())
    for file in hidden:
        tree = trees.get(file)
        if not splits or tree is None or not _holds_tests(file):
            shared.append(file.read_bytes())
            continue
        own = _own_nodes(tree)
        shared.append(ast.dump(ast.Module([node for node in tree.body if node not in own], [])).encode())
        for node, exercise in own.items():
            tests.setdefault(exercise, {}).update(_digests(node))
    names = [file.relative_to(assignment.root).as_posix().encode() for file in hidden]
    return Pieces(digest_of([*names, *shared, files_besides(assignment).encode()]), tests)


def _parsed(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return None


def _holds_tests(file: Path) -> bool:
    """Whether pytest looks for tests in it."""
    return file.suffix == ".py" and (file.name.startswith("test_") or file.stem.endswith("_test"))


def _looks_around(file: Path, tree: ast.Module | None, files: Iterable[Path]) -> bool:
    """Whether a text may see tests that it does not name: by looking into modules, or by importing a test file."""
    if tree is None:
        return True
    names = _LOOKS_AT_OTHERS | (_LOOKS_AT_ITSELF if _holds_tests(file) else set())
    modules = {f.stem for f in files if _holds_tests(f)} | {"tests"} | _LOOKS_AT_OTHERS
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            return True
        if isinstance(node, ast.Import) and any(_parts(a.name) & modules for a in node.names):
            return True
        if isinstance(node, ast.ImportFrom):
            named = {part for alias in node.names for part in _parts(alias.name)} | _parts(node.module or "")
            if node.level or named & modules:
                return True
    return False


def _parts(name: str) -> set[str]:
    return set(name.split("."))


def _own_nodes(tree: ast.Module) -> dict[ast.ClassDef | _Test, str]:
    """The classes and functions at the top that are tests of one exercise and named nowhere else; and its name."""
    found = {
        node: exercise
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith(("Test", "test"))
        and (exercise := _exercise(node))
    }
    named = Counter(n.name for n in tree.body if isinstance(n, ast.ClassDef | _Test))
    used = {node: _names_in(node) for node in tree.body}
    return {
        node: exercise
        for node, exercise in found.items()
        if named[node.name] == 1 and not any(node.name in names for other, names in used.items() if other is not node)
    }


def _names_in(node: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _exercise(node: ast.ClassDef | _Test) -> str:
    """What `@pytest.mark.exercise("…")` names, once and on the whole; else ""."""
    marks = [n for n in ast.walk(node) if isinstance(n, ast.Attribute) and n.attr == "exercise"]
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call) and d.func in marks]
    if len(marks) != 1 or len(calls) != 1 or len(calls[0].args) != 1:
        return ""
    argument = calls[0].args[0]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _digests(node: ast.ClassDef | _Test) -> Iterator[tuple[str, str]]:
    """The name and the digest of each test in a node."""
    if not isinstance(node, ast.ClassDef):
        yield node.name, digest_of([ast.dump(node).encode()])[:16]
        return
    tests: Sequence[_Test] = [n for n in node.body if isinstance(n, _Test) and n.name.startswith("test")]
    rest = [n for n in node.body if n not in tests]
    around = ast.dump(ast.ClassDef(node.name, node.bases, node.keywords, rest, node.decorator_list)).encode()
    for test in tests:
        yield f"{node.name}::{test.name}", digest_of([around, ast.dump(test).encode()])[:16]
