"""Names in a class as it comes from a platform: whose an entry is, and which of its files.

::

    moodle      Ada Lovelace_12345_assignsubmission_file_/convolution.py     a folder for each student and kind
                Ada Lovelace_12345_assignsubmission_file_convolution.py      or flat ("in folders" not ticked)
    canvas      lovelaceada_LATE_12345_67890_convolution-1.py                flat: student, late, user, file, its name
    github      assignment3-ada/                                             a repository for each student
    gradescope  submission_12345/                                            and submission_metadata.yml
    plain       ada.py, ada.zip, ada/                                        a file, archive or folder for each student

Moodle: `mod/assign/classes/downloader.php` (an underscore in a name becomes a blank there; older versions end the name
of a folder with one). Canvas: `lib/content_zipper.rb` (all but letters, digits and underscores is taken out of the
sortable name; anonymous ones are `anon_abc12`; texts and links are HTML files), and `Attachment.make_unique_filename`,
which puts `-1` behind the name of a file that is handed in again. GitHub Classroom: `gh classroom clone student-repos`,
which makes a folder `assignment3-submissions`. Gradescope: "Download Submissions" (see `gradescope`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grader.intake.names import stem, student_name

METADATA = "submission_metadata.yml"

_MOODLE = re.compile(
    r"(?P<name>[^_/]+)(?:_(?P<id>[0-9]+))?_assignsubmission_(?P<kind>[a-z0-9]+)(?:_(?P<file>.*))?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_)?(?:(?P<late>LATE)_)?(?:(?P<user>[0-9]+)|anon_(?P<anon>[A-Za-z0-9]+))"
    r"_(?:(?P<number>[0-9]+)_(?P<file>.+)|(?P<text>text|link)\.html)",
    re.DOTALL,
)
_NO_LETTERS = re.compile(r"[\W_]")
_GRADESCOPE = re.compile(r"submission_[0-9]+")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an entry is, by its name alone.

    `known_as` are the names and numbers by which a roster may know the student, each with its kind before it. `file` is
    the name under which it was handed in; "" for a folder, whose files have their own. `number` grows with time.
    """

    student: str
    known_as: tuple[str, ...] = ()
    label: str = ""
    file: str = ""
    number: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a class: its name, whether it is a folder, and whether that is a git repository."""

    name: str
    folder: bool
    repository: bool = False


Naming = Callable[[Entry], Owner | None]


def alias(kind: str, value: str) -> str:
    """A name or number by which a student is known, in a form that can be compared."""
    text = unicodedata.normalize("NFC", value).casefold().strip()
    return f"{kind} {_NO_LETTERS.sub('', text) if kind == 'name' else text}"


def plain_owner(entry: Entry) -> Owner:
    """The student whose name the entry bears."""
    name = entry.name if entry.folder else stem(entry.name)
    kinds = ("name", "email", "login", "sid", "github")
    return Owner(student_name(name), tuple(alias(kind, name) for kind in kinds), student_name(entry.name))


def _moodle_owner(entry: Entry) -> Owner | None:
    match = _MOODLE.fullmatch(entry.name)
    if match is None:
        return None
    name, number, file = match["name"].strip(), match["id"] or "", match["file"] or ""
    if match["kind"] != "file":
        file = f"{match['kind']}/{file or entry.name}"
    known = [alias("name", name)] + ([alias("moodle", number)] if number else [])
    return Owner(student_name(name), tuple(known), number or name, "" if entry.folder else file)


def _canvas_owner(entry: Entry) -> Owner | None:
    match = _CANVAS.fullmatch(entry.name)
    if match is None or entry.folder:
        return None
    user = match["anon"] or match["user"]
    anonymous = bool(match["anon"]) or not match["name"] or match["name"] == "anon"
    name = f"anon_{user}" if anonymous else match["name"]
    return Owner(
        student_name(name),
        (alias("canvas", user), alias("name", name)),
        label=user,
        file=match["file"] or f"{match['text']}.html",
        number=int(match["number"] or 0),
        late=bool(match["late"]),
    )


def _github_naming(entries: Sequence[Entry], home: str) -> Naming:
    """Repositories: what all names have in common, up to a hyphen, is the assignment's; the rest is the user's."""
    names = [e.name for e in entries if e.folder]
    slug = home.removesuffix("-submissions") + "-" if home.endswith("-submissions") else ""
    if not slug or not all(name.startswith(slug) for name in names):
        slug = _common(names)

    def owner(entry: Entry) -> Owner | None:
        user = entry.name.removeprefix(slug)
        if not entry.folder or not slug or not user:
            return None
        # A roster knows better where the user begins: some users share the first part of their names.
        parts = entry.name.split("-")
        known = [alias("github", "-".join(parts[n:])) for n in range(len(parts))]
        return Owner(student_name(user), (*known, alias("name", user)), student_name(entry.name))

    return owner


def _common(names: Sequence[str]) -> str:
    """The longest beginning of all names that ends with a hyphen."""
    first = min(names, default="")
    ends = [0, *(n + 1 for n, char in enumerate(first) if char == "-")]
    return first[: max(n for n in ends if all(name.startswith(first[:n]) for name in names))]


def _gradescope_owner(entry: Entry) -> Owner | None:
    """For now by its number: who that is stands in the metadata."""
    return Owner(entry.name, label=entry.name) if entry.folder and _GRADESCOPE.fullmatch(entry.name) else None


LAYOUTS = {
    "plain": "one file, archive or folder per student",
    "moodle": "a Moodle download",
    "canvas": "a Canvas download",
    "github": "one git repository per student",
    "gradescope": "a Gradescope export",
}
"""The layouts by name, in words."""


def naming_of(layout: str, entries: Sequence[Entry], home: str) -> Naming:
    """How names are read in a layout; `home` is the name of the folder or archive that holds the entries."""
    if layout == "github":
        return _github_naming(entries, home)
    namings: dict[str, Naming] = {
        "moodle": _moodle_owner,
        "canvas": _canvas_owner,
        "gradescope": _gradescope_owner,
        "plain": plain_owner,
    }
    return namings[layout]


def layout_of(entries: Sequence[Entry], home: str) -> str:
    """The layout that most entries fit, by their names alone; "plain" if they fit none.

    A Canvas download has a number of its own for each file, so that names like `ada_2024_01_hw.py` are not taken for
    one; repositories are recognised by their `.git`, or by the name of the folder that holds them.
    """
    if any(e.name == METADATA for e in entries) and _fit(_gradescope_owner, entries):
        return "gradescope"
    if _most(_moodle_owner, entries):
        return "moodle"
    numbers = [o.number for o in _fit(_canvas_owner, entries) if o.number]
    if _most(_canvas_owner, entries) and len(set(numbers)) == len(numbers):
        return "canvas"
    folders = [e for e in entries if e.folder]
    cloned = home.endswith("-submissions") or (len(folders) > 1 and all(e.repository for e in folders))
    return "github" if cloned and _most(_github_naming(entries, home), entries) else "plain"


def _fit(naming: Naming, entries: Iterable[Entry]) -> list[Owner]:
    return [owner for entry in entries if (owner := naming(entry))]


def _most(naming: Naming, entries: Sequence[Entry]) -> bool:
    return 2 * len(_fit(naming, entries)) > len(entries)
