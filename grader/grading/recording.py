"""Hidden tests written down for students: run on the solution, they leave their calls, and the answers are sealed.

A test is withheld if its verdict is not that of its comparisons alone, if the answers could be guessed, or if they
could be read off the inputs of another call. Each test runs again on functions whose answers are all wrong (see
`spoil`): where its questions are not the same then, they depend on answers, and would give the right ones away.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from grader import wire
from grader.contents import telling_arrays_in, value_count
from grader.diagnose import Misconception, load_misconceptions
from grader.errors import AssignmentError, WireError
from grader.grading.collect import collect
from grader.grading.course import importable
from grader.grading.hidden import CollectedTests
from grader.grading.spoil import KINDS, spoiling
from grader.local import LocalSession
from grader.model import Assignment, Case, Observation, Raised, Status
from grader.plugin import is_visible, name_of, title_of, weight_of
from grader.sealing import (
    NextSalt,
    Question,
    SealedAnswer,
    SealedCall,
    SealedHint,
    SealedTest,
    SealedTests,
    UnsealableError,
    can_encrypt,
    seal_answers,
    seal_hint,
)

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A test, or a hint, that students do not get, and why."""

    exercise: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Recording:
    """The sealed tests of an assignment, and what had to be left out: tests `withheld`, and hints kept `silent`.

    `secrets` are the expected answers of hidden tests that nothing in a student's files may tell.
    """

    sealed: SealedTests
    withheld: tuple[Withheld, ...]
    silent: tuple[Withheld, ...]
    secrets: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A test that ran on the solution: its observations, or why it is withheld."""

    item: pytest.Item
    exercise: str
    observations: tuple[Observation, ...]
    why: str = ""


def record(assignment: Assignment, salts: NextSalt, *, seed: int, only: Collection[str] = ()) -> Recording:
    """Run the hidden tests on the solution and seal them.

    `seed` decides the inputs; `salts` gives 16 fresh bytes; `only` names the exercises to seal (empty: all).

    Raises AssignmentError if the tests cannot be collected, or the solution fails one.
    """
    recorded = collect(assignment, lambda tests: _record_all(tests, seed=seed, only=only))
    with importable(assignment):
        return _seal(assignment, recorded, salts)


def _record_all(tests: CollectedTests, *, seed: int, only: Collection[str]) -> list[_Recorded]:
    functions = solution_functions(tests.assignment)
    return [_record(tests, item, functions) for item in tests.begin(tests.assignment, seed, only)]


def _record(tests: CollectedTests, item: pytest.Item, functions: Functions) -> _Recorded:
    """Run a test on the solution, and on the solution with its answers spoilt."""
    session = LocalSession(functions)
    trial = tests.try_items(session, [item])
    (outcome,) = trial.outcomes
    if outcome.status is not Status.PASSED:
        fault = f"{outcome.says} {outcome.detail}".strip()
        raise AssignmentError(f"The solution fails {name_of(item)}: {fault}", "Only tests that it passes are sealed.")
    seen = tuple(trial.observations_of(item))
    calls = sum(2 if o.case.read_only else 1 for o in seen)
    why = "it uses answers beside its comparisons" if session.answered != calls else _why_not(seen)
    if not why and not all(_asks_the_same(seen, _spoilt(tests, item, functions, kind)) for kind in KINDS):
        why = "its questions depend on earlier answers"
    return _Recorded(item, outcome.exercise, seen, why)


def _spoilt(tests: CollectedTests, item: pytest.Item, functions: Functions, kind: int) -> Sequence[Observation]:
    return tests.try_items(LocalSession(spoiling(functions, kind)), [item]).observations_of(item)


def solution_functions(assignment: Assignment) -> Functions:
    """What the solution defines for the exercises, as trusted code in this process."""
    spec = importlib.util.spec_from_file_location(f"solution_of_{assignment.name}", assignment.solution)
    if spec is None or spec.loader is None or not assignment.solution.is_file():
        raise AssignmentError(f"there is no solution {assignment.solution}", "The tests are sealed by running it.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        return {e.name: getattr(module, e.name) for e in assignment.exercises}
    except Exception as exc:
        raise AssignmentError(f"{assignment.solution} cannot be used: {type(exc).__name__}: {exc}") from exc


def _why_not(seen: Iterable[Observation]) -> str:
    """Why the calls of a test cannot be written down; "" if they can."""
    for observation in seen:
        case = observation.case
        if case.program is not None:
            return "it works with objects of the submission"
        if _content([list(case.args), dict(case.kwargs), dict(case.inputs)]) is None:
            return "an argument is a function, a generator, or other than plain data"
    return ""


def _asks_the_same(first: Sequence[Observation], second: Sequence[Observation]) -> bool:
    questions = [
        [(o.case.function, _content([list(o.case.args), dict(o.case.kwargs)]), _content(o.want)) for o in seen]
        for seen in (first, second)
    ]
    return questions[0] == questions[1]


def _content(value: Any) -> bytes | None:
    try:
        return wire.join(wire.encode(value))
    except WireError:
        return None


def _seal(assignment: Assignment, recorded: Sequence[_Recorded], salts: NextSalt) -> Recording:
    told = _answers_among_inputs([r for r in recorded if not r.why])
    tests: list[SealedTest] = []
    questions: dict[str, list[Question]] = {}
    withheld: list[Withheld] = []
    for r in recorded:
        try:
            sealed = _sealed_test(r, told, salts)
        except UnsealableError as exc:
            withheld.append(Withheld(r.exercise, name_of(r.item), str(exc)))
            continue
        places = ((len(tests), i) for i in itertools.count())
        asked = [
            Question(place, o.case, o.want, locked=not sealed.visible)
            for place, o in zip(places, r.observations, strict=False)
        ]
        questions.setdefault(r.exercise, []).extend(asked)
        tests.append(sealed)
    hints, silent = _sealed_hints(assignment, questions, salts)
    counts = {e.name: sum(w.exercise == e.name for w in withheld) for e in assignment.exercises}
    document = SealedTests(assignment.name, tuple(tests), hints, {name: n for name, n in counts.items() if n})
    return Recording(document, tuple(withheld), silent, _secrets(questions))


def _secrets(questions: Mapping[str, Sequence[Question]]) -> tuple[Any, ...]:
    """The locked answers, but for those that stand in the open among their own inputs."""
    locked = [q for asked in questions.values() for q in asked if q.locked]
    return tuple(q.want for q in locked if not telling_arrays_in(q.want) & telling_arrays_in(q.case.inputs))


def _sealed_test(r: _Recorded, told: frozenset[int], salts: NextSalt) -> SealedTest:
    if r.why:
        raise UnsealableError(r.why)
    visible, pairs = is_visible(r.item), [(o.case, o.want) for o in r.observations]
    if not visible and any(id(o) in told for o in r.observations):
        raise UnsealableError("an answer stands among the inputs of another call")
    calls, answers = _all_in_the_open(pairs) if visible else seal_answers(pairs, salts)
    return SealedTest(r.exercise, name_of(r.item), title_of(r.item), weight_of(r.item), visible, calls, answers)


def _all_in_the_open(pairs: Iterable[tuple[Case, Any]]) -> tuple[tuple[SealedCall, ...], tuple[SealedAnswer, ...]]:
    return tuple(_in_the_open(case, want) for case, want in pairs), ()


def _in_the_open(case: Case, want: Any) -> SealedCall:
    if isinstance(want, Raised):
        return SealedCall(case, ["raised", want.kind])
    if _content(want) is None:
        raise UnsealableError("its answer is no plain data")
    return SealedCall(case, want=want, open=True)


def _answers_among_inputs(recorded: Iterable[_Recorded]) -> frozenset[int]:
    """The observations, by identity, with an array in the answer that is an input of another call."""
    seen = [o for r in recorded for o in r.observations]
    inputs: dict[bytes, set[int]] = {}
    for o in seen:
        for array in telling_arrays_in(o.case.inputs):
            inputs.setdefault(array, set()).add(id(o))
    return frozenset(
        id(o) for o in seen for array in telling_arrays_in(o.want) if inputs.get(array) and id(o) not in inputs[array]
    )


def _sealed_hints(
    assignment: Assignment, questions: Mapping[str, Sequence[Question]], salts: NextSalt
) -> tuple[tuple[SealedHint, ...], tuple[Withheld, ...]]:
    """The hints of those misconceptions that answer unlike every other one."""
    if not can_encrypt():
        return (), (Withheld("", "every hint", "the package cryptography is not installed"),)
    hints: list[SealedHint] = []
    silent: list[Withheld] = []
    for m in load_misconceptions(assignment.hidden_tests):
        asked = questions.get(m.exercise, ())
        try:
            hints.append(_sealed_hint(m, asked, salts))
        except UnsealableError as exc:
            silent.append(Withheld(m.exercise, m.name, str(exc)))
    return tuple(hints), tuple(silent)


def _sealed_hint(m: Misconception, asked: Sequence[Question], salts: NextSalt) -> SealedHint:
    def wrong(case: Case) -> Any:
        answer = m.answer(case)
        if value_count(answer) > 100_000:
            raise UnsealableError("its answers are too large")
        return answer

    return seal_hint(m.exercise, {"name": m.name, "says": m.says}, asked, wrong, salts)
