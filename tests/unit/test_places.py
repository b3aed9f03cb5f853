"""Paths and names that must not be in a bundle, and words that may."""

import socket
from pathlib import Path

import pytest

from grader.kit.places import places_of


@pytest.fixture
def found(monkeypatch, tmp_path):
    """What is found in a text on a computer with this user, home and course."""

    def search(text, user="ada7", home="/home/ada7", root=None):
        for variable in ("LOGNAME", "USER", "USERNAME"):
            monkeypatch.setenv(variable, user)
        for variable in ("HOME", "USERPROFILE"):
            monkeypatch.setenv(variable, home)
        return {what for pattern, what in places_of(root or tmp_path) if pattern.search(text)}

    return search


PATH, USER = "a path of this computer", "a user name"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see /home/ada7/dl/convolution.py", PATH),
        ("see /home/ada7.", PATH),
        ('{"kernel": "/Users/ada7/venv"}', USER),
        (r'{"path": "C:\\Users\\ada7\\dl"}', USER),
        (f"made by ada7@{socket.gethostname()}", USER),
    ],
)
def test_where_and_by_whom_is_found(found, text, what):
    """Home folders of the user, on any system, and the user at this computer."""
    assert what in found(text)


def test_course_folder_is_found(found, tmp_path):
    """The folder that the course is in, and what is below it."""
    assert found(f"# {tmp_path}/solutions") == {PATH}
    assert found(f"# {tmp_path}2/solutions") == set()


@pytest.mark.parametrize("user", ["test", "root", "grade", "a", "conv2d", "x"])
def test_any_word_may_be_a_user(found, user):
    """Whoever is called like a word of the course can release it."""
    text = f"The {user} of a {user}. /tests/{user}/x, {user}s@example.org, {user}: see tests/{user}.py, ~/{user}"

    assert found(text, user=user, home=f"/home/{user}") == set()
    assert found(text + " /root/x", user=user, home="/root") == set()


@pytest.mark.skipif(not Path("/tmp").is_dir(), reason="needs a short folder")
def test_short_folder_is_known_by_what_is_in_it(found):
    """A course may be in /w: and/w/o is no path, and neither is a folder that is not there."""
    here = next(entry.name for entry in Path("/tmp").iterdir())

    assert found(f"and/tmp/{here} or /tmp/no-such-folder or /tmp", root=Path("/tmp")) == set()
    assert found(f"in /tmp/{here}", root=Path("/tmp")) == {PATH}
