"""What there is to grade, how safely it can be done here, and what went wrong with a command."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from grader.console.lines import cell, mark, say, say_line, width_of
from grader.errors import GradeError
from grader.model import Assignment, Isolation, Status
from grader.printable import one_line
from grader.scoring import format_points

_LEVELS = {
    "A": "full; nothing of this computer but the interpreter can be seen",
    "B": "files and processes are out of reach, without namespaces; other people's code may run",
    "C": "limits and another user only; not for other people's code",
    "D": "a plain process; for your own code only",
}


def print_assignments(console: Console, assignments: Sequence[Assignment]) -> None:
    """Print name, title, points and deadline of each assignment: on one line, or on two where that is too wide."""
    if not assignments:
        say(console, "There are no assignments here.")
        return
    rows = [(a.name, one_line(a.title), f"{format_points(a.max_points)} points", _due(a)) for a in assignments]
    widths = [width_of(column) for column in zip(*rows, strict=True)]
    wide = sum(widths) + 2 * len(widths) <= console.width
    for name, title, points, due in rows:
        if wide:
            cells = zip((name, title, points), widths, (False, False, True), strict=False)
            say_line(console, "  ".join(cell(console, text, w, right=r) for text, w, r in cells), (f"  {due}", "dim"))
        else:
            say(console, f"{name}: {title}", hanging=2)
            say(console, ", ".join(filter(None, (points, due))), "dim", indent=2)


def _due(assignment: Assignment) -> str:
    return f"due {assignment.due:%Y-%m-%d %H:%M %Z}".rstrip() if assignment.due else ""


def print_isolation(console: Console, isolation: Isolation) -> None:
    """Print the level that holds here, every guard, and for each that does not hold the reason and the way out."""
    level = _LEVELS.get(isolation.level, "unknown")
    say(console, f"Isolation {isolation.level} (launcher {isolation.launcher}): {level}.", "bold", hanging=2)
    console.print()
    for guard, holds in isolation.guards.items():
        say_line(console, " ", mark(console, Status.PASSED if holds else Status.FAILED), f" {one_line(guard)}")
        if not holds and guard in isolation.reasons:
            say(console, isolation.reasons[guard], indent=5)
    for guard, reason in isolation.reasons.items():
        if guard not in isolation.guards:
            say(console, f"{guard}: {reason}", indent=1, hanging=2)


def print_error(console: Console, exc: GradeError) -> None:
    """Print what is wrong and what to do about it; nothing of how the program got there."""
    say(console, f"error: {exc}", "bold red", hanging=2)
    if exc.hint:
        say(console, f"hint: {exc.hint}", "cyan", hanging=2)
