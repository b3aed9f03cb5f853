"""What no file of a student may tell, gathered from a course."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.contents import floats_in, telling_arrays_in
from grader.diagnose import load_misconceptions
from grader.grading import importable
from grader.grading.recording import Recording
from grader.kit.places import places_of
from grader.model import Assignment
from grader.release import solution_lines
from grader.scaffold import template_texts

# Shorter lines, and lines that compute nothing, stand in many programs.
_SHORTEST = 25
_TRIVIAL = re.compile(r"(from|import|raise|except|def|class|for|while|if|elif|else|with|@)\b|return\s+\w*\Z|[\"'#)\]}]")
# Digits that a number needs, so that it is nobody else's.
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Secrets:
    """Texts that must not stand in a file, each with what it is; and numbers, as arrays, that must not be among others.

    `lines` are compared without white space, `words` as they are, and `numbers` by their first digits; `places` are
    patterns for paths and names of the computer on which the bundle is made.
    """

    lines: Mapping[str, str]
    words: Mapping[str, str]
    places: Sequence[tuple[re.Pattern[str], str]]
    numbers: Mapping[str, str]
    arrays: frozenset[bytes]


def secrets_of(assignment: Assignment, recording: Recording, seed: int) -> Secrets:
    """The secrets of an assignment, and of the computer on which its bundle is made."""
    solution = assignment.solution.read_text(encoding="utf-8").splitlines()
    hidden = solution_lines("\n".join(solution) + "\n")
    public = {squeezed(line) for number, line in enumerate(solution, 1) if number not in hidden}
    public |= {squeezed(test.title) for test in recording.sealed.tests}
    public |= {squeezed(line) for text in template_texts() for line in text.splitlines()}
    lines: dict[str, str] = {}
    for what, texts in _texts(assignment, [solution[number - 1] for number in sorted(hidden)]):
        lines |= {s: what for line in texts if (s := squeezed(line)) not in public and _tells(line)}
    shown = {n for test in recording.sealed.tests for call in test.calls for n in _digits_of(call.case.inputs)}
    numbers = dict.fromkeys(_digits_of(list(recording.secrets)), "an expected value")
    return Secrets(
        lines=lines,
        words=_hints(assignment) | {str(seed): "the seed of the hidden inputs"},
        places=places_of(assignment.root),
        numbers={digits: what for digits, what in numbers.items() if digits not in shown},
        arrays=frozenset(telling_arrays_in(list(recording.secrets))),
    )


def squeezed(line: str) -> str:
    """A line without white space."""
    return "".join(line.split())


def digits_of(text: str) -> str:
    """The first significant digits of a number as it is written; "" if it has too few."""
    digits = re.sub(r"[eE].*", "", text).replace(".", "").lstrip("-+0")
    return digits[:_DIGITS] if len(digits) >= _DIGITS else ""


def _hints(assignment: Assignment) -> dict[str, str]:
    """The sentences about mistakes, but for those that the course's README or a template shows everybody."""
    readme = assignment.root / "README.md"
    texts = [*template_texts(), *([readme.read_text(encoding="utf-8")] if readme.is_file() else [])]
    shown = " ".join(" ".join(texts).split())
    with importable(assignment):
        found = load_misconceptions(assignment.hidden_tests)
    return {m.says: f"the hint of {m.name}" for m in found if m.says not in shown}


def _texts(assignment: Assignment, solution: Iterable[str]) -> Iterator[tuple[str, Iterable[str]]]:
    """Kinds of secret source, each with its lines."""
    reference = assignment.root / "reference" / f"{assignment.module}.py"
    yield "the reference", reference.read_text(encoding="utf-8").splitlines() if reference.is_file() else ()
    for file in sorted(assignment.hidden_tests.glob("*.py")):
        yield f"the hidden tests ({file.name})", _without_titles(file.read_text(encoding="utf-8"))
    yield "the solution", solution


def _without_titles(source: str) -> list[str]:
    """The lines of a test file but for the docstrings of its tests, which students read."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) and node.name.startswith("test_"):
            first = node.body[0]
            lines[first.lineno - 1 : first.end_lineno] = [""] * ((first.end_lineno or 0) - first.lineno + 1)
    return lines


def _tells(line: str) -> bool:
    text = line.strip()
    return len(squeezed(text)) >= _SHORTEST and not _TRIVIAL.match(text)


def _digits_of(value: Any) -> set[str]:
    numbers = (float(x) for a in floats_in(value) for x in a.reshape(-1))
    return {digits_of(repr(x)) for x in numbers} - {""}
