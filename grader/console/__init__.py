"""Reports, classes and errors on a terminal: at any width, with or without colours, in any encoding."""

from grader.console.classroom import print_class, print_remarks
from grader.console.lines import make_console
from grader.console.listings import print_assignments, print_error, print_isolation
from grader.console.progress import counting, stages
from grader.console.report import print_report

__all__ = [
    "counting",
    "make_console",
    "print_assignments",
    "print_class",
    "print_error",
    "print_isolation",
    "print_remarks",
    "print_report",
    "stages",
]
