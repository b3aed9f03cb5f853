"""The files of a new assignment, made of templates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from pathlib import Path

from grader.release import make_notebook, make_stub
from grader.scaffold.naming import Name

_TEMPLATES = resources.files("grader.scaffold").joinpath("templates")
_WEEKS = 4
_REFERENCE = '"""The oracles: for each assignment, what is right, spelt out directly."""\n'
_CONFIGURATIONS = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")


def files_of(name: Name, root: Path, now: datetime) -> dict[str, str]:
    """The texts of the files by their paths in the course, which is in `root`; due some weeks after `now`."""
    due = datetime.combine(now.date() + timedelta(weeks=_WEEKS), time(23, 59), UTC)
    words = {
        "name": name.full,
        "assignment": f"assignment{name.number}",
        "topic": name.topic,
        "title": name.topic.replace("_", " ").capitalize(),
        "due": due.isoformat(),
        "day": f"{due.day} {due:%B %Y} at 23:59 (UTC)",
    }
    solution = _filled("solution", words)
    stub = make_stub(solution)
    samples, hidden = f"tests/submissions/{name.full}", f"tests/hidden/{name.full}"
    files = {
        f"assignments/{name.full}/assignment.toml": _filled("manifest", words),
        f"assignments/{name.full}/README.md": _filled("handout", words),
        f"assignments/{name.full}/{name.topic}.py": stub,
        f"assignments/{name.full}/{name.topic}.ipynb": make_notebook(stub),
        f"solutions/{name.full}/{name.topic}.py": solution,
        f"reference/{name.topic}.py": _filled("reference", words),
        f"{hidden}/test_{name.topic}.py": _filled("hidden_tests", words),
        f"{hidden}/misconceptions.py": _filled("misconceptions", words),
        f"{hidden}/equivalent_mutants.toml": _filled("equivalent_mutants", words),
        f"{samples}/anna_loops.py": _filled("right_sample", words),
        f"{samples}/ben_mean.py": _filled("wrong_sample", words),
        f"{samples}/expected.toml": _filled("expected", words),
    }
    return files | _of_the_course(root, words)


def _of_the_course(root: Path, words: dict[str, str]) -> dict[str, str]:
    """What a course needs once, as far as it is not there."""
    files = {} if (root / "reference" / "__init__.py").exists() else {"reference/__init__.py": _REFERENCE}
    if not any((root / configuration).exists() for configuration in _CONFIGURATIONS):
        files["pytest.ini"] = _filled("pytest_ini", words)
    return files


def template_texts() -> tuple[str, ...]:
    """The templates: what stands in them is known to everybody who has the toolkit."""
    return tuple(t.read_text(encoding="utf-8") for t in _TEMPLATES.iterdir() if t.name.endswith(".txt"))


def _filled(template: str, words: dict[str, str]) -> str:
    text = _TEMPLATES.joinpath(f"{template}.txt").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda match: words[match[1]], text)
