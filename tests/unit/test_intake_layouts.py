"""Classes as platforms give them out: whose each entry is, and which of its files is read."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cli.classes import batch
from grader.errors import RequestError
from grader.intake import find_class
from grader.intake.gradescope import read_metadata
from grader.intake.layouts import LAYOUTS, Entry, layout_of, naming_of
from grader.intake.roster import attend, read_roster
from grader.model import Assignment, Exercise

ASSIGNMENT = Assignment("assignment1_tiny", "Tiny", "tiny", (Exercise("f", Fraction(1), "", ""),), Path("/nowhere"))

METADATA = """---
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1815'
    :email: ada@example.org
  - :name: "Charles Babbage"
    :sid:
    :email: charles@example.org
  :created_at: 2026-12-14 21:10:00.123456000 Z
  :score: 3.0
  :history:
  - :id: 99
    :created_at: 2026-12-13 10:00:00.000000000 Z
submission_102:
  :submitters:
  - :name: 'Grace O''Malley'
    :email: grace@example.org
  :created_at: 2026-12-35 08:00:00 Z
"""


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return out.getvalue()


def lay(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def pack(file: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def read(files: dict[str, str | bytes], root: Path, layout: str | None = None):
    """The class in a folder, which must be read alike from a zip file."""
    unpacked = find_class(lay(root / "class", files), ASSIGNMENT, layout)
    packed = find_class(pack(root / "class.zip", files), ASSIGNMENT, layout)

    assert said(unpacked) == said(packed)
    assert unpacked.layout == packed.layout
    return unpacked


def said(collected):
    """By student: the text, or why there is none."""
    return {s.student: s.problem or s.parts[0].source.strip() for s in collected.submissions}


NOTEBOOK = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "b"}]}'
MOODLE = {
    "Ada Lovelace_101_assignsubmission_file_/tiny.py": "ada = 1",
    "Ada Lovelace_101_assignsubmission_onlinetext_/onlinetext.html": "<p>Done!</p>",
    "Bob Žák_102_assignsubmission_file/hw/tiny.ipynb": NOTEBOOK,
    "Cyd Day_103_assignsubmission_file_/my work.zip": zipped(tiny__py="cyd = 1"),
    "Dan Orr_104_assignsubmission_onlinetext_/onlinetext.html": "def f(): ...",
}


def test_moodle(tmp_path):
    """A folder for each student and kind of hand-in; archives in it are opened, typed texts are not."""
    found = read(MOODLE, tmp_path)

    assert found.layout == "moodle"
    assert said(found) == {
        "Ada Lovelace": "ada = 1",
        "Bob Žák": "b",
        "Cyd Day": "cyd = 1",
        "Dan Orr": "what Dan Orr handed in holds no tiny.py or tiny.ipynb. A text that was typed in is not read.",
    }


def test_moodle_flat(tmp_path):
    """The same where Moodle makes no folders."""
    found = read(
        {
            "Ada Lovelace_101_assignsubmission_file_tiny.py": "ada = 1",
            "Ada Lovelace_101_assignsubmission_file_notes.txt": "none",
            "Ada Lovelace_101_assignsubmission_onlinetext_onlinetext.html": "none",
            "Bob Žák_102_assignsubmission_file_hw_1.zip": zipped(tiny__py="bob = 1"),
        },
        tmp_path,
    )

    assert said(found) == {"Ada Lovelace": "ada = 1", "Bob Žák": "bob = 1"}


def test_moodle_hides_names(tmp_path):
    """Where marking is blind, the number is part of the name; where two bear one name, it tells them apart."""
    blind = read({f"Participant_{n}_assignsubmission_file_/tiny.py": f"x = {n}" for n in (7, 8)}, tmp_path / "a")
    alike = read(
        {f"{name}_assignsubmission_file_/tiny.py": "" for name in ("Jan Novák_7", "Jan Novák_8", "Eva_9")},
        tmp_path / "b",
    )

    assert list(said(blind)) == ["Participant 7", "Participant 8"]
    assert list(said(alike)) == ["Eva", "Jan Novák (7)", "Jan Novák (8)"]
    assert [h.submission.student for h in alike.handed_in if h.apart] == ["Jan Novák (7)", "Jan Novák (8)"]


def test_canvas(tmp_path):
    """Flat; what was handed in again bears a number, lateness a mark; other files of a student are beside."""
    found = read(
        {
            "lovelaceada_12345_67890_tiny.py": "ada = 1",
            "lovelaceada_12345_67891_helper.py": "ada = 2",
            "zakbob_LATE_12346_67892_tiny-2.py": "bob = 1",
            "anon_a1b2c_67893_tiny.py": "anon = 1",
            "day_of_cyd_12347_67894_work.zip": zipped(tiny__py="cyd = 1"),
            "orrdan_12348_text.html": "<p>Done!</p>",
        },
        tmp_path,
    )
    bob = next(h for h in found.handed_in if h.late)

    assert found.layout == "canvas"
    assert list(said(found)) == ["anon_a1b2c", "day_of_cyd", "lovelaceada", "orrdan", "zakbob"]
    assert list(said(found).values())[:3] == ["anon = 1", "cyd = 1", "ada = 1"]
    assert (bob.submission.student, bob.submission.parts[0].source) == ("zakbob", "bob = 1")
    assert bob.submission.notes == (
        "Canvas marks it as late.",
        "tiny-2.py was read as tiny.py: Canvas numbers what is handed in again.",
    )


def test_canvas_twice(tmp_path):
    """Of two files of one name the one that came last counts, whatever the order in the archive."""
    found = read({"ada_1_20_tiny-1.py": "second = 1", "ada_1_9_tiny.py": "first = 1"}, tmp_path, "canvas")

    assert said(found) == {"ada": "second = 1"}
    assert "the one that was handed in last was taken" in found.submissions[0].notes[-1]


def test_repositories(tmp_path):
    """A repository per student: what all names begin with is the assignment's; `.git` is not read."""
    files = {f"tiny-{user}/{file}": "x = 1" for user in ("ada-l", "bob") for file in ("tiny.py", ".git/tiny.py")}
    found = read(files, tmp_path)
    named = find_class(lay(tmp_path / "hw-1-submissions", {"hw-1-ada/tiny.py": "x = 1"}), ASSIGNMENT)

    assert found.layout == named.layout == "github"
    assert said(found) == {"ada-l": "x = 1", "bob": "x = 1"}
    assert list(said(named)) == ["ada"]


def test_gradescope(tmp_path):
    """Folders by number, with names and times in the metadata; a group's members have it each."""
    found = read(
        {
            "submission_metadata.yml": METADATA,
            "submission_101/tiny.py": "pair = 1",
            "submission_102/tiny.py": "grace = 1",
            "submission_103/tiny.py": "nobody = 1",
        },
        tmp_path,
    )
    moments = {s.student: s.submitted_at for s in found.submissions}

    assert said(found) == {
        "Ada Lovelace": "pair = 1",
        "Charles Babbage": "pair = 1",
        "Grace O'Malley": "grace = 1",
        "submission_103": "nobody = 1",
    }
    assert moments["Ada Lovelace"] == datetime(2026, 12, 14, 21, 10, tzinfo=UTC)
    assert moments["Grace O'Malley"] is None
    assert [h.submission.student for h in found.handed_in if h.odd] == ["submission_103"]


@pytest.mark.parametrize(
    "names",
    [
        ["ada.py", "bob/tiny.py", "cyd.zip"],
        ["emil_2024_01_hw.py", "ada_2024_01_hw.py"],
        ["submission_1/tiny.py", "submission_2/tiny.py"],
        ["tiny-ada/tiny.py", "tiny-bob/tiny.py"],
    ],
)
def test_plain(tmp_path, names):
    """Names that only look a little like a platform's are students'."""
    assert read(dict.fromkeys(names, "x = 1"), tmp_path).layout == "plain"


def test_another_layout(tmp_path):
    """A wrong guess is put right by naming the layout; what does not fit it is kept, and told."""
    found = read({"tiny-ada/tiny.py": "x = 1", "tiny-bob/tiny.py": "x = 2", "cyd.py": "x = 3"}, tmp_path, "github")

    assert said(found) == {"ada": "x = 1", "bob": "x = 2", "cyd": "x = 3"}
    assert [h.submission.student for h in found.handed_in if h.odd] == ["cyd"]
    with pytest.raises(RequestError, match=r"class has no submission_metadata\.yml"):
        find_class(tmp_path / "class", ASSIGNMENT, "gradescope")


def test_zip_of_zips(tmp_path):
    """An archive per student in one archive, all in a folder of the archive's name; a damaged one stops nobody."""
    files = {"ada.zip": zipped(tiny__py="ada = 1"), "bob.zip": b"PK\x03\x04 not", "cyd.py": "cyd = 1", "README.md": ""}
    found = find_class(pack(tmp_path / "hw1.zip", {f"hw1/{n}": c for n, c in files.items()}), ASSIGNMENT)

    assert said(found) == {
        "ada": "ada = 1",
        "bob": "bob.zip is damaged, or no archive of the kind that its name says: pack it again.",
        "cyd": "cyd = 1",
    }


def test_odd_members(tmp_path):
    """A member that leads out of the archive, or is no file, is a submission that cannot be read."""
    link = zipfile.ZipInfo("eve.py")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("../../mal.py", "x = 1")
        archive.writestr("ada.py", "ada = 1")

    found = said(find_class(tmp_path / "class.zip", ASSIGNMENT))

    assert found["ada"] == "ada = 1"
    assert "is a symbolic link" in found["eve"]
    assert any("leads out of the archive" in says for says in found.values())


def test_no_archive(tmp_path):
    """What only bears the name of a zip file is the instructor's mistake."""
    (tmp_path / "class.zip").write_bytes(b"<html>please sign in</html>")

    with pytest.raises(RequestError, match="is damaged, or no zip file"):
        find_class(tmp_path / "class.zip", ASSIGNMENT)


ROSTERS = {
    "own": ("student,name,canvas_id\nal,Ada Lovelace,1\nbz,Bob Žák,2\n", ["al", "bz"]),
    "worksheet": (
        """\ufeffIdentifier,Full name,ID number,Email address,Status
Participant 101,A. King,,ada@x.org,Submitted
Participant 102,B.,,bob@x.org,
""",
        ["ada@x.org", "bob@x.org"],
    ),
    "participants": (
        "First name,Surname,ID number,Email address,Groups\nAda,Lovelace,1815,a@x.org,\nBob,Žák,1816,b@x.org,\n",
        ["1815", "1816"],
    ),
}


@pytest.mark.parametrize("kind", ROSTERS)
def test_moodle_by_roster(tmp_path, kind):
    """Students get the names of the roster, by their numbers in the download or else by their names."""
    text, expected = ROSTERS[kind]
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    found = attend(read(MOODLE, tmp_path).handed_in, read_roster(tmp_path / "roster.csv"))

    assert sorted({s.student for s in found.submissions}.difference(found.strangers)) == expected
    assert found.strangers == ("Cyd Day", "Dan Orr")
    assert found.missing == ()


def test_canvas_by_gradebook(tmp_path):
    """Canvas's gradebook knows its numbers; two who share a name are no puzzle then, and who is missing is told."""
    (tmp_path / "roster.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (77)\n"
        "    Points Possible,,,,,10\n"
        '"Novák, Jan",12,1,xnovak,A,\n"Novák, Jan",13,2,xnovak2,A,\n"Žák, Bob",14,3,xzak,A,\n'
        '"Student, Test",15,,,A,\n',
        encoding="utf-8",
    )
    files = {"novákjan_12_101_tiny.py": "x = 12", "novákjan_LATE_13_102_tiny.py": "x = 13"}
    found = attend(read(files, tmp_path).handed_in, read_roster(tmp_path / "roster.csv"))

    assert {s.student: s.parts[0].source for s in found.submissions} == {"xnovak": "x = 12", "xnovak2": "x = 13"}
    assert found.missing == ("xzak",)


def test_classroom_roster(tmp_path):
    """GitHub Classroom's table tells who is behind an account, and when the last commit came."""
    (tmp_path / "roster.csv").write_text(
        "assignment_name,roster_identifier,github_username,submission_timestamp\n"
        "Tiny,ada@x.org,the-ada,2026-12-14T21:10:00Z\nTiny,bob@x.org,the-bob,\n"
    )
    files = {f"tiny-{user}/tiny.py": user for user in ("the-ada", "the-BOB")}
    found = attend(read(files, tmp_path, "github").handed_in, read_roster(tmp_path / "roster.csv"))

    assert {s.student: s.submitted_at for s in found.submissions} == {
        "ada@x.org": datetime(2026, 12, 14, 21, 10, tzinfo=UTC),
        "bob@x.org": None,
    }


def test_unclear(tmp_path):
    """Whom a roster knows twice is not guessed, and two hand-ins of one person are told apart."""
    (tmp_path / "roster.csv").write_text("student,name\nn1,Jan Novák\nn2,Jan Novák\nal,Ada Lovelace\n", "utf-8")
    files = {f"{name}/tiny.py": "" for name in ("Jan Novák", "al", "Lovelace Ada")}
    found = attend(read(files, tmp_path).handed_in, read_roster(tmp_path / "roster.csv"))

    assert found.unclear == ("Jan Novák",)
    assert [s.student for s in found.submissions] == ["al (al)", "al (Lovelace Ada)", "Jan Novák"]
    assert found.missing == ("n1", "n2")


def test_offered_layouts():
    """The command offers what can be read."""
    [option] = [option for option in batch.params if option.name == "layout"]

    assert option.type.choices == ("auto", *LAYOUTS)


NAMES = st.text(st.sampled_from("ada_LATE-1.zip/assignsubmission_file"), max_size=40) | st.text(max_size=20)


@given(st.lists(st.builds(Entry, NAMES, st.booleans(), st.booleans()), max_size=5), NAMES)
@settings(max_examples=100, deadline=None)
def test_any_names(entries, home):
    """Whatever entries are called, each layout says whose they are, or that it does not know."""
    assert layout_of(entries, home) in LAYOUTS
    for layout in LAYOUTS:
        naming = naming_of(layout, entries, home)
        assert all(owner is None or owner.student for owner in map(naming, entries))


@given(st.text() | st.text(st.sampled_from("submission_1:\n  -':name\"sid email@Z2026")))
@settings(max_examples=100, deadline=None)
def test_any_metadata(text):
    """Whatever stands in the metadata, what is not understood is passed over."""
    assert all(owner.student for sent in read_metadata(text).values() for owner in sent.owners)
