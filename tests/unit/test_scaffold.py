"""Names of new assignments, and where their files go."""

from datetime import UTC, datetime

import pytest

from grader.catalog import load_assignment
from grader.errors import RequestError
from grader.scaffold import course_of, files_of, name_of, write_new

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def make(root, text):
    write_new(files_of(name_of(text, root), root, NOW), root)


@pytest.fixture
def course(tmp_path):
    make(tmp_path, "assignment1_sums")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("regression", "must be called assignment<number>_<topic>"),
        ("assignment9", "must be called assignment<number>_<topic>"),
        ("assignment9_Regression", "must be called assignment<number>_<topic>"),
        ("assignment9_../x", "must be called assignment<number>_<topic>"),
        ("assignment09_x", "must be called assignment<number>_<topic>"),
        ("assignment12_random", "means another one in Python"),
        ("assignment12_numpy", "means another one in Python"),
        ("assignment12_lambda", "means another one in Python"),
        ("assignment1_other", "Number 1 is taken by assignment1_sums"),
        ("assignment1_sums", "assignments/assignment1_sums exists already"),
        ("assignment2_sums", "reference/sums.py exists already"),
    ],
)
def test_name_that_would_do_harm_is_refused(course, name, said):
    """Names of another form, of modules that exist, and of what is there; nothing is written."""
    before = sorted(course.rglob("*"))
    with pytest.raises(RequestError) as caught:
        make(course, name)

    assert said in f"{caught.value} {caught.value.hint}"
    assert sorted(course.rglob("*")) == before


def test_free_number_is_told(course):
    """The way out of a number that is taken."""
    make(course, "assignment7_products")
    with pytest.raises(RequestError) as caught:
        name_of("assignment7_means", course)

    assert "assignment8_means" in caught.value.hint


def test_manifest_can_be_read(course):
    """It is due in four weeks, and holds one exercise."""
    assignment = load_assignment(course / "assignments" / "assignment1_sums")

    assert (assignment.title, assignment.due.isoformat()) == ("Sums", "2026-12-23T23:59:00+00:00")
    assert [e.name for e in assignment.exercises] == ["scaled_sum"]


def test_course_is_found_from_below(course, tmp_path_factory):
    """A folder of a course belongs to it; any other is a course of its own, also below a folder `assignments`."""
    alone = tmp_path_factory.mktemp("home") / "assignments" / "mine"
    alone.mkdir(parents=True)

    assert course_of(course / "solutions") == course
    assert course_of(alone) == alone


@pytest.mark.parametrize("configuration", ["pyproject.toml", "tox.ini"])
def test_settings_of_a_course_are_left_alone(tmp_path, configuration):
    """Where pytest is set up already, no pytest.ini takes its place."""
    (tmp_path / configuration).write_text("", encoding="utf-8")
    make(tmp_path, "assignment1_sums")

    assert not (tmp_path / "pytest.ini").exists()
