"""What students are given: the stub and the notebook, generated from the solution.

Both are checked in, so that a student's copy of the course needs no author's tools; a test compares them with the
generated ones.
"""

from __future__ import annotations

from pathlib import Path

from grader.errors import AssignmentError
from grader.model import Assignment
from grader.release.markers import solution_lines
from grader.release.notebook import make_notebook
from grader.release.stub import make_stub

__all__ = [
    "generated_files",
    "make_notebook",
    "make_stub",
    "solution_lines",
    "stale_release_files",
    "write_release_files",
]


def write_release_files(assignment: Assignment) -> tuple[Path, ...]:
    """Generate the stub and the notebook from the solution; the paths of those that changed.

    Nothing is written unless both can be made.

    Raises:
        AssignmentError: the solution is missing, or no stub can be made of it, or a file cannot be written.
    """
    stale = stale_release_files(assignment)
    made = generated_files(assignment)
    for path in stale:
        try:
            path.write_text(made[path], encoding="utf-8", newline="\n")
        except OSError as exc:
            raise AssignmentError(f"{path} cannot be written: {exc.strerror}", "make its folder writable") from exc
    return stale


def stale_release_files(assignment: Assignment) -> tuple[Path, ...]:
    """The checked-in stub and notebook that are missing or differ from what the solution gives now.

    Raises:
        AssignmentError: the solution is missing, or no stub can be made of it.
    """
    return tuple(path for path, text in generated_files(assignment).items() if _text(path) != text)


def generated_files(assignment: Assignment) -> dict[Path, str]:
    """The texts of the stub and the notebook that the solution gives now, by their paths.

    Raises:
        AssignmentError: the solution is missing, or no stub can be made of it.
    """
    solution = _text(assignment.solution)
    if solution is None:
        raise AssignmentError(f"there is no solution {assignment.solution}", "write it there; the stub is made from it")
    try:
        stub = make_stub(solution)
    except AssignmentError as exc:
        raise AssignmentError(f"{assignment.solution}: {exc}", exc.hint) from exc
    return {assignment.stub: stub, assignment.stub.with_suffix(".ipynb"): make_notebook(stub)}


def _text(path: Path) -> str | None:
    """The text of a file with the line ends of Python, whatever a checkout made of them; None if there is no file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise AssignmentError(f"{path} cannot be read as UTF-8 text: {exc}", "save it as UTF-8") from exc
