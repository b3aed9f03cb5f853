"""What instructors ask of a gradebook, and what they write into it: show, regrade, export, and decisions."""

import csv
import io
import json
import zipfile

import pytest

from grader.batch import Terms
from grader.catalog import resolve
from grader.gradebook.journal import GradebookJournal
from grader.gradebook.store import Gradebook
from grader.regrade import regrade

RIGHT = "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n"
HALF = "def double(x):\n    return 2.0 * x\n"
SQUARES = "def double(x):\n    return x * x\ndef total(x):\n    return float(2.0 * x.sum())\n"


def pack(file, members):
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return str(file)


@pytest.fixture(scope="session")
def graded_course(tmp_path_factory, pristine_course):
    """A course with a gradebook, `book.sqlite`, in which three students are. Nobody touches it."""
    course = pristine_course.copied_to(tmp_path_factory.mktemp("graded"))
    for name, source in {"ada": RIGHT, "bob": HALF, "=cmd": SQUARES}.items():
        course.submit(source, f"class/{name}.py")
    grade_class(course, "book.sqlite")
    return course


@pytest.fixture(scope="session")
def graded_database(postgresql_server, tmp_path_factory, graded_course):
    """The same in PostgreSQL."""
    where = postgresql_server.database()
    grade_class(graded_course.copied_to(tmp_path_factory.mktemp("graded")), where)
    return where


def grade_class(course, where):
    done = course.grade("batch", "1", "class", "--allow-weak-isolation", "-q", "--seed", "7", GRADE_GRADEBOOK=where)
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=["sqlite", "postgresql"])
def graded(tmp_path, graded_course, request, monkeypatch):
    """A graded course of one's own; commands find its gradebook by the environment."""
    course = graded_course.copied_to(tmp_path)
    where = str(course.root / "book.sqlite")
    if request.param == "postgresql":
        original = request.getfixturevalue("graded_database")
        where = request.getfixturevalue("postgresql_server").database(like=original)
    monkeypatch.setenv("GRADE_GRADEBOOK", where)
    return course


def edit(course, name, old, new):
    file = course.root / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


MANIFEST, TESTS = "assignments/assignment1_tiny/assignment.toml", "tests/hidden/assignment1_tiny/test_tiny.py"


def test_show(graded):
    """Each exercise with how its points come about, the total, and what counted when."""
    shown = graded.grade("show", "=cmd").stdout

    assert "=cmd · Tiny" in shown
    assert "double   0/6  6 × 0 (0 of 3 tests passed)" in shown
    assert "4 × 1 (2 of 2 tests passed)" in shown
    assert "4/10" in shown
    assert "batch" in shown


def test_show_nobody(graded):
    """A name that the gradebook does not have is an error with the nearest one."""
    result = graded.grade("show", "bobb")

    assert result.returncode == 2
    assert "Did you mean bob?" in result.stderr


def test_decisions_count_and_are_explained(graded):
    """Points that were set and an excuse count at once, with who and why; taken back, they are gone."""
    graded.grade("override", "1", "bob", "3.5", "-e", "total", "--why", "right idea")
    graded.grade("excuse", "1", "ada", "--why", "ill")

    with_them = graded.grade("export", "1", "--format", "canvas").stdout
    batch = graded.grade("batch", "1", "class", "--allow-weak-isolation", "--json").stdout
    shown = graded.grade("show", "bob").stdout
    graded.grade("override", "1", "bob", "none", "-e", "total", "--why", "mistaken")
    graded.grade("excuse", "1", "ada", "--take-back", "--why", "came after all")
    without = graded.grade("export", "1", "--format", "canvas").stdout

    assert [line.rpartition(",")[2] for line in with_them.splitlines()[2:]] == ["4", "EX", "9.50"]
    assert {s["student"]: s["points"] for s in json.loads(batch)["students"]} == {"=cmd": 4, "ada": 10, "bob": 9.5}
    assert "total was set to 3.50 points by " in shown
    assert "right idea" in shown
    assert [line.rpartition(",")[2] for line in without.splitlines()[2:]] == ["4", "10", "6"]


def test_decision_on_nobody(graded):
    """A misspelt name gets no decision; a new one does where that is meant."""
    refused = graded.grade("excuse", "1", "bobb", "--why", "ill")
    meant = graded.grade("excuse", "1", "zoe", "--new", "--why", "ill")

    assert (refused.returncode, meant.returncode) == (2, 0)
    assert "Did you mean bob?" in refused.stderr
    assert "Excused by" in meant.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["override", "1", "bob", "eleven", "--why", "x"], "number from 0 to 10000"),
        (["override", "1", "bob", "1", "-e", "triple", "--why", "x"], "no exercise 'triple'"),
        (["extend", "1", "bob", "3 days", "--why", "x"], "like 90m, 36h, 3d or 1w"),
        (["excuse", "1", "bob", "--why", " "], "needs a reason"),
        (["export", "2"], "there is no assignment '2'"),
    ],
)
@pytest.mark.parametrize("graded", ["sqlite"], indirect=True)
def test_requests_without_sense(graded, words, says):
    """Each is refused with the rule."""
    result = graded.grade(*words)

    assert result.returncode == 2
    assert says in result.stderr


def test_export_csv(graded):
    """A row per student; a name that a spreadsheet would run is made harmless."""
    rows = list(csv.DictReader(io.StringIO(graded.grade("export", "1").stdout)))

    assert [(r["student"], r["double"], r["total"], r["points"], r["status"]) for r in rows] == [
        ("'=cmd", "0", "4", "4", "graded"),
        ("ada", "6", "4", "10", "graded"),
        ("bob", "6", "0", "6", "graded"),
    ]


@pytest.mark.parametrize("graded", ["sqlite"], indirect=True)
def test_export_forms(graded):
    """Moodle's and Canvas's columns, and JSON, written to a file."""
    moodle = graded.grade("export", "1", "--format", "moodle").stdout.splitlines()
    canvas = graded.grade("export", "1", "--format", "canvas").stdout.splitlines()
    graded.grade("export", "1", "--format", "json", "-o", "class.json")
    found = json.loads((graded.root / "class.json").read_text())

    assert moodle[0] == "username,Tiny,Tiny (feedback)"
    assert moodle[2] == "ada,10,"
    assert canvas[:2] == ["Student,ID,SIS User ID,SIS Login ID,Section,Tiny", "    Points Possible,,,,,10"]
    assert {s["student"]: s["points"] for s in found["students"]} == {"=cmd": 4, "ada": 10, "bob": 6}


def test_regrade_after_changed_tests(graded):
    """The plan names who would change, from what to what, in which test and why; only --apply lets it count."""
    edit(graded, TESTS, "assert student.total(rng.uniform(1, 2, size=7)) > 0", "assert student.double(3.0) < 7")
    edit(graded, MANIFEST, 'builds_on = ["double"]', "")

    plan = graded.grade("regrade", "1", "--allow-weak-isolation")
    before = graded.grade("export", "1", "--format", "moodle").stdout
    applied = graded.grade("regrade", "1", "--allow-weak-isolation", "--apply")
    after = graded.grade("export", "1", "--format", "moodle").stdout
    again = graded.grade("regrade", "1", "--allow-weak-isolation")

    assert plan.returncode == 1, plan.stderr
    assert "2 of 3 students would change" in plan.stdout
    assert "bob   6 → 8" in plan.stdout
    assert "total: TestTotal::test_bound: missing → passed" in plan.stdout
    assert "the hidden tests, the reference or the solution changed" in plan.stdout
    assert "bob,6," in before
    assert "2 of 3 students changed" in applied.stdout
    assert "bob,8," in after
    assert again.returncode == 0
    assert "0 of 3 students would change" in again.stdout


@pytest.mark.parametrize("graded", ["sqlite"], indirect=True)
def test_regrade_after_changed_points(graded):
    """Nothing runs: not even a sandbox that does not exist is asked for."""
    edit(graded, MANIFEST, "points = 6", "points = 7.5")

    plan = graded.grade("regrade", "1", "--apply", PATH="")
    after = graded.grade("export", "1", "--format", "moodle").stdout

    assert "ada  10 → 11.50" in plan.stdout
    assert "points, the deadline, or the policy on lateness and attempts changed" in plan.stdout
    assert "Nothing had to be graded anew." in plan.stdout
    assert "bob,7.50," in after
    assert "regrade" in graded.grade("show", "bob").stdout


@pytest.mark.parametrize("graded", ["sqlite"], indirect=True)
def test_regrade_keeps_what_was_handed_in(graded):
    """The files may be gone: the gradebook has the texts."""
    for file in (graded.root / "class").iterdir():
        file.unlink()
    edit(graded, TESTS, "assert student.total(rng.uniform(1, 2, size=7)) > 0", "assert student.total(rng.ones(2)) > 0")
    edit(graded, TESTS, "rng.ones(2)", "rng.uniform(3, 4, size=2)")

    result = graded.grade("regrade", "1", "--allow-weak-isolation", "--apply")

    assert result.returncode == 0, result.stderr
    assert "3 hand-ins were graded anew, 3 of them only as far as tests changed." in result.stdout


@pytest.mark.parametrize("graded", ["sqlite"], indirect=True)
def test_roster_and_extension(graded):
    """With times of the hand-in, lateness counts at once, nothing runs again, and an extension moves the deadline."""
    edit(graded, MANIFEST, "[limits]", "[late]\npercent_per_day = 20\n\n[limits]")
    roster = graded.submit("student,submitted_at\nada,2030-01-02T13:00:00+00:00\nzoe,\n=cmd,\n", "class.csv")

    done = graded.grade("batch", "1", "class", "--allow-weak-isolation", "--roster", str(roster), "-q")
    late = graded.grade("show", "ada").stdout
    extended = graded.grade("extend", "1", "ada", "25h", "--why", "was ill").stdout

    assert "3 of them before" in done.stdout
    assert "Nothing was handed in by: zoe." in done.stdout
    assert "Not on the roster: bob." in done.stdout
    assert "2 days begun at 20% of 10: −4" in late
    assert "total   6/10" in late
    assert "total   10/10" in extended


def test_moodle_download(course, tmp_path):
    """A zip file as Moodle gives it is graded as it is; the layout, who is missing and who is odd is said."""
    folder = "{}_assignsubmission_file_/tiny.py".format
    members = {folder("Ada Lovelace_101"): RIGHT, folder("Bob Orr_102"): HALF, "stray.py": HALF}
    packed = pack(tmp_path / "CS-Tiny-77.zip", members)
    head = "Identifier,Full name,Email address,Status"
    people = ["101,Ada Lovelace,ada@x.org,", "102,Bob Orr,bob@x.org,", "103,Cyd Day,cyd@x.org,"]
    roster = course.submit("\n".join([head, *(f"Participant {line}" for line in people)]), "roster.csv")
    words = ["batch", "1", packed, "--allow-weak-isolation", "--json", "--roster", str(roster)]

    done = course.grade(*words)

    assert done.returncode == 0, done.stderr
    points = {s["student"]: s["points"] for s in json.loads(done.stdout)["students"]}
    assert points == {"ada@x.org": 10, "bob@x.org": 6, "stray": 6}
    assert "Read as a Moodle download; --layout names another." in done.stderr
    assert "Nothing was handed in by: cyd@x.org." in done.stderr
    assert "Not on the roster: stray." in done.stderr
    assert "read under their own names: stray." in done.stderr


@pytest.mark.parametrize("graded", ["sqlite"], indirect=True)
def test_best_attempt(graded):
    """Where the best attempt counts, a late and better one may count less; regrade and export see them all."""
    edit(graded, MANIFEST, 'module = "tiny"', 'module = "tiny"\nattempts = "best"')
    edit(graded, MANIFEST, "[limits]", "[late]\npercent_per_day = 20\n\n[limits]")
    graded.submit(RIGHT + "# better\n", "class/bob.py")
    roster = graded.submit("student,submitted_at\nbob,2030-01-04T12:00:00+00:00\nada,\n=cmd,\n", "class.csv")
    done = graded.grade("batch", "1", "class", "--allow-weak-isolation", "-q", "--roster", roster)
    edit(graded, TESTS, "assert student.total(rng.uniform(1, 2, size=7)) > 0", "assert student.double(3.0) < 7")
    edit(graded, MANIFEST, 'builds_on = ["double"]', "")

    shown = graded.grade("show", "bob").stdout
    plan = graded.grade("regrade", "1", "--allow-weak-isolation", "--apply").stdout
    after = graded.grade("export", "1", "--format", "moodle").stdout

    assert "which was an earlier one of: bob." in done.stdout
    assert "Of 2 attempts the best counts:" in shown
    assert " 1  time not known              6/10  counts" in shown
    assert " 2  2030-01-04 12:00 UTC        4/10  (lateness: −6)" in shown
    assert "total   6/10" in shown
    assert "bob   6 → 8" in plan
    assert "4 hand-ins were graded anew" in plan
    assert "bob,8," in after


@pytest.mark.parametrize("graded", ["sqlite"], indirect=True)
def test_in_force_already(graded):
    """Decisions count at once: a plan tells them apart, also one that was taken back, and runs nothing."""
    assignment = resolve("1", graded.root)

    def planned(points, why, *, apply):
        book.decide(assignment.name, "bob", "override", points, exercise="total", why=why)
        journal = GradebookJournal(book, assignment, 7, kind="regrade")
        plan = regrade(assignment, book.counting(assignment), Terms(7), journal, print, apply=apply)
        return [(c.student, c.before, c.after, c.in_force, c.why[0].partition(" by ")[0]) for c in plan.changes]

    with Gradebook(str(graded.root / "book.sqlite")) as book:
        made = planned("3", "right idea", apply=True)
        taken_back = planned("", "mistaken", apply=False)

    assert made == [("bob", "6", "9", True, "points were set in total")]
    assert taken_back == [("bob", "9", "6", True, "points that had been set were taken back in total")]
