"""Makes the stub that students get from the solution that the author writes.

Every solution is cut out by its markers (see `markers`); all else stays as it is. The result is then distrusted: it
must compile, keep each public signature and docstring, and hold no line of a solution.
"""

from __future__ import annotations

import ast
import io
import itertools
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.errors import AssignmentError
from grader.release.markers import Kind, Marked, fault, find_marked

PLACEHOLDER = "# YOUR CODE HERE"

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Lines `first` to `last` of the solution (from 1, inclusive) give way to `put`; `secret` is what they held."""

    first: int
    last: int
    put: tuple[str, ...]
    secret: bool = True


def make_stub(solution: str) -> str:
    r"""The solution with its marked parts cut out.

    In a function, `# YOUR CODE HERE` and `raise NotImplementedError` take the place of a region, at the indentation of
    its opening marker. At the level of a module or a class, where raising would break everything below, `name = ...`
    does for every public name that the region assigns, or else `...`. A marked statement becomes `name = ...` or `...`.

    Raises:
        AssignmentError: the solution does not compile or marks nothing, a marker is misplaced (with its line), the stub
            would not compile, a public function would lose its signature or docstring, or a solution would leak.
    """
    solution = solution.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    tree = _parsed(solution, "the solution")
    cuts = [_cut(marked, tree, solution) for marked in find_marked(solution)]
    if not any(cut.secret for cut in cuts):
        raise AssignmentError(
            "the solution marks nothing to cut out", "put '### BEGIN SOLUTION' and '### END SOLUTION'"
        )
    stub = _apply(_lines(solution), cuts)
    _check_kept(tree, _parsed(stub, "the stub"))
    _check_leaks(solution, stub, [cut for cut in cuts if cut.secret])
    return stub


# ------------------------------------------------------------------------------------------------------- cutting out


def _cut(marked: Marked, tree: ast.Module, solution: str) -> _Cut:
    match marked.kind:
        case Kind.PROMPT:
            return _Cut(marked.first, marked.last, _prompt(marked, solution), secret=False)
        case Kind.REGION:
            put = _instead_of_region(marked, tree) if marked.prompt else ()
            return _Cut(marked.first, marked.last, tuple(marked.indent + line for line in put))
        case Kind.STATEMENT:
            return _cut_statement(marked, tree, solution)


def _prompt(marked: Marked, solution: str) -> tuple[str, ...]:
    """The lines between the two markers, without those that would be left of the quotes."""
    lines = _lines(solution)[marked.first : marked.last]
    lines[-1] = re.sub(r"(\"{3}|'{3})\s*#\s*END PROMPT\s*\Z", "", lines[-1])
    return tuple(lines if lines[-1].strip() else lines[:-1])


def _instead_of_region(region: Marked, tree: ast.Module) -> tuple[str, ...]:
    scope, inside = _statements_of(region, tree)
    if not inside:
        raise fault(region.first, "this region holds no statement", "remove its markers, or move them around the code")
    if isinstance(scope, _FUNCTION):
        return (PLACEHOLDER, "raise NotImplementedError")
    names = dict.fromkeys(name for node in inside for name in _assigned(node) if not name.startswith("_"))
    return (PLACEHOLDER, *(f"{name} = ..." for name in names)) if names else (PLACEHOLDER, "...")


def _statements_of(region: Marked, tree: ast.Module) -> tuple[ast.AST, list[ast.stmt]]:
    """The module, class or function that a region lies in, and the outermost statements within the region."""

    def search(node: ast.AST, scope: ast.AST) -> Iterator[tuple[ast.AST, ast.stmt]]:
        scope = node if isinstance(node, (*_FUNCTION, ast.ClassDef)) else scope
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt) and region.first < child.lineno and (child.end_lineno or 0) < region.last:
                yield scope, child
            else:
                yield from search(child, scope)

    found = list(search(tree, tree))
    return (found[0][0] if found else tree), [statement for _, statement in found]


def _assigned(node: ast.stmt) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        for name in target.elts if isinstance(target, ast.Tuple) else [target]:
            if isinstance(name, ast.Name):
                yield name.id


def _cut_statement(marked: Marked, tree: ast.Module, solution: str) -> _Cut:
    line = marked.first
    simple = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and node.lineno <= line <= (node.end_lineno or 0)
        and not isinstance(getattr(node, "body", getattr(node, "cases", None)), list)
    ]
    if not simple:
        raise fault(line, "'# SOLUTION' must stand behind a simple statement", "use '### BEGIN SOLUTION' for a block")
    first = min(simple, key=lambda node: (node.lineno, node.col_offset))
    last = max(node.end_lineno or 0 for node in simple)
    if not marked.prompt:
        return _Cut(first.lineno, last, ())
    before = _lines(solution)[first.lineno - 1].encode()[: first.col_offset].decode()  # columns count bytes
    return _Cut(first.lineno, last, (before + (_blanked(first, solution) if len(simple) == 1 else "..."),))


def _blanked(node: ast.stmt, solution: str) -> str:
    """An assignment with `...` for what it assigns, as many as it needs; `...` alone for any other statement."""
    if isinstance(node, ast.AnnAssign):
        left = f"{ast.get_source_segment(solution, node.target)}: {ast.get_source_segment(solution, node.annotation)}"
        return f"{left} = ..."
    if not isinstance(node, ast.Assign):
        return "..."
    last = node.targets[-1]
    right = ", ".join(["..."] * len(last.elts)) if isinstance(last, ast.Tuple | ast.List) else "..."
    return " = ".join([*(ast.get_source_segment(solution, target) or "_" for target in node.targets), right])


def _lines(source: str) -> list[str]:
    """The lines as Python counts them; `str.splitlines` would also end one at a form feed or at U+2028."""
    return source.rstrip("\n").split("\n")


def _apply(lines: Sequence[str], cuts: Sequence[_Cut]) -> str:
    kept: list[str] = []
    at = 0
    for cut in sorted(cuts, key=lambda cut: cut.first):
        kept += [*lines[at : cut.first - 1], *cut.put]
        at = max(at, cut.last)
        if not cut.put:  # close the gap, as wide as the wider of the two around what vanished
            above, below = _blanks(reversed(kept)), _blanks(lines[at:])
            at += min(above, below) if kept else below
    return "\n".join([*kept, *lines[at:]]).rstrip("\n") + "\n"


def _blanks(lines: Iterable[str]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda line: not line.strip(), lines))


# ---------------------------------------------------------------------------------------------------------- checking


def _parsed(source: str, what: str) -> ast.Module:
    try:
        compile(source, what, "exec", dont_inherit=True)
        return ast.parse(source)
    except (SyntaxError, ValueError) as exc:
        line = f"line {exc.lineno}: {exc.msg}" if isinstance(exc, SyntaxError) else str(exc)
        raise AssignmentError(
            f"{what} must compile ({line})",
            "mend it there"
            if what == "the solution"
            else "a marker must stand at the indentation of its code, and enclose whole statements",
        ) from exc


def _check_kept(solution: ast.Module, stub: ast.Module) -> None:
    """Refuse a stub in which a public function or class differs in more than its body."""
    kept = {name: face for name, face, _ in _faces(stub, "")}
    for name, face, line in _faces(solution, ""):
        if name not in kept:
            hint = "put the markers inside it, below its docstring, or begin its name with an underscore"
            raise fault(line, f"the stub would lose the public {name}", hint)
        if kept[name] != face:
            raise fault(
                line, f"the stub would change {name}", "leave its signature and its docstring outside of markers"
            )


def _faces(node: ast.AST, prefix: str) -> Iterator[tuple[str, str, int]]:
    """The qualified name of each public function, class and method, what a student sees of it, and its line."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*_FUNCTION, ast.ClassDef)) or re.match(r"_(?!_.*__\Z)", child.name):
            continue
        if isinstance(child, ast.ClassDef):
            head = [ast.unparse(base) for base in (*child.bases, *child.keywords)]
            yield from _faces(child, f"{prefix}{child.name}.")
        else:
            head = [ast.unparse(child.args), ast.unparse(child.returns) if child.returns else ""]
        decorators = [ast.unparse(decorator) for decorator in child.decorator_list]
        yield prefix + child.name, repr((head, decorators, ast.get_docstring(child))), child.lineno


def _check_leaks(solution: str, stub: str, cuts: Sequence[_Cut]) -> None:
    """Refuse a stub that still holds a marker, or says somewhere what a solution says."""
    shown = ["".join(line.split()) for line in _lines(stub)]
    for number, line in enumerate(_lines(stub), 1):
        if re.search(r"(BEGIN|END) (SOLUTION|PROMPT)", line):
            raise AssignmentError(f"line {number} of the stub still holds a marker: {line.strip()}", "reword it")
    for number, code in _secrets(solution, cuts):
        squeezed = "".join(code.split())
        where = next((i for i, line in enumerate(shown, 1) if squeezed in line), None)
        if where and _tells(code):
            raise fault(
                number,
                f"this line of a solution can be read in the stub, at its line {where}: {code[:60]}",
                "reword the docstring or the given code there, or leave the line out of the region",
            )


def _secrets(solution: str, cuts: Sequence[_Cut]) -> Iterator[tuple[int, str]]:
    """Each line that was cut out, with its number, without its comment."""
    tokens = tokenize.generate_tokens(io.StringIO(solution).readline)
    comments = {token.start[0]: token.start[1] for token in tokens if token.type == tokenize.COMMENT}
    lines = _lines(solution)
    for cut in cuts:
        for number in range(cut.first, cut.last + 1):
            yield number, lines[number - 1][: comments.get(number)].strip()


def _tells(code: str) -> bool:
    """Whether a line gives anything away: it computes, and is no mere check, loop, import or unpacking of a shape."""
    trivial = re.match(r"(from|import|raise|assert|def|class|for|while|if|elif|else|with)\b|return\s+\w*\Z", code)
    return len("".join(code.split())) >= 20 and not trivial and re.search(r"[(\[+*/@%<>-]", code) is not None
