"""Reports in the formats that other programs read; one file each. None can change a report.

Every exporter is `(report, grade, assignment) -> str`, and tells a student nothing that the console would not: the
details meant for staff are left out. A grade that is ungraded is never written as a zero.
"""

from collections.abc import Callable

from grader.exports.file import write
from grader.exports.gradescope import to_gradescope
from grader.exports.junit import to_junit
from grader.exports.markdown import to_markdown
from grader.exports.report_json import report_from_json, run_from_json, to_json
from grader.model import Assignment, Grade, Report

EXPORTERS: dict[str, Callable[[Report, Grade, Assignment], str]] = {
    "json": to_json,
    "junit": to_junit,
    "gradescope": to_gradescope,
    "markdown": to_markdown,
}

__all__ = [
    "EXPORTERS",
    "report_from_json",
    "run_from_json",
    "to_gradescope",
    "to_json",
    "to_junit",
    "to_markdown",
    "write",
]
