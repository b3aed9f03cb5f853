"""What decides a report, as digests: two runs with equal keys come to the same outcomes, so that one of them is enough.

::

    key = submission × tests × manifest × toolkit × seed × level of isolation

`tests` are the assignment's hidden tests, what they import of `reference/`, and the solution, which carried-forward
marks rest on. Of the manifest counts what a run depends on; points, due dates and late policy do not: they are applied
when a report is read. `toolkit` is its version and its own source, less what only reads reports, and the versions of
Python and of the packages that compute.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import grader
from grader.model import Assignment, Submission

# What cannot change a report.
_READERS = ("audit", "cli", "console", "exports", "gradebook", "mutation")
# A list for the audit alone.
_NO_TESTS = ("equivalent_mutants.toml",)


@dataclass(frozen=True, slots=True)
class Basis:
    """What decides a report besides the submission, the seed and the isolation; a digest of each part."""

    tests: str
    manifest: str
    toolkit: str


def basis_of(assignment: Assignment) -> Basis:
    """The basis as it is on the disk now."""
    return Basis(tests=_tests(assignment), manifest=_manifest(assignment), toolkit=_toolkit())


def ingredients_of(assignment: Assignment) -> dict[str, str]:
    """What the basis is made of, by names that a person can look up: files by their digests, packages by versions."""
    files = {
        f.relative_to(assignment.root).as_posix(): digest_of([f.read_bytes()]) for f in _decisive_files(assignment)
    }
    manifest = {(assignment.folder / "assignment.toml").relative_to(assignment.root).as_posix(): _manifest(assignment)}
    return files | manifest | {"Python": sys.version, **_versions(), "the toolkit": _toolkit_source()}


def content_of(submission: Submission) -> str:
    """What was handed in, or why it could not be read."""
    return digest_of([submission.digest.encode(), submission.problem.encode("utf-8", "surrogatepass"),
                    b"unopened" if submission.unopened else b""])  # fmt: skip


def key_of(content: str, basis: Basis, seed: int, level: str) -> str:
    """The key of the reports on one content."""
    parts = (content, basis.tests, basis.manifest, basis.toolkit, str(seed), level)
    return digest_of(part.encode() for part in parts)


def policy_of(assignment: Assignment) -> str:
    """A digest of what turns a report into points: those of the exercises, the deadline and the late policy.

    It begins with "best" where the best attempt counts, so that what counted at a time can be told later.
    """
    points = [(e.name, e.points) for e in assignment.exercises]
    due = assignment.due.isoformat() if assignment.due else ""
    digest = digest_of([repr((points, due, assignment.late)).encode()])
    return digest if assignment.attempts == "last" else assignment.attempts + digest[len(assignment.attempts) :]


def digest_of(parts: Iterable[bytes]) -> str:
    """SHA-256 of some parts, in hexadecimal."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "little") + part)
    return sha.hexdigest()


def _tests(assignment: Assignment) -> str:
    return _of_files(_decisive_files(assignment), assignment.root)


def _decisive_files(assignment: Assignment) -> list[Path]:
    return [*hidden_files(assignment), *_besides(assignment)]


def hidden_files(assignment: Assignment) -> list[Path]:
    """The hidden tests, with misconceptions and whatever lies beside them."""
    return [f for f in _files(assignment.hidden_tests) if f.name not in _NO_TESTS]


def files_besides(assignment: Assignment) -> str:
    """A digest of what hidden tests rest on: what they import of the reference, its data, and the solution."""
    return _of_files(_besides(assignment), assignment.root)


def _besides(assignment: Assignment) -> list[Path]:
    reference = assignment.root / "reference"
    data = [f for f in _files(reference) if f.suffix not in (".py", ".md")]
    solution = [assignment.solution] if assignment.solution.is_file() else []
    return [*_imported(hidden_files(assignment), reference), *data, *solution]


def _manifest(assignment: Assignment) -> str:
    exercises = [(e.name, e.tolerance, e.builds_on, e.seconds_per_call) for e in assignment.exercises]
    decisive = (assignment.name, assignment.module, exercises, assignment.allowed_imports, assignment.limits)
    return digest_of([repr(decisive).encode()])


@cache
def _toolkit() -> str:
    # What computes the answers is in it too: another numpy may round otherwise.
    versions = [sys.version, *(f"{name} {number}" for name, number in _versions().items())]
    return f"{grader.__version__}+{digest_of([_toolkit_source().encode(), *(v.encode() for v in versions)])[:16]}"


def _toolkit_source() -> str:
    home = Path(grader.__file__).parent
    files = [f for f in _files(home) if f.suffix == ".py" and f.relative_to(home).parts[0] not in _READERS]
    return _of_files(files, home)


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("numpy", "torch") if find_spec(name)}


def _files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def _of_files(files: Iterable[Path], root: Path) -> str:
    def parts() -> Iterator[bytes]:
        for file in sorted(set(files)):
            yield file.relative_to(root).as_posix().encode()
            yield file.read_bytes()

    return digest_of(parts())


def _imported(files: Iterable[Path], reference: Path) -> set[Path]:
    """The modules of `reference/` that the files import, and those that these import, and so on."""
    found: set[Path] = set()
    waiting = [*files, reference / "__init__.py"]
    while waiting:
        file = waiting.pop()
        if file.suffix != ".py" or not file.is_file():
            continue
        for name in _names_imported(file):
            parts = name.split(".")
            for module in (reference.joinpath(*parts).with_suffix(".py"), reference.joinpath(*parts, "__init__.py")):
                if module.is_file() and module not in found:
                    found.add(module)
                    waiting.append(module)
    return found | {f for f in (reference / "__init__.py",) if f.is_file()}


def _names_imported(file: Path) -> set[str]:
    """The modules that a file may import from `reference`, by their names within it."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.removeprefix("reference.") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").removeprefix("reference").lstrip(".")
            names |= {f"{base}.{alias.name}".lstrip(".") for alias in node.names} | {base}
    return names - {""}
