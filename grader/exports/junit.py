"""JUnit XML, for the test pages of Jenkins, GitLab and others.

One suite with the points as properties, one case per hidden test. What is wrong is a failure; what stopped the program
(an exception, no answer in time, a crash, a fault of the toolkit) is an error. Names are unique, because GitLab keeps
only the first of equal ones. An exercise of which no test ran has a case that says so: a file without cases would be
taken for a success. Follows the schema of Jenkins' xUnit plugin (junit-10.xsd), which allows no properties in a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from grader.feedback import exercise_points, sentence, total_points
from grader.model import Assignment, ExerciseGrade, Grade, Outcome, Report, Status
from grader.printable import clean, one_line

_ELEMENTS = {
    Status.FAILED: "failure",
    Status.MISSING: "failure",
    Status.RAISED: "error",
    Status.TIMEOUT: "error",
    Status.CRASHED: "error",
    Status.GRADER_ERROR: "error",
    Status.SKIPPED: "skipped",
}


def to_junit(report: Report, grade: Grade, assignment: Assignment) -> str:
    """The report as JUnit XML, in ASCII."""
    outcomes = [o for e in grade.exercises for o in report.of(e.name) or (_stand_in(e, report),)]
    kinds = [_ELEMENTS.get(o.status) for o in outcomes]
    counts = {
        "tests": str(len(outcomes)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "time": f"{report.seconds:.3f}",
    }
    root = ET.Element("testsuites", {"name": assignment.name, **counts})
    more = {"skipped": str(kinds.count("skipped")), "timestamp": f"{report.started:%Y-%m-%dT%H:%M:%S}"}
    suite = ET.SubElement(root, "testsuite", {"name": assignment.name, **counts, **more})
    _add_properties(suite, report, grade)
    for name, outcome in zip(_unique(one_line(o.title or o.test) for o in outcomes), outcomes, strict=True):
        _add_case(suite, name, outcome)
    if report.problems:
        ET.SubElement(suite, "system-err").text = clean("\n".join(report.problems))
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=True)
    return data.decode("ascii") + "\n"


def _stand_in(exercise: ExerciseGrade, report: Report) -> Outcome:
    """For an exercise without outcomes."""
    says = "\n".join(report.problems) or "No test of this exercise was run."
    return Outcome(exercise.name, exercise.name, f"{exercise.name} can be tested.", exercise.status, says=says)


def _add_properties(suite: ET.Element, report: Report, grade: Grade) -> None:
    facts = {
        "student": report.student,
        "points": total_points(grade),
        **{f"points.{e.name}": exercise_points(e) for e in grade.exercises},
        "isolation": report.isolation.level,
        "seed": str(report.seed),
        "toolkit": report.toolkit,
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", {"name": name, "value": one_line(value)})


def _add_case(suite: ET.Element, name: str, outcome: Outcome) -> None:
    fields = {"classname": outcome.exercise, "name": name, "time": f"{outcome.seconds:.3f}"}
    case = ET.SubElement(suite, "testcase", fields)
    kind = _ELEMENTS.get(outcome.status)
    if kind is None:
        return
    says = clean(sentence(outcome))
    element = ET.SubElement(case, kind, {"type": outcome.status.value, "message": one_line(says)})
    element.text = f"{says}\nhint: {clean(outcome.hint)}" if outcome.hint else says


def _unique(names: Iterable[str]) -> Iterator[str]:
    """The names, with a number added to each that was there before."""
    seen: set[str] = set()
    for name in names:
        candidate, number = name, 1
        while candidate in seen:
            number += 1
            candidate = f"{name} ({number})"
        seen.add(candidate)
        yield candidate
