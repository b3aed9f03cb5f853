"""Numbers that must not stand in a bundle, and where they may all the same."""

from grader.kit.leaks import find_leaks
from grader.kit.secrets import Secrets, digits_of

SECRET = "2337.6412"
SECRETS = Secrets({}, {}, (), {digits_of(SECRET): "an expected value"}, frozenset())


def test_expected_number_is_found():
    """An expected number in a text is a leak, with its line."""
    (leak,) = find_leaks({"README.md": f"a\nb {SECRET}\n".encode()}, SECRETS)

    assert (leak.file, leak.line, "an expected value" in leak.what) == ("README.md", 2, True)


def test_coordinates_are_no_answers():
    """A coordinate of a picture that begins like an expected number is none."""
    assert find_leaks({"figures/a.svg": f'<use transform="translate({SECRET} 1)"/>'.encode()}, SECRETS) == ()
