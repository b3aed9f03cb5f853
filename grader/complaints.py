"""The sentences that tell a student what went wrong in the own code: fixed texts with safe facts.

Safe are: names that the test or the assignment chose, names that the submission told when it was loaded (before it
had seen any input), white-listed classes, and lines of the own file, quoted from our copy. What the submission says
while it runs could carry hidden inputs out, so it goes to `private`.
"""

from __future__ import annotations

import builtins
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from grader.errors import StudentError, StudentMissing, StudentRaised
from grader.model import Submission
from grader.worker import EXCEPTIONS, KINDS, MAX_NAMES, MAX_PRIVATE

MAX_PROBLEMS = 20
_PARAMETER = re.compile(r"\*{0,2}[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
# What the parser says, as long as it quotes nothing unusual.
_SYNTAX = re.compile(r"[A-Za-z0-9 ,.'()\[\]{}:;=_?-]{1,120}", re.ASCII)
_WHY = {
    "EOFError": "there is no keyboard input while grading",
    "FileNotFoundError": "only the submitted code is there while grading, no other files",
    "SystemExit": "it asks Python to exit",
    "KeyboardInterrupt": "it raises what Ctrl-C raises",
    "RecursionError": "it calls itself too many times",
    "MemoryError": "it asks for more memory than there is",
}


def _raised_class(name: str) -> type[StudentRaised]:
    # KeyError shows its argument quoted; here it is a sentence.
    members = {"kind": name, "__str__": lambda self: self.says, "__doc__": f"Student code raised {name}."}
    return type(f"Student{name}", (StudentRaised, getattr(builtins, name)), members)


class StudentNameError(StudentRaised):
    """Student code raised NameError: told apart, but not re-raised as one, since it is never what a test asks for."""

    kind = "NameError"


# By white-listed class: what is raised on the trusted side, so that `pytest.raises(ValueError)` reads naturally.
RAISED: dict[str, type[StudentRaised]] = {name: _raised_class(name) for name in KINDS if name != "NameError"}
RAISED["NameError"] = StudentNameError


@dataclass(frozen=True, slots=True)
class Fault:
    """What a worker tells of an exception, checked. `line` is 0 where no line of the submission is to blame."""

    where: str
    kind: str
    named: str
    part: int
    line: int
    private: str
    column: int = 0
    syntax: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a worker told when it loaded the submission, checked: it had seen nothing secret by then."""

    faults: tuple[Fault, ...] = ()
    imports: tuple[tuple[str, int, int], ...] = ()
    functions: Mapping[str, tuple[str, ...]] | None = None
    uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def parameters(self, name: str) -> str:
        """The parameters of a function at top level, as "(x, W)"; empty if they are not known."""
        found = (self.functions or {}).get(name)
        return f"({', '.join(found)})" if found is not None else ""

    def reached_by(self, name: str) -> frozenset[str]:
        """The names at top level that a definition uses, directly or through others."""
        reached: set[str] = set()
        waiting = [*self.uses.get(name, ())]
        while waiting:
            used = waiting.pop()
            if used not in reached:
                reached.add(used)
                waiting += self.uses.get(used, ())
        return frozenset(reached - {name})


def read_fault(data: Any, submission: Submission) -> Fault:
    """Check what a worker told of an exception. Raises ValueError."""
    where, kind, named, private = (_text(data, key) for key in ("where", "kind", "named", "private"))
    part, line, column = (_number(data, key) for key in ("part", "line", "column"))
    known = where in ("missing", "arguments", "body") and kind in (*KINDS, "Exception") and named in EXCEPTIONS
    if not known or part >= max(1, len(submission.parts)):
        raise ValueError("no such fault")
    if line > len(lines_of(submission, part)) + 1:
        line = 0
    return Fault(where, kind, named, part, line, private[-MAX_PRIVATE:], column, _text(data, "syntax"))


def read_loaded(data: Any, submission: Submission) -> Loaded:
    """Check what a worker told of loading. Raises ValueError."""
    if type(data) is not dict:
        raise ValueError("no report of loading")
    faults = [read_fault(fault, submission) for fault in _items(data, "problems", list)[:MAX_PROBLEMS]]
    imports = [_import(item, submission) for item in _items(data, "imports", list)[:MAX_NAMES]]
    names = list(_items(data, "functions", dict).items())[:MAX_NAMES]
    functions = {_name(name): tuple(_name(p) for p in _list(parameters)[:50]) for name, parameters in names}
    used = list(_items(data, "uses", dict).items())[:MAX_NAMES]
    uses = {_name(name): tuple(map(_name, _list(others)[:MAX_NAMES])) for name, others in used}
    return Loaded(tuple(faults), tuple(imports), functions, uses)


def _items(data: dict[Any, Any], key: str, kind: type) -> Any:
    if type(data.get(key)) is not kind:
        raise ValueError(f"no {key}")
    return data[key]


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError("no list")
    return value


def _text(data: Any, key: str) -> str:
    value = data.get(key, "") if type(data) is dict else None
    if type(value) is not str:
        raise ValueError(f"no {key}")
    return value


def _number(data: Any, key: str) -> int:
    value = data.get(key, 0)
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError(f"no {key}")
    return value


def _name(value: Any) -> str:
    # A name with letters beyond ASCII is legal Python, but nothing to be shown unseen.
    if type(value) is not str:
        raise ValueError("no name")
    return value if _PARAMETER.fullmatch(value) else "…"


def _import(item: Any, submission: Submission) -> tuple[str, int, int]:
    name, line, part = item if type(item) is tuple and len(item) == 3 else (None, None, None)
    place = {"line": line, "part": part}
    if _number(place, "part") >= len(submission.parts):
        raise ValueError("no such part")
    return _name(name), _number(place, "line"), _number(place, "part")


def lines_of(submission: Submission, part: int) -> tuple[str, ...]:
    """The source lines of a part, split where Python splits them."""
    return _lines(submission.parts[part].source) if part < len(submission.parts) else ()


@lru_cache(maxsize=8)
def _lines(source: str) -> tuple[str, ...]:
    return tuple(re.split(r"\r\n|\r|\n", source))


def file_of(submission: Submission) -> str:
    """What to call the submission: its file, or its module where it is a notebook."""
    return submission.parts[0].label if len(submission.parts) == 1 else submission.module


def raised(
    what: str,
    fault: Fault,
    submission: Submission,
    loaded: Loaded,
    *,
    arguments: str,
    asked: frozenset[str] = frozenset(),
) -> StudentError:
    """What a call came to, when the worker told of an exception. `arguments` says what it was called with.

    `asked` are the names that tests ask for, which are not taken for misspellings of one another.
    """
    if fault.where == "missing":
        return StudentMissing(_missing(what, submission, loaded, asked), private=fault.private)
    label = submission.parts[fault.part].label if fault.line else ""
    where = f" in line {fault.line} of {label}" if fault.line else ""
    kind: type[StudentError] = RAISED.get(fault.kind, StudentRaised)
    if fault.kind == "NotImplementedError":
        kind, says = StudentMissing, f"{what} is not written yet: it raised NotImplementedError{where}."
    elif fault.where == "arguments":
        takes = f"takes {loaded.parameters(what)}" if loaded.parameters(what) else "takes others"
        says = f"{what} does not accept these arguments: it {takes}, and was called with {arguments}."
    else:
        why = f": {_WHY[fault.named]}" if fault.named in _WHY else ""
        says = f"{what} raised {fault.named}{where}{why}."
    return kind(says, private=fault.private, line=fault.line or None, part=label)


def describe_arguments(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """The shape of a call, without its values: "3 arguments by position, and stride, pad by name"."""
    count = f"{len(args)} argument{'s' if len(args) != 1 else ''} by position"
    return f"{count}, and {', '.join(kwargs)} by name" if kwargs else count


def _missing(what: str, submission: Submission, loaded: Loaded, asked: frozenset[str]) -> str:
    names = loaded.functions or {}
    if any(issubclass(getattr(builtins, fault.named), SyntaxError) for fault in loaded.faults) and not names:
        return "not tested: the file is not valid Python."
    if what in names:
        return f"{what} could not be defined: see what went wrong when {file_of(submission)} was loaded."
    near = difflib.get_close_matches(what, [name for name in names if name not in asked], n=1)
    return f"{file_of(submission)} defines no {what}." + (f" Did you mean {near[0]}?" if near else "")


def problems(submission: Submission, loaded: Loaded, allowed: frozenset[str]) -> list[str]:
    """Complete sentences on what went wrong when the submission was loaded, in the order of its lines."""
    found: dict[tuple[int, int], str] = {}
    for name, line, part in loaded.imports:
        if name not in allowed:
            place = f"Line {line} of {submission.parts[part].label}"
            found[part, line] = f"{place} imports {name}, which is not allowed in this assignment."
    for fault in loaded.faults:
        found.setdefault((fault.part, fault.line), _problem(fault, submission, loaded))
    return [says for _, says in sorted(found.items())][:MAX_PROBLEMS]


def _problem(fault: Fault, submission: Submission, loaded: Loaded) -> str:
    label = submission.parts[fault.part].label
    if issubclass(getattr(builtins, fault.named), SyntaxError):
        return _syntax_error(fault, submission, label)
    names = [name for name, line, part in loaded.imports if (line, part) == (fault.line, fault.part)]
    if fault.named == "ModuleNotFoundError" and len(names) == 1:
        return f"Line {fault.line} of {label} imports {names[0]}, which is not installed here."
    place = f"Line {fault.line} of {label}" if fault.line else label
    why = f" ({_WHY[fault.named]})" if fault.named in _WHY else ""
    return f"{place} raised {fault.named} when it was loaded{why}; what that statement defines is missing."


def _syntax_error(fault: Fault, submission: Submission, label: str) -> str:
    says = f": {fault.syntax}" if _SYNTAX.fullmatch(fault.syntax) else ""
    lines = lines_of(submission, fault.part)
    if not 0 < fault.line <= len(lines):
        return f"{label} is not valid Python{says}."
    shown = "".join(c if c.isprintable() else " " for c in lines[fault.line - 1][:120])
    caret = f"\n    {' ' * (fault.column - 1)}^" if 0 < fault.column <= len(shown) + 1 else ""
    return f"Line {fault.line} of {label} is not valid Python{says}.\n    {shown}{caret}"
