"""After a change of some tests only their exercises run again, and the reports are those of a full run."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from grader.catalog import resolve
from grader.gradebook import Pieces, pieces_of
from grader.gradebook import tables as t
from grader.gradebook.rows import unpack_report
from grader.gradebook.store import Gradebook

TESTS, REFERENCE = "tests/hidden/assignment1_tiny/test_tiny.py", "reference/tiny.py"
SOLUTION, NAMES = "solutions/assignment1_tiny/tiny.py", "tests/hidden/assignment1_tiny/misconceptions.py"
RIGHT = "def double(x):\n    return 2.0 * x\ndef total(x):\n    return float(2.0 * x.sum())\n"
CLASS = {
    "ada": RIGHT,
    "bob": "def double(x):\n    return 2.0 * x\n",
    "carla": "def double(x):\n    return 2.0 * x[:1]\ndef total(x):\n    return float(double(x).sum())\n",
    "squares": "def double(x):\n    return x * x\ndef total(x):\n    return float(2.0 * x.sum())\n",
    "remembers": "asked = []\ndef double(x):\n    asked.append(1)\n    return 2.0 * x\n"
    "def total(x):\n    return float(2.0 * x.sum()) if asked else -1.0\n",
    "broken": "def double(x:\n",
}

ALWAYS = 2 + 1
"""How often doubles are asked in any case: in the preflight of the solution and of the stub, and of what is broken."""


def edit(course, name, old, new):
    file = course.root / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "old", "new", "changed"),
    [
        (TESTS, "import pytest\n", "import pytest\n\n# A remark.\n", set()),
        (TESTS, "(1, 3, 5)", "(1, 3, 6)", {"double"}),
        (TESTS, "Random matrices are", "Matrices are", {"total"}),
        (TESTS, "rng.uniform(1, 2, size=7)", "rng.uniform(1, 3, size=7)", {"total"}),
        (TESTS, "class TestTotal:", "class TestTotal:\n    most = 5", {"total"}),
        (TESTS, '@pytest.mark.exercise("total")', '@pytest.mark.weight(2)\n@pytest.mark.exercise("total")', {"total"}),
        (TESTS, "def test_bound", "def test_bounds", {"total"}),
        (TESTS, "import pytest\n", "import pytest\nimport math\n", None),
        (TESTS, "import pytest\n", "import pytest\nMOST = 5\n", None),
        (TESTS, "import pytest\n", "import pytest\nimport sys\n", None),
        (TESTS, 'exercise("total")\nclass TestTotal', 'exercise("total")\nclass TestTotal(TestDouble)', None),
        (NAMES, "return x * x", "return x ** 2", None),
        (REFERENCE, "2.0 *", "(1.0 + 1.0) *", None),
        (SOLUTION, "2.0 *", "(1.0 + 1.0) *", None),
    ],
)
def test_pieces(shared_course, name, old, new, changed):
    """What a change concerns: an exercise, if only its tests can see it; else all; a remark nothing."""
    assignment, text = resolve("1", shared_course.root), (shared_course.root / name).read_text()
    before = Pieces.from_text(pieces_of(assignment).to_text())
    try:
        edit(shared_course, name, old, new)

        assert pieces_of(assignment).changed_since(before) == changed
    finally:
        (shared_course.root / name).write_text(text)


def test_older_gradebook(shared_course):
    """Where no pieces were kept, everything may have changed."""
    assert pieces_of(resolve("1", shared_course.root)).changed_since(Pieces.from_text("")) is None


@pytest.fixture
def noted(course):
    """A course that was graded, with a test of doubles that notes each time that it runs.

    It looks at what comes back, so that it runs for every submission.
    """
    log = course.root / "log.txt"
    note = f"def note(answer):\n    str(answer)\n    open({str(log)!r}, 'a').write('.')\n"
    edit(course, TESTS, "import pytest\n", f"import pytest\n\n{note}")
    pure = "agree.pure(student.double, reference.double, rng.normal(size=4))"
    looked_at = f"answer = None\n        try:\n            answer = {pure}\n        finally:\n            note(answer)"
    edit(course, TESTS, pure, looked_at)
    for name, source in CLASS.items():
        course.submit(source, f"class/{name}.py")
    run(course, "batch", "1", "class", "--seed", "7", "-q")
    log.write_text("")
    return course


def run(course, *words):
    return course.grade(*words, "--allow-weak-isolation", "--gradebook", str(course.root / "book.sqlite"))


def reports(course):
    """The outcomes and diagnoses of the latest results, by the digest of the submission."""
    with Gradebook(str(course.root / "book.sqlite")) as book, book.database.reading() as connection:
        rows = connection.execute(sa.select(t.result.c.report).order_by(t.result.c.id)).scalars()
        found = [unpack_report(row) for row in rows][-len(CLASS) :]
    return {r.digest: ([replace(o, seconds=0) for o in r.outcomes], r.problems, r.diagnoses) for r in found}


def runs(course):
    return len((course.root / "log.txt").read_text())


def test_only_what_changed(noted):
    """A remark runs nothing; after a change of a sum's test, doubles are not asked again, but of one student.

    That one's sums depend on doubles that were asked before: their other test shows it. The reports are those of a full
    run, also where sums were carried on a right double.
    """
    edit(noted, TESTS, "import pytest\n", "import pytest  # the framework\n")
    remark = run(noted, "regrade", "1", "--apply")
    after_remark = runs(noted)
    edit(noted, TESTS, "rng.uniform(1, 2, size=7)", "rng.uniform(1, 2, size=8)")

    done = run(noted, "regrade", "1", "--apply")
    partial, asked = reports(noted), runs(noted) - after_remark
    run(noted, "batch", "1", "class", "--fresh", "-q")

    assert "0 of 6 students changed" in remark.stdout, remark.stderr
    assert after_remark == ALWAYS
    assert "6 hand-ins were graded anew, 5 of them only as far as tests changed." in done.stdout, done.stderr
    assert asked == ALWAYS + 1
    assert partial == reports(noted)
    assert any(o.carried for outcomes, *_ in partial.values() for o in outcomes)


WAITS = """
import numpy as np

def double(x):
    return 3.0 * np.asarray(x)

def total(x):
    while np.size(x) == 8 and np.sum(double(x)) > 2.5 * np.sum(x):
        pass
    return float(np.sum(double(x)))
"""


def test_time_that_ran_out_on_the_way(noted):
    """A call that ran out of time in a first trial makes everything run, though the second one is right."""
    noted.submit(WAITS, "class/ada.py")
    run(noted, "batch", "1", "class", "--seed", "7", "-q")
    before = runs(noted)
    edit(noted, TESTS, "rng.uniform(1, 2, size=7)", "rng.uniform(1, 2, size=8)")

    run(noted, "regrade", "1", "--apply")
    asked = runs(noted) - before
    partial = reports(noted)
    run(noted, "batch", "1", "class", "--fresh", "-q")

    # One more is the student, as above, whose sums depend on doubles.
    assert asked == ALWAYS + 1 + 1
    assert partial == reports(noted)
