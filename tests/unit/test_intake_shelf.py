"""The shelf: texts of a class stand on the disk, and look like the tuples that they are."""

import gc
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.intake import find_class
from grader.intake.shelf import Shelf
from grader.model import Assignment, Part, Submission

CELLS = (Part("cell 1", "x = 'é'\n"), Part("cell 2", ""), Part("cell 4", "y = x\n" * 5000))
ODD = (Part("tiny.py", "half = '\ud800'  # and a pair: \ud83d\ude00, \N{GRINNING FACE}\n"),)


@pytest.mark.parametrize("parts", [CELLS, ODD, ODD + CELLS], ids=["cells", "surrogates", "both"])
def test_round_trip(parts):
    """Every part comes back as it was, whatever else was put there."""
    shelf = Shelf()
    before, put, after = (shelf.put(some) for some in (CELLS, parts, ODD))

    assert tuple(put) == parts
    assert (tuple(before), tuple(after)) == (CELLS, ODD)


def test_like_a_tuple():
    """Length, places, slices, equality and hash are those of the tuple."""
    put = Shelf().put(CELLS)

    assert (len(put), put[0], put[-1], put[1:]) == (3, CELLS[0], CELLS[2], CELLS[1:])
    assert all(a == b for a, b in ((put, CELLS), (CELLS, put), (put, Shelf().put(CELLS))))
    assert not any(a == b for a, b in ((put, CELLS[1:]), (CELLS[1:], put), (put, Shelf().put(ODD)), (put, "text")))
    assert hash(put) == hash(CELLS)
    with pytest.raises(IndexError):
        put[3]


def test_nothing_was_handed_in():
    """What could not be read has no parts, on a shelf or elsewhere."""
    assert Shelf().put(()) == ()


def test_plain_data_in_another_process():
    """A submission that is sent carries a tuple, and the digest that it has here."""
    submission = Submission("ada", "tiny", Shelf().put(CELLS))

    sent = pickle.loads(pickle.dumps(submission))

    assert type(sent.parts) is tuple
    assert sent == submission
    assert sent.digest == submission.digest


def test_digest_of_other_parts():
    """A digest that was computed does not outlive a change of what it is of."""
    first = Submission("ada", "tiny", Shelf().put(CELLS))
    digests = first.digest, replace(first, parts=ODD).digest, replace(first, module="other").digest

    assert digests == tuple(
        Submission("bob", module, parts).digest for module, parts in (("tiny", CELLS), ("tiny", ODD), ("other", CELLS))
    )
    assert len(set(digests)) == 3


def test_text_is_that_of_the_collection(tmp_path):
    """What changes after a class was read is not what is graded."""
    file = tmp_path / "ada.py"
    file.write_text("x = 1\n")
    [found] = find_class(tmp_path, Assignment("a", "A", "tiny", (), Path()), "plain").submissions

    file.write_text("x = 2\n")

    assert found.parts == (Part("ada.py", "x = 1\n"),)


def target(link):
    try:
        return str(link.readlink())
    except OSError:  # of a file that was open only to list them
        return ""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux tells them")
def test_file_is_gone_with_its_last_part():
    """The file lives as long as any of its parts, and has no name meanwhile."""

    def files():
        gc.collect()
        return [name for file in Path("/proc/self/fd").iterdir() if "(deleted)" in (name := target(file))]

    before = files()
    part_of_it = Shelf().put(CELLS)
    there, text = len(files()) - len(before), part_of_it[0]
    del part_of_it

    assert (there, text, files()) == (1, CELLS[0], before)


FULL = """
import os, resource
from grader.errors import RequestError
from grader.intake.shelf import Shelf
from grader.model import Part

resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
shelf, kept = Shelf(), []
try:
    for number in range(100):
        parts = (Part("tiny.py", os.urandom(500).hex()),)
        kept.append((parts, shelf.put(parts)))
except RequestError as exc:
    print(exc, exc.hint, sep="|")
print(10 < len(kept) < 20, all(put == parts for parts, put in kept))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_full(tmp_path):
    """A file that cannot grow is told, and what stands in it already can still be read."""
    done = subprocess.run(
        [sys.executable, "-c", FULL],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    says, rest = done.stdout.split("|")
    assert says.endswith(f"a temporary file; in {tmp_path} it cannot be written: File too large.")
    assert "TMPDIR=FOLDER" in rest
    assert rest.endswith("True True\n")
