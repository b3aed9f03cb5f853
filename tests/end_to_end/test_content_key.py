"""The content key: what decides a report changes it, and nothing else does."""

import pytest

from grader.catalog import resolve
from grader.gradebook import basis_of, content_of, key_of, policy_of
from grader.model import Part, Submission

TESTS, REFERENCE = "tests/hidden/assignment1_tiny/test_tiny.py", "reference/tiny.py"
SOLUTION, MANIFEST = "solutions/assignment1_tiny/tiny.py", "assignments/assignment1_tiny/assignment.toml"


def change(course, name, old="", new="# changed\n"):
    file = course.root / name
    text = file.read_text()
    file.write_text(text.replace(old, new) if old else text + new)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (TESTS, "", "# changed\n"),
        ("tests/hidden/assignment1_tiny/misconceptions.py", "You squared", "You have squared"),
        (REFERENCE, "2.0", "(1.0 + 1.0)"),
        (SOLUTION, "2.0", "(1.0 + 1.0)"),
        (MANIFEST, "seconds_per_call = 1.0", "seconds_per_call = 1.5"),
        (MANIFEST, 'builds_on = ["double"]', ""),
        (MANIFEST, 'concept = "Scaling"', 'concept = "Scaling"\nrtol = 1e-3\natol = 1e-3'),
    ],
)
def test_what_decides(course, name, old, new):
    """Tests, misconceptions, the reference, the solution, limits, tolerances and what builds on what."""
    before = basis_of(resolve("1", course.root))

    change(course, name, old, new)

    assert basis_of(resolve("1", course.root)) != before


@pytest.mark.parametrize(("old", "new"), [("points = 6", "points = 7"), ("2030-", "2031-"), ("Scaling", "Doubling")])
def test_what_does_not_decide(course, old, new):
    """Points, dates and texts of the manifest."""
    before = basis_of(resolve("1", course.root))

    change(course, MANIFEST, old, new)

    assert basis_of(resolve("1", course.root)) == before


def test_other_modules_of_the_reference(course):
    """A module that the tests do not import does not matter; once they do, by way of another, it does."""
    (course.root / "reference/sums.py").write_text("three = 3\n")
    (course.root / "reference/steps.py").write_text("from reference.sums import three\n")
    first = basis_of(resolve("1", course.root))
    change(course, "reference/sums.py")
    unused = basis_of(resolve("1", course.root))
    change(course, REFERENCE, new="from reference import steps\n")
    used = basis_of(resolve("1", course.root))
    change(course, "reference/sums.py")

    assert first == unused
    assert basis_of(resolve("1", course.root)) != used


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points = 6", "points = 7"),
        ("2030-", "2031-"),
        ("[limits]", "[late]\ngrace_minutes = 5\n[limits]"),
        ("due", 'attempts = "best"\ndue'),
    ],
)
def test_policy(course, old, new):
    """Points, the deadline and the late policy have a digest of their own."""
    before = policy_of(resolve("1", course.root))

    change(course, MANIFEST, old, new)

    assert policy_of(resolve("1", course.root)) != before


def test_seed_level_and_content(course):
    """Each of them is in the key; who handed in is not."""
    basis = basis_of(resolve("1", course.root))
    ada = content_of(Submission("ada", "tiny", (Part("tiny.py", "x = 1"),)))
    bob = content_of(Submission("bob", "tiny", (Part("tiny.py", "x = 1"),)))
    unread = [content_of(Submission("eve", "tiny", problem=why)) for why in ("too large", "damaged")]
    keys = {key_of(ada, basis, 1, "A"), key_of(ada, basis, 2, "A"), key_of(ada, basis, 1, "D")}

    assert ada == bob
    assert unread[0] != unread[1]
    assert len(keys | {key_of(content, basis, 1, "A") for content in unread}) == 5
