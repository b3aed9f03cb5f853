"""A whole class as it was collected: a folder or a zip file, in the layout that a platform or an instructor gave it.

Whatever lies there is somebody's: an entry that does not fit the layout is kept under its own name, what cannot be read
is a submission with a problem, and two hand-ins of one name are both kept and told apart.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader.errors import RequestError, SubmissionError
from grader.intake.content import Content, Reader, read_alone, read_among
from grader.intake.gradescope import read_metadata
from grader.intake.layouts import LAYOUTS, METADATA, Entry, Naming, Owner, layout_of, naming_of, plain_owner
from grader.intake.names import SOURCES, student_name
from grader.intake.places import Place, open_place
from grader.intake.shelf import Shelf
from grader.model import Assignment, Submission
from grader.printable import one_line

_MOST_METADATA = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What one student, or group, handed in.

    `label` tells it from another of the same name, from which it was told `apart` if there is one. `late` is what the
    platform says; `odd` is what is not named as the others are.
    """

    submission: Submission
    known_as: tuple[str, ...] = ()
    label: str = ""
    late: bool = False
    odd: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """A class: the layout in which it was read, and everything that was handed in."""

    layout: str
    handed_in: tuple[HandedIn, ...]

    @property
    def in_words(self) -> str:
        """The layout, for people."""
        return LAYOUTS[self.layout]

    @property
    def submissions(self) -> tuple[Submission, ...]:
        """The submissions alone."""
        return tuple(h.submission for h in self.handed_in)


@dataclass(frozen=True, slots=True)
class _Piece:
    """An entry with whose it is."""

    entry: Entry
    owner: Owner
    odd: bool = False
    moment: datetime | None = None


def find_submissions(folder: Path, assignment: Assignment) -> tuple[Submission, ...]:
    """Read every submission of a class: one per file, folder or archive in `folder`, sorted by name.

    Raises:
        RequestError: there is no such folder, or it may not be read.
    """
    return find_class(folder, assignment, "plain").submissions


def find_class(path: Path, assignment: Assignment, layout: str | None = None) -> Collected:
    """Read a class, in the layout that is named or else found by the names in it (see `layouts`), sorted by name.

    Passed over are hidden files, what operating systems leave behind (`__MACOSX`, `Thumbs.db`), and what instructors
    put beside: README files, `*.toml`, `*.md` and `*.csv`. Anything else is a submission, if only one with a problem.
    Where two have one student's name, both are kept, and each bears what else is known of it.

    The texts are as they are now, whatever becomes of the files, and stand on a shelf, not in memory.

    Raises:
        RequestError: there is no such folder or zip file, or it may not be read; or the disk has no room for the shelf.
    """
    shelf = Shelf()
    with ExitStack() as stack:
        place = open_place(path, stack)
        entries = place.entries()
        found = layout or layout_of(entries, place.home)
        pieces = _pieces(place, entries, found)
        handed_in = [_shelved(_read(place, group, assignment, found), shelf) for group in _by_owner(pieces, found)]
    return Collected(found, tuple(told_apart(_numbered(handed_in, found))))


def told_apart(handed_in: Sequence[HandedIn]) -> list[HandedIn]:
    """The same, with a name of its own for each."""
    count = Counter(h.submission.student for h in handed_in)
    taken = {name for name, times in count.items() if times == 1}
    told = []
    for one in handed_in:
        student = one.submission.student
        if count[student] == 1:
            told.append(one)
            continue
        plain = f"{student} ({one.label})"
        name = next(
            n for n in itertools.chain([plain], (f"{plain} #{i}" for i in itertools.count(2))) if n not in taken
        )
        taken.add(name)
        note = f"Several submissions bear the name {student}; this one is {one_line(one.label, 60)}."
        renamed = replace(one.submission, student=name, notes=(*one.submission.notes, note))
        told.append(replace(one, submission=renamed, apart=True))
    return told


def _pieces(place: Place, entries: Sequence[Entry], layout: str) -> list[_Piece]:
    if layout == "gradescope":
        return _exported(place, entries)
    naming: Naming = naming_of(layout, entries, place.home)
    return [_Piece(e, owner) if (owner := naming(e)) else _Piece(e, plain_owner(e), odd=True) for e in entries]


def _exported(place: Place, entries: Sequence[Entry]) -> list[_Piece]:
    """The pieces of a Gradescope export; who handed in as a group has a piece each."""
    metadata = next((e for e in entries if e.name == METADATA), None)
    if metadata is None:
        raise RequestError(f"{place.home} has no {METADATA}.", "Is it a Gradescope export? Or name another --layout.")
    try:
        text = place.files(metadata)[METADATA](_MOST_METADATA).decode("utf-8", "replace")
    except SubmissionError as exc:
        raise RequestError(f"{METADATA} cannot be read: {exc}") from exc
    sent = read_metadata(text)
    pieces = []
    for entry in entries:
        if entry is metadata:
            continue
        known = sent.get(entry.name)
        if known is None or not known.owners:
            pieces.append(_Piece(entry, plain_owner(entry), odd=True))
        else:
            pieces += [_Piece(entry, owner, moment=known.moment) for owner in known.owners]
    return pieces


def _by_owner(pieces: Sequence[_Piece], layout: str) -> list[list[_Piece]]:
    """Pieces that belong together, since a platform gives each file, or kind of file, an entry of its own."""
    groups: dict[tuple[str, ...], list[_Piece]] = {}
    for number, piece in enumerate(pieces):
        apart = layout not in ("moodle", "canvas") or piece.odd
        key = (str(number),) if apart else (piece.owner.student, piece.owner.label)
        groups.setdefault(key, []).append(piece)
    return sorted(groups.values(), key=_name)


def _name(group: Sequence[_Piece]) -> tuple[str, str]:
    return group[0].owner.student.casefold(), group[0].entry.name


def _read(place: Place, group: list[_Piece], assignment: Assignment, layout: str) -> HandedIn:
    """One hand-in; one that cannot be opened does not stop the others from being graded."""
    owner, late = group[0].owner, any(piece.owner.late for piece in group)
    student, origin = owner.student, place.path_of(group[0].entry.name)
    notes = ("Canvas marks it as late.",) if late else ()
    try:
        parts, remarks, origin = _content(place, group, assignment, layout)
        submission = Submission(student, assignment.module, parts, origin, notes=(*notes, *remarks))
    except SubmissionError as exc:
        submission = Submission(student, assignment.module, origin=origin, problem=str(exc), notes=notes)
    except RequestError as exc:
        problem = f"{one_line(group[0].entry.name, 60)} could not be opened: {exc}."
        submission = Submission(student, assignment.module, origin=origin, problem=problem, unopened=True)
    submission = replace(submission, submitted_at=group[0].moment)
    return HandedIn(submission, owner.known_as, owner.label, late, group[0].odd)


def _shelved(one: HandedIn, shelf: Shelf) -> HandedIn:
    return replace(one, submission=replace(one.submission, parts=shelf.put(one.submission.parts)))


def _content(place: Place, group: Sequence[_Piece], assignment: Assignment, layout: str) -> Content:
    first = group[0].entry
    files, notes = _files(place, group, assignment)
    if len(group) == 1 and not first.folder:
        [(name, read)] = files.items()
        parts, remarks, origin = read_alone(name, read, assignment, place.path_of(first.name))
    else:
        plain = layout in ("plain", "github")
        where = f"the folder {one_line(first.name, 60)}" if plain else f"what {group[0].owner.student} handed in"
        try:
            parts, remarks, origin = read_among(files, assignment, where, place.path_of(first.name))
        except SubmissionError as exc:
            typed = any(name.lower().endswith(".html") for name in files)
            raise SubmissionError(f"{exc} A text that was typed in is not read." if typed else str(exc)) from exc
    return parts, (*notes, *remarks), origin


def _files(
    place: Place, group: Sequence[_Piece], assignment: Assignment
) -> tuple[Mapping[str, Reader], tuple[str, ...]]:
    """All files of a hand-in by the names under which they were handed in; of two with one name, the later."""
    files: dict[str, Reader] = {}
    notes: dict[str, str] = {}
    for piece in sorted(group, key=lambda piece: piece.owner.number):
        held = place.files(piece.entry)
        if piece.entry.folder:
            files |= held
            continue
        [read] = held.values()
        given = piece.owner.file or piece.entry.name
        name = _unnumbered(given, assignment) if piece.owner.number else given
        if name in files:
            notes[name] = f"{one_line(name, 60)} is there more than once; the one that was handed in last was taken."
        elif name != given:
            notes[name] = f"{one_line(given, 60)} was read as {name}: Canvas numbers what is handed in again."
        files[name] = read
    return files, tuple(notes.values())


def _unnumbered(name: str, assignment: Assignment) -> str:
    """The name without the number that Canvas puts behind it, if it then is the one that was asked for."""
    plain = re.sub(r"-[0-9]+(?=\.\w+$)", "", name)
    return plain if plain.lower() in {f"{assignment.module}{ending}".lower() for ending in SOURCES} else name


def _numbered(handed_in: Sequence[HandedIn], layout: str) -> list[HandedIn]:
    """Where Moodle hides who is who, everybody is called "Participant", and has a number."""
    names = {h.submission.student for h in handed_in}
    if layout != "moodle" or len(names) > 1 or len(handed_in) < 2:
        return list(handed_in)
    return [
        replace(h, submission=replace(h.submission, student=student_name(f"{h.submission.student} {h.label}")))
        for h in handed_in
    ]
