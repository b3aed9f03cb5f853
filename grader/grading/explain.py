"""What explains the wrong answers of each exercise, as far as anything does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.agreement import Record
from grader.answers import Answers
from grader.diagnose import Misconception, diagnose
from grader.model import Diagnosis, Outcome, Status

Records = Mapping[str, Record]


def explain(
    trials: Iterable[Sequence[Records]], misconceptions: Sequence[Misconception], answers: Answers
) -> tuple[Diagnosis, ...]:
    """The cause of the wrong answers of each exercise, where there is one.

    `trials` are what each exercise's tests left behind, in the trials that it had; the first that shows a cause counts.
    `answers` are those of the misconceptions, as far as they are known.
    """
    found = (_first(_diagnosis(r, misconceptions, answers) for r in records) for records in trials)
    return tuple(diagnosis for diagnosis in found if diagnosis is not None)


def _first(found: Iterable[Diagnosis | None]) -> Diagnosis | None:
    return next((diagnosis for diagnosis in found if diagnosis is not None), None)


def _diagnosis(records: Records, misconceptions: Sequence[Misconception], answers: Answers) -> Diagnosis | None:
    observations = [o for record in records.values() for o in record.observations]
    if not observations:
        return None
    exercise = observations[0].case.exercise
    finding = diagnose(observations, [m for m in misconceptions if m.exercise == exercise], answers)
    return Diagnosis(exercise, finding.name, finding.kind, finding.says) if finding else None


def with_hints(
    outcomes: Iterable[Outcome], diagnoses: Sequence[Diagnosis], additions: Mapping[str, str]
) -> tuple[Outcome, ...]:
    """The outcomes with the hint of their exercise on those that it speaks of: wrong answers, not crashes.

    A hint is the cause, as far as it is known, and what was found out besides: the guilty piece, the smallest example.
    """
    hints = {d.exercise: d.says for d in diagnoses}
    for name, addition in additions.items():
        hints[name] = f"{hints.get(name, '')} {addition}".lstrip()
    return tuple(
        replace(o, hint=hints[o.exercise]) if o.status in (Status.FAILED, Status.RAISED) and o.exercise in hints else o
        for o in outcomes
    )
