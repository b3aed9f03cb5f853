"""Equivalent mutants: changes of the solution that no test can notice, each with the author's reason.

They stand in `equivalent_mutants.toml` beside the hidden tests::

    ["conv2d_backward: …"]
    reason = "…"

under the mutant's name as the audit prints it. One that a test kills, or that is no mutant any more, is stale.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from grader.errors import AssignmentError
from grader.model import Assignment

FILE = "equivalent_mutants.toml"


def load_equivalents(assignment: Assignment) -> Mapping[str, str]:
    """The reasons by the names of mutants; none if there is no file. Raises AssignmentError if it is malformed."""
    file = assignment.hidden_tests / FILE
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise AssignmentError(f"{file} is no TOML: {exc}.") from exc
    for name, entry in table.items():
        if not isinstance(entry, dict) or set(entry) != {"reason"} or not str(entry["reason"]).strip():
            rule = "each table is named as a mutant and holds a reason, nothing else"
            raise AssignmentError(f"{file}: {rule} (got {name!r} = {entry!r}).")
    return {name: str(entry["reason"]) for name, entry in table.items()}
