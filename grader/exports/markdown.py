"""Markdown as GitHub reads it, for a step summary or a comment.

Text that a submission could choose is cleaned and escaped, so that it can start no heading, table, link, image, HTML,
mention of a person or reference to an issue; what has several lines goes into a fence that its content cannot close.
"""

from __future__ import annotations

import re

from grader.feedback import exercise_points, hints, is_missing, problems, result, total_points
from grader.model import Assignment, ExerciseGrade, Grade, Outcome, Report, Status
from grader.printable import clean, one_line

_MARKS = {Status.PASSED: "✅", Status.MISSING: "➖", Status.SKIPPED: "➖", Status.GRADER_ERROR: "⚠️"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()&|~$!:])")
# What is special only at the start of a line: headings, lists, rules.
_STARTS = re.compile(r"^([-+=#]|\d+(?=[.)](?:\s|$)))")
# A zero-width space keeps @someone, #1 and www.… from being linked; no backslash would.
_LINKS = re.compile(r"([@#]|www(?=\.))", re.IGNORECASE)


def to_markdown(report: Report, grade: Grade, assignment: Assignment) -> str:
    """A heading with the total, a table of the exercises, and below it what is wrong with each."""
    blocks = [f"## {escape(assignment.title)}: {escape(total_points(grade))}"]
    if report.student:
        blocks.append(f"Submission of {escape(report.student)}")
    blocks += [fenced(problem) for problem in report.problems]
    blocks += [escape(note) for note in report.notes]
    blocks.append(
        "\n".join(
            [
                "| | Exercise | Points | Result |",
                "|---|---|--:|---|",
                *(_row(e, report.of(e.name)) for e in grade.exercises),
            ]
        )
    )
    blocks += [escape(line) for line in grade.explanation]
    for exercise in grade.exercises:
        blocks += _details(exercise, report)
    blocks.append(f"Graded at isolation level {escape(report.isolation.level)} with seed {report.seed}.")
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """The text on one line, without any meaning in Markdown."""
    line = _SPECIAL.sub(r"\\\1", one_line(text, 1000))
    return _LINKS.sub("\\1\u200b", _STARTS.sub(_escape_start, line))


def fenced(text: str) -> str:
    """The text as a block of code, between fences longer than any in it."""
    text = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _escape_start(match: re.Match[str]) -> str:
    start = match[0]
    return f"{start}\\" if start[0].isdigit() else f"\\{start}"


def _row(exercise: ExerciseGrade, outcomes: tuple[Outcome, ...]) -> str:
    mark = _MARKS.get(exercise.status, "❌")
    words = escape(result(exercise, outcomes))
    return f"| {mark} | {escape(exercise.name)} | {exercise_points(exercise)} | {words} |"


def _details(exercise: ExerciseGrade, report: Report) -> list[str]:
    outcomes = report.of(exercise.name)
    found = problems(outcomes, exercise.status)
    if not found or is_missing(exercise, found):
        return []
    lines = []
    for problem in found:
        count = len(problem.titles)
        title = escape(problem.titles[0]) if count == 1 else f"{count} tests"
        lines.append(f"- **{title}**\n\n{_indented(_prose(problem.says))}")
    told = "\n\n".join([*(f"**Hint:** {escape(hint)}" for hint in hints(outcomes)), *lines])
    return [f"### {escape(exercise.name)}", told]


def _prose(text: str) -> str:
    """A sentence as it is; several lines (values that are set out) in a fence."""
    return fenced(text) if "\n" in clean(text).strip() else escape(text)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))
