"""Archives are read in memory, by counted bytes; each way of hurting the grader has a sentence of its own."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.intake import read_submission
from grader.intake.archive import open_archive
from grader.intake.names import ARCHIVES
from grader.model import Assignment

ASSIGNMENT = Assignment("assignment3_convolution", "Convolution", "convolution", (), Path("/nowhere"))
GOOD = {"convolution.py": b"x = 1\n"}


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members if isinstance(members, list) else members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, data in [(tarfile.TarInfo(m) if isinstance(m, str) else m, d) for m, d in members.items()]:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def special(kind: bytes, name: str = "convolution.py", target: str = "/etc/passwd") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def linked() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("convolution.py")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def described(records: bytes) -> bytes:
    """A tar of one file, with such records in the pax header that describes it."""
    info = special(tarfile.XHDTYPE)
    info.size = len(records)
    return info.tobuf(tarfile.USTAR_FORMAT) + records + bytes(-len(records) % 512) + tarred(GOOD)


# A window for which the reader would have to set 128 MB aside.
HUNGRY = {"id": lzma.FILTER_LZMA2, "dict_size": 2**27, "mode": lzma.MODE_FAST, "mf": lzma.MF_HC3, "nice_len": 8}

PACKED = {
    ".zip": zipped,
    ".tar": tarred,
    ".tar.gz": lambda members: gzip.compress(tarred(members)),
    ".tgz": lambda members: gzip.compress(tarred(members)[:512]) + gzip.compress(tarred(members)[512:]),
    ".tar.xz": lambda members: lzma.compress(tarred(members)),
}


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("path", ["convolution.py", "alice/convolution.py", "./a/b/convolution.py"])
def test_reads_each_kind(tmp_path, ending, path):
    """The one file of the module's name is found, at the top or below, among what tools leave behind."""
    file = tmp_path / f"alice{ending}"
    junk = {"__MACOSX/convolution.py": b"?", ".git/convolution.py": b"?", "README.md": b"#"}
    file.write_bytes(PACKED[ending]({path: b"x = 1\n"} | junk))
    got = read_submission(file, ASSIGNMENT)

    assert (got.problem, got.student) == ("", "alice")
    assert [(part.label, part.source) for part in got.parts] == [("convolution.py", "x = 1\n")]
    assert got.origin == f"{file}: {path.removeprefix('./')}"


def test_writes_nothing(tmp_path):
    """Reading an archive leaves no file behind."""
    (tmp_path / "alice.zip").write_bytes(zipped(GOOD))
    read_submission(tmp_path / "alice.zip", ASSIGNMENT)

    assert [path.name for path in tmp_path.iterdir()] == ["alice.zip"]


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["d" * 90 + "/" + "e" * 60 + "/convolution.py", "Jiří/convolution.py"])
def test_tar_dialects(format_, name):
    """Long names and letters beyond ASCII are read in each dialect that Python writes, beside folders."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format_) as archive:
        archive.addfile(special(tarfile.DIRTYPE, "folder", ""))
        info = tarfile.TarInfo(name)
        info.size = 5
        archive.addfile(info, io.BytesIO(b"x = 1"))
    files = open_archive(out.getvalue(), ".tar", "alice.tar")

    assert {path: read(5) for path, read in files.items()} == {name: b"x = 1"}


def test_windows_paths():
    """A zip made by an old Windows tool separates folders by backslashes."""
    assert list(open_archive(zipped({"alice\\convolution.py": b""}), ".zip", "a.zip")) == ["alice/convolution.py"]


def encrypted() -> bytes:
    data = bytearray(zipped(GOOD))
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory; the one before the member does not matter
    return bytes(data)


@pytest.mark.parametrize(
    ("ending", "data", "says"),
    [
        (".zip", zipped({"../convolution.py": b""}), r"\.\./convolution\.py leads out of the archive"),
        (".zip", zipped({"a/..\\..\\b.py": b""}), "leads out of the archive"),
        (".zip", zipped({"/etc/convolution.py": b""}), "is absolute"),
        (".zip", zipped({"C:\\convolution.py": b""}), "is absolute"),
        (".zip", zipped({"a\x1b[31m.py": b""}), "control characters"),
        (".zip", zipped({"a/" * 9 + "convolution.py": b""}), "nested deeper than 8"),
        (".zip", zipped([(linked(), b"/etc/passwd")]), "convolution.py is a symbolic link"),
        (".zip", zipped(GOOD, zipfile.ZIP_LZMA), "compressed by an unusual method"),
        (".zip", zipped(GOOD)[:-30], "damaged, or no archive of the kind"),
        (".zip", tarred(GOOD), "damaged, or no archive of the kind"),
        (".zip", b"", "damaged, or no archive of the kind"),
        (".zip", zipped({f"{i}.txt": b"" for i in range(2_001)}), "holds more than 2000 files"),
        (".zip", b"PK\x01\x02" * 4_001, "holds more than 2000 files"),
        (".zip", zipped({"a.txt": bytes(2**21)}), "unpacks to far more than its size"),
        (".zip", encrypted(), "convolution.py is encrypted"),
        (".tar", tarred({"../convolution.py": b""}), "leads out of the archive"),
        (".tar", tarred({"/convolution.py": b""}), "is absolute"),
        (".tar", tarred({special(tarfile.SYMTYPE): b""}), "convolution.py is a symbolic link"),
        (".tar", tarred({special(tarfile.LNKTYPE): b""}), "convolution.py is a hard link"),
        (".tar", tarred({special(tarfile.FIFOTYPE): b""}), "convolution.py is a device or a pipe"),
        (".tar", tarred({special(tarfile.CHRTYPE): b""}), "convolution.py is a device or a pipe"),
        (".tar", tarred({special(tarfile.GNUTYPE_SPARSE): b""}), "convolution.py is a sparse file"),
        (".tar", tarred({"a.txt": b"", "./a.txt": b""}), "holds a.txt twice"),
        (".tar", described(b"22 GNU.sparse.major=1\n"), "convolution.py is a sparse file"),
        (".tar", described(b"13 size=-512\n"), "damaged"),
        (".tar", described(b"13 size=9999\n"), "damaged"),
        (".tar", described(b"1" * 2**20), "damaged"),  # costs tarfile minutes
        (".tar", zipped(GOOD), "damaged, or no archive of the kind"),
        (".tar.gz", tarred(GOOD), "damaged, or no archive of the kind"),
        (".tar.gz", gzip.compress(tarred(GOOD))[:-12], "damaged, or no archive of the kind"),
        (".tar.gz", gzip.compress(bytes(2**21)), "unpacks to far more than its size"),
        (".tar.gz", gzip.compress(b"") * 17, "unpacks to far more than its size"),
        (".tar.xz", lzma.compress(bytes(2**21)), "unpacks to far more than its size"),
        (".tar.xz", lzma.compress(tarred(GOOD), filters=[HUNGRY]), "damaged"),
    ],
)
def test_refuses(ending, data, says):
    """A hostile or broken archive is refused, with what is wrong."""
    with pytest.raises(SubmissionError, match=says):
        open_archive(data, ending, "alice")


@pytest.mark.filterwarnings("ignore:Duplicate name")  # zipfile warns of what we test
def test_refuses_duplicates():
    """A name that occurs twice would leave the choice to chance, or to whoever packed it."""
    with pytest.raises(SubmissionError, match=r"holds a\.py twice"):
        open_archive(zipped([("a.py", b"1"), ("a.py", b"2")]), ".zip", "alice")


def test_lying_sizes():
    """A member that is larger than its header says is read no further than was allowed for."""
    data = zipped({"convolution.py": b"#" * 300_000}).replace(
        (300_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    )
    read = open_archive(data, ".zip", "alice")["convolution.py"]

    with pytest.raises(SubmissionError, match=r"damaged|too large"):
        read(256 * 1024)


def test_large_member(tmp_path):
    """A member larger than source may be is too large, whatever it was packed to."""
    (tmp_path / "alice.zip").write_bytes(zipped({"convolution.py": b"#" * 300_000}))

    assert "convolution.py is too large" in read_submission(tmp_path / "alice.zip", ASSIGNMENT).problem


def test_archive_in_archive(tmp_path):
    """An archive within an archive is not opened, and the student is told so."""
    (tmp_path / "alice.zip").write_bytes(zipped({"inner.zip": zipped(GOOD)}))
    got = read_submission(tmp_path / "alice.zip", ASSIGNMENT)

    assert got.problem == (
        "alice.zip holds no convolution.py or convolution.ipynb. An archive within it is not opened."
    )


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ARCHIVES), st.integers(0, 2_000), st.integers(0, 255), st.integers(0, 3_000))
def test_any_damage(ending, place, value, length):
    """One byte changed, and the end cut off, anywhere: the archive is read or refused, nothing else is raised."""
    pack = PACKED.get(ending, PACKED[".tar.xz"])
    data = bytearray(pack(GOOD | {"a/notes.txt": b"n" * 700}))
    data[place % len(data)] = value
    try:
        files = open_archive(bytes(data[: 1 + length]), ending, "alice")
        contents = [read(1_000) for read in files.values()]
    except SubmissionError:
        return

    assert all(len(content) <= 1_000 for content in contents)
