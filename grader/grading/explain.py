"""What explains the wrong answers of each exercise, as far as anything does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.agreement import Record
from grader.diagnose import Misconception, diagnose
from grader.model import Diagnosis, Observation, Outcome, Status


def explain(records: Iterable[Mapping[str, Record]], misconceptions: Sequence[Misconception]) -> tuple[Diagnosis, ...]:
    """The cause of the wrong answers of each exercise, where there is one; `records` are those of each exercise."""
    observed: dict[str, list[Observation]] = {}
    for record in (record for of_exercise in records for record in of_exercise.values()):
        for observation in record.observations:
            observed.setdefault(observation.case.exercise, []).append(observation)
    found = (_diagnosis(name, seen, misconceptions) for name, seen in observed.items())
    return tuple(diagnosis for diagnosis in found if diagnosis)


def _diagnosis(
    exercise: str, observations: Sequence[Observation], misconceptions: Sequence[Misconception]
) -> Diagnosis | None:
    finding = diagnose(observations, [m for m in misconceptions if m.exercise == exercise])
    return Diagnosis(exercise, finding.name, finding.kind, finding.says) if finding else None


def with_hints(
    outcomes: Iterable[Outcome], diagnoses: Sequence[Diagnosis], examples: Mapping[str, str]
) -> tuple[Outcome, ...]:
    """The outcomes with the hint of their exercise on those that it speaks of: wrong answers, not crashes.

    A hint is the cause, as far as it is known, and the smallest example.
    """
    hints = {d.exercise: d.says for d in diagnoses}
    for name, example in examples.items():
        hints[name] = f"{hints.get(name, '')} {example}".lstrip()
    return tuple(
        replace(o, hint=hints[o.exercise]) if o.status in (Status.FAILED, Status.RAISED) and o.exercise in hints else o
        for o in outcomes
    )
