"""The values that flow through the toolkit, all frozen.

::

    Assignment, Submission → Case → Observation → Outcome → Report → Grade

A `Report` records what happened and knows no points; a `Grade` is computed from it and from the assignment whenever it
is read (see `scoring`), so that changed points or a changed policy need no new run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.wire import Prepared

# History of the stored form of a report:
# 1: first.
# 2: outcomes have `carried` and `excess`, reports have `diagnoses`.
FORMAT_VERSION = 2


class Status(StrEnum):
    """How a hidden test ended. Only GRADER_ERROR is the toolkit's own fault: such a report is ungraded, never zero."""

    PASSED = "passed"
    FAILED = "failed"
    RAISED = "raised"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    MISSING = "missing"
    SKIPPED = "skipped"
    GRADER_ERROR = "grader_error"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an answer may be from the expected one, one bound per array (see `compare.allowed`).

    It is less than the first digit of `atol + rtol·max|expected|`: 2e-7 where that is 2.9e-7.
    """

    rtol: float = 1e-7
    atol: float = 1e-9


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submission may use. Seconds are wall time; memory is on top of what the bare interpreter needs."""

    seconds_per_call: float = 2.0
    seconds_total: float = 60.0
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What lateness costs: after `grace_minutes`, `percent_per_day` of the maximum for each day begun.

    At most `max_percent` is taken; a submission later than `max_days` earns nothing (None: never).
    """

    grace_minutes: int = 0
    percent_per_day: Fraction = Fraction(0)
    max_percent: Fraction = Fraction(100)
    max_days: int | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """One function or class that a student writes. `concept` and `slide` name its place in the lecture."""

    name: str
    points: Fraction
    concept: str
    slide: str
    tolerance: Tolerance = Tolerance()
    builds_on: tuple[str, ...] = ()
    seconds_per_call: float | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What `assignment.toml` says, and where the assignment's files are.

    `root` is the course folder, which holds `assignments/`, `solutions/`, `reference/` and `tests/hidden/`.
    `attempts` says which of several hand-ins counts, "last" or "best".
    """

    name: str
    title: str
    module: str
    exercises: tuple[Exercise, ...]
    root: Path
    due: datetime | None = None
    late: LatePolicy = LatePolicy()
    attempts: str = "last"
    allowed_imports: tuple[str, ...] = ("numpy",)
    limits: Limits = Limits()

    @property
    def folder(self) -> Path:
        """The folder with the manifest, the handout and the stub."""
        return self.root / "assignments" / self.name

    @property
    def stub(self) -> Path:
        """The file that a student fills in."""
        return self.folder / f"{self.module}.py"

    @property
    def solution(self) -> Path:
        """The complete file that the stub is made from."""
        return self.root / "solutions" / self.name / f"{self.module}.py"

    @property
    def hidden_tests(self) -> Path:
        """The folder of the hidden tests and the misconceptions."""
        return self.root / "tests" / "hidden" / self.name

    @property
    def max_points(self) -> Fraction:
        """The points of all exercises: the only maximum there is."""
        return sum((e.points for e in self.exercises), Fraction(0))

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name; KeyError if there is none."""
        for exercise in self.exercises:
            if exercise.name == name:
                return exercise
        raise KeyError(name)

    def below(self, name: str) -> tuple[str, ...]:
        """The exercises that this one builds on, directly or not, in the order of the manifest."""
        below: set[str] = set()
        waiting = list(self.exercise(name).builds_on)
        while waiting:
            base = waiting.pop(0)
            if base not in below:
                below.add(base)
                waiting += self.exercise(base).builds_on
        return tuple(e.name for e in self.exercises if e.name in below)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of source that is compiled alone: a whole file, or one cell of a notebook; `label` names it."""

    label: str
    source: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student handed in, as text; nothing of it has been executed.

    `problem` is set when it could not be read: a sentence for the student; then `parts` is empty. `unopened` is set if
    that is not the student's fault: whoever grades may not open it.
    `notes` are remarks on how it was read (an encoding guessed, a magic dropped). `parts` may stand on a shelf, and be
    read whenever somebody looks at them (see `intake.shelf`); so the digest is remembered.
    """

    student: str
    module: str
    parts: Sequence[Part] = ()
    origin: str = ""
    problem: str = ""
    unopened: bool = False
    notes: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    _digest: str = field(default="", init=False, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the module's name and its parts, in hexadecimal: equal for equal content."""
        if not self._digest:
            sha = hashlib.sha256(self.module.encode())
            for text in (text for part in self.parts for text in (part.label, part.source)):
                data = text.encode("utf-8", "surrogatepass")
                sha.update(len(data).to_bytes(8, "little") + data)
            object.__setattr__(self, "_digest", sha.hexdigest())
        return self._digest


@dataclass(frozen=True, slots=True)
class Isolation:
    """What kept student code apart from the rest, as probed by doing.

    `level` is A (full), B (no namespaces), C (another user and limits) or D (a plain process).
    `guards` names each guard and whether it held; `reasons` says for each that did not, why, and the way out.
    """

    level: str
    launcher: str
    guards: Mapping[str, bool] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raised:
    """In the place of an answer: the function raised an exception of this (white-listed) built-in class."""

    kind: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a student's function: the function, its arguments, and how exact the answer must be.

    `inputs` are the same arguments by the oracle's parameter names, defaults included. With `read_only` the arrays
    cannot be written into. With a `program` the question is what that gives when it runs with the function, or class,
    as its first argument. Cases of one `key` are equal; without a key that cannot be told. `request` is the call as it
    goes to a worker, where all arguments are plain data.
    """

    exercise: str
    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    inputs: Mapping[str, Any]
    tolerance: Tolerance
    read_only: bool = False
    program: Callable[..., Any] | None = None
    key: bytes = b""
    request: Prepared | None = None

    def answer_of(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a function in this process answers to the arguments, which may be copies of the case's own."""
        return self.program(function, *args, **kwargs) if self.program else function(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class Observation:
    """A case with its two answers, `want` and `got`: values, or `Raised`. `agrees` is the comparison's verdict."""

    case: Case
    want: Any
    got: Any
    agrees: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one hidden test ended.

    `test` is unique within its assignment; `title` is the first line of the test's docstring. `says` and `hint` are
    for the student; `detail` (the submission's own messages, tracebacks) is for staff. `weight` is the test's share
    within its exercise.

    `carried` names the earlier exercises that meant right ones in this test, since the submission's own are wrong.
    `excess` is the largest difference from the expected answers as a multiple of what is allowed, so that 1 or more is
    a wrong answer; infinite where answers differ in kind, shape or finiteness, None where nothing was compared.
    """

    exercise: str
    test: str
    title: str
    status: Status
    weight: int = 1
    visible: bool = False
    says: str = ""
    hint: str = ""
    detail: str = ""
    seconds: float = 0.0
    carried: tuple[str, ...] = ()
    excess: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What explains the wrong answers of one exercise.

    `kind` is "misconception", "pair", "structure" or "condition"; `name` is the misconception's or the structure's own,
    and `says` is for the student.
    """

    exercise: str
    name: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    """What happened when one submission met the hidden tests of one assignment.

    `problems` are faults found before any test: it cannot be read, a syntax error, an import that is not allowed.
    `started` is in UTC.
    """

    assignment: str
    student: str
    digest: str
    outcomes: tuple[Outcome, ...]
    isolation: Isolation
    seed: int
    toolkit: str
    started: datetime
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    origin: str = ""
    submitted_at: datetime | None = None
    diagnoses: tuple[Diagnosis, ...] = ()

    @property
    def ungraded(self) -> bool:
        """Whether the toolkit failed on any test, so that the report must not count."""
        return any(o.status is Status.GRADER_ERROR for o in self.outcomes)

    def of(self, exercise: str) -> tuple[Outcome, ...]:
        """The outcomes of one exercise, in the order of the tests."""
        return tuple(o for o in self.outcomes if o.exercise == exercise)


@dataclass(frozen=True, slots=True)
class Override:
    """Points that a person set: those of an exercise, or, where that is "", the total after lateness."""

    exercise: str
    points: Fraction
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Extension:
    """A later deadline for one student."""

    span: timedelta
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Excuse:
    """One student need not hand in."""

    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided about one student in one assignment, as far as it holds."""

    overrides: tuple[Override, ...] = ()
    extension: Extension | None = None
    excuse: Excuse | None = None


@dataclass(frozen=True, slots=True)
class ExerciseGrade:
    """The points of one exercise, and the status that best says why (see `scoring`).

    `carried` names the earlier exercises that are wrong and cost nothing here. `share` is the part of the tests' weight
    that passed. Points that a person set stand in the place of those earned; then `status` says whether they are all.
    """

    name: str
    points: Fraction
    max_points: Fraction
    status: Status
    passed: int
    tests: int
    carried: tuple[str, ...] = ()
    share: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Grade:
    """A report turned into points. `penalty` is what lateness took; `points` is what remains.

    `explanation` says in words whatever is not the sum of the exercises. Who is `excused` owes nothing.
    """

    assignment: str
    student: str
    exercises: tuple[ExerciseGrade, ...]
    points: Fraction
    max_points: Fraction
    penalty: Fraction = Fraction(0)
    ungraded: bool = False
    explanation: tuple[str, ...] = ()
    excused: bool = False

    @property
    def full(self) -> bool:
        """Whether every point was earned."""
        return not self.ungraded and self.points == self.max_points
