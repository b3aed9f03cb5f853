"""Who is who in a Gradescope export: `submission_metadata.yml` beside the folders `submission_12345`.

::

    submission_12345:
      :submitters:
      - :name: Ada Lovelace
        :sid: '1815'
        :email: ada@example.org
      :created_at: 2026-12-14 21:10:00.123456000 Z

Of the YAML that Gradescope writes, these keys are read, by their indentation; all else (scores, answers, the history of
attempts) is passed over. So no parser of YAML is needed, nor anything that a document could make one do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from grader.intake.layouts import Owner, alias
from grader.intake.names import student_name

_FOLDER = re.compile(r"(submission_[0-9]+):\s*")
_KEY = re.compile(r"  (:\w+):\s*(.*)")
_SUBMITTER = re.compile(r"  (?:- |  )\s*(:name|:sid|:email):\s*(.*)")


@dataclass(frozen=True, slots=True)
class Sent:
    """One submission: by whom, since groups hand in together, and when."""

    owners: tuple[Owner, ...] = ()
    moment: datetime | None = None


def read_metadata(text: str) -> Mapping[str, Sent]:
    """What the metadata say, by the name of the folder."""
    sent: dict[str, Sent] = {}
    folder, section, people = "", "", list[dict[str, str]]()
    for line in text.splitlines():
        if match := _FOLDER.fullmatch(line):
            folder, section, people = match[1], "", []
            sent[folder] = Sent()
        elif not folder:
            continue
        elif section == ":submitters" and (match := _SUBMITTER.fullmatch(line)):
            if line.startswith("  - "):
                people.append({})
            if people:
                people[-1][match[1]] = _scalar(match[2])
            sent[folder] = replace(sent[folder], owners=tuple(_owner(p) for p in people))
        elif match := _KEY.fullmatch(line):
            section = match[1]
            if section == ":created_at":
                sent[folder] = replace(sent[folder], moment=_moment(_scalar(match[2])))
    return sent


def _owner(person: Mapping[str, str]) -> Owner:
    name, email, sid = (person.get(key, "") for key in (":name", ":email", ":sid"))
    known = {"email": email, "sid": sid, "name": name}
    student = name or email or sid
    return Owner(
        student_name(student), tuple(alias(k, v) for k, v in known.items() if v), student_name(email or student)
    )


def _scalar(text: str) -> str:
    """A plain or quoted scalar of one line."""
    text = text.strip()
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text.strip('"')
    return text


def _moment(text: str) -> datetime | None:
    """`2026-12-14 21:10:00.123456000 Z`; None where it is not read so, or has no time zone."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)", text)
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3].replace('Z', '+00:00')}") if match else None
    except ValueError:
        return None
