"""Write `expected.toml` of an assignment's sample submissions anew, from what the hidden tests say of them now.

    python tools/expect_points.py assignment3

Notes are kept. Look at the diff: each change is a claim that the new points are the right ones.
"""

import json
import sys
import tomllib
from pathlib import Path

from grader.catalog import resolve
from grader.grading import grade_all
from grader.intake import find_submissions
from grader.model import Assignment, Report
from grader.sandbox import launcher, policy_of
from grader.scoring import grade as points_of

ROOT = Path(__file__).parents[1]
HEAD = """\
# What the hidden tests must say of each sample submission, with seed 0: points by exercise (those left out earn 0),
# their total, and the misconception that diagnosis names for exercises with wrong answers (left out: none is named).
"""


def rows(report: Report, assignment: Assignment) -> dict[str, object]:
    """The points per exercise and in total, and the misconception or pair named for each exercise."""
    result = points_of(report, assignment)
    named = {d.exercise: d.name for d in report.diagnoses if d.kind in ("misconception", "pair")}
    points = {e.name: float(e.points) for e in result.exercises if e.points}
    return {"points": float(result.points), "exercises": points, "misconceptions": named}


def as_toml(student: str, note: str, row: dict[str, object]) -> str:
    """One student's tables."""
    lines = [f"[{student}]", f"note = {json.dumps(note, ensure_ascii=False)}", f"points = {row['points']}"]
    for table in ("exercises", "misconceptions"):
        lines += ["", f"[{student}.{table}]", *(f"{name} = {json.dumps(v)}" for name, v in row[table].items())]
    return "\n".join(lines) + "\n"


def main(name: str) -> None:
    """Grade the samples and write the table."""
    assignment = resolve(name, ROOT)
    folder = ROOT / "tests/submissions" / assignment.name
    table = folder / "expected.toml"
    notes = tomllib.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    reports: list[Report] = []
    with launcher(None, policy_of(assignment)) as workers:
        grade_all(find_submissions(folder, assignment), assignment, workers, reports.append)
    parts = [
        as_toml(r.student, notes.get(r.student, {}).get("note", ""), rows(r, assignment))
        for r in sorted(reports, key=lambda r: r.student)
    ]
    table.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
