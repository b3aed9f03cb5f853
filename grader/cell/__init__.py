"""`grader.check(conv2d_forward)` in a notebook's cell, or wherever Python runs.

::

    live objects → the statements that made them (`session`, `slicing`) → a submission → a process of its own
    (`background`, `__main__`) → a report → a table (`table`)

Why the source of the live objects, and not the objects themselves: student code that loops for ever, exits, prints,
seeds or patches numpy would do so in the kernel, and only a process of its own can be stopped for certain on every
system. And so the verdict is that of the same code handed in, not of what else the session holds.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

from grader.cell.background import grade_in_background
from grader.cell.course import choose, names_of
from grader.cell.session import Session, origin_of
from grader.cell.slicing import cut
from grader.cell.table import to_html, to_text
from grader.errors import RequestError
from grader.model import Assignment, Grade, Report, Submission
from grader.scoring import grade

__all__ = ["Check", "InterruptedCheck", "check"]


class InterruptedCheck(KeyboardInterrupt):
    """Ctrl-C during a check, which a notebook shows as a sentence."""

    def _render_traceback_(self) -> list[str]:
        return ["Interrupted: nothing was graded."]


@dataclass(frozen=True, repr=False)
class Check:
    """What a check found: shown as a table in a notebook, as text elsewhere."""

    report: Report
    grade: Grade
    assignment: Assignment

    def __repr__(self) -> str:
        return to_text(self.report, self.grade, self.assignment)

    def _repr_html_(self) -> str:
        return to_html(self.report, self.grade, self.assignment)


def check(exercises: Sequence[Any], assignment: str | None, caller: FrameType) -> Check:
    """Grade live objects of the caller's session. Raises GradeError, which a notebook shows as a sentence."""
    names, given = names_of(exercises, caller.f_globals)
    found, names = choose(names, assignment, caller.f_globals, Path.cwd())
    live = {name: given.get(name, caller.f_globals.get(name)) for name in names}
    for name, value in live.items():
        if value is None:
            raise RequestError(f"This session has no {name}.", "Run the cell that defines it.")
    session = Session(origin_of(live, caller.f_globals, everything=not exercises), caller)
    wanted = {name: value for name, value in live.items() if session.is_origin_of(value)}
    with warnings.catch_warnings():
        # The compiler's remarks on these cells were shown when they ran.
        warnings.simplefilter("ignore")
        parts, notes = cut(session, wanted)
    submission = Submission("this session", found.module, parts, session.name, notes=notes)
    try:
        report = grade_in_background(submission, found, tuple(wanted))
    except KeyboardInterrupt:
        raise InterruptedCheck from None
    only = replace(found, exercises=tuple(e for e in found.exercises if e.name in wanted))
    return Check(report, grade(report, only), only)
