"""Reads members of archives into memory; nothing is ever extracted to a disk.

An archive's headers may lie. So every size is counted while bytes are produced, every decompressor has a bound on its
memory, and whatever a parser raises over the bytes is the archive's fault.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from grader.errors import RequestError, SubmissionError
from grader.intake import tar
from grader.intake.files import in_words, too_large
from grader.intake.names import DEEPEST, MOST_FILES, is_junk, student_name
from grader.printable import one_line

MOST_ARCHIVE = 20 * 1024 * 1024
_MOST_OF_A_CLASS = 200_000
_MOST_UNPACKED = 64 * 1024 * 1024
# Source code shrinks to a tenth, a notebook full of zeros to a hundredth.
_MOST_RATIO = 200
_RATIO_MATTERS = 1024 * 1024
_MOST_STREAMS = 16
_XZ_MEMORY = 96 * 1024 * 1024

Reader = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class _Member:
    """One entry: its name as stored, whether it is a folder, what else it is if no file, and how to read it."""

    name: str
    folder: bool
    odd: str
    size: int
    read: Reader


def open_archive(data: bytes, ending: str, label: str) -> Mapping[str, Reader]:
    """The files of an archive: from path (relative, with `/`) to a function that reads at most so many bytes of it.

    What operating systems and tools leave behind is passed over. `ending` is one of `names.ARCHIVES`.

    Raises:
        SubmissionError: it is damaged, encrypted or a bomb, or a member has an unsafe name, is a link or a device, or
            occurs twice.
    """
    files: dict[str, Reader] = {}
    total = 0
    with _blamed_on(label):
        members = _zip_members(data, label) if ending == ".zip" else _tar_members(_unpacked(data, ending, label))
        for count, member in enumerate(members, 1):
            if count > MOST_FILES:
                raise _too_many(label)
            path = _safe_path(member.name, label)
            if member.folder or any(is_junk(part) for part in path.split("/")):
                continue
            if member.odd:
                raise SubmissionError(f"{label}: {one_line(path, 60)} is {member.odd}: hand in plain files only.")
            if path in files:
                raise SubmissionError(f"{label} holds {one_line(path, 60)} twice: pack it again.")
            total += member.size
            if total > _MOST_UNPACKED:
                raise _bomb(label)
            files[path] = _guarded(member.read, label)
    return files


def class_members(archive: zipfile.ZipFile, label: str) -> Mapping[str, Reader]:
    """The files of a zip file with a whole class, which an instructor downloaded: no bound on all of it together.

    A member that a student's archive could not have either (a link, an unsafe path, a path that is there twice) is
    kept: it is refused when it is read, so that one of them does not stop the others.

    Raises:
        RequestError: it holds more than any class.
    """
    infos = archive.infolist()
    if len(infos) > _MOST_OF_A_CLASS:
        hint = "Unpack it, and grade the folder."
        raise RequestError(f"{label} holds {len(infos)} files, and at most {_MOST_OF_A_CLASS} are read.", hint)
    files: dict[str, Reader] = {}
    for info in infos:
        try:
            path, refused = _safe_path(info.orig_filename, label), ""
        except SubmissionError as exc:
            path, refused = student_name(info.orig_filename.lstrip("./\\")), str(exc)
        if info.is_dir() or not path:
            continue
        if odd := _odd_in_zip(info, info.external_attr >> 16):
            refused = f"{one_line(path, 60)} is {odd}: hand in plain files only."
        if path in files:
            refused = f"{label} holds {one_line(path, 60)} twice: download it again."
        files[path] = _refusing(refused) if refused else _guarded(_zip_reader(archive, info), label)
    return files


def _refusing(why: str) -> Reader:
    def refuse(_: int) -> bytes:
        raise SubmissionError(why)

    return refuse


@contextmanager
def _blamed_on(label: str) -> Iterator[None]:
    """Turn whatever a parser raises over a stranger's bytes into one sentence."""
    try:
        yield
    except SubmissionError:
        raise
    except Exception as exc:  # zipfile alone is known to raise nine classes, among them NotImplementedError
        raise SubmissionError(
            f"{label} is damaged, or no archive of the kind that its name says: pack it again."
        ) from exc


def _guarded(read: Reader, label: str) -> Reader:
    def guarded(most: int) -> bytes:
        with _blamed_on(label):
            return read(most)

    return guarded


def _safe_path(name: str, label: str) -> str:
    """The name as a relative path with `/`, without `.` and empty parts; refused if it leads out of the archive."""
    shown = one_line(name, 60)
    path = name.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise SubmissionError(f"{label}: the path {shown} is absolute: pack the folder, not its full path.")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise SubmissionError(f"{label}: the path {shown} leads out of the archive: pack it again.")
    if any(ord(char) < 32 for char in name):
        raise SubmissionError(f"{label}: the path {shown} holds control characters: rename that file.")
    if len(parts) > DEEPEST:
        raise SubmissionError(f"{label} holds folders nested deeper than {DEEPEST}: hand in only what was asked for.")
    return "/".join(parts)


# --------------------------------------------------------------------------------------------------------------- zip


def _zip_members(data: bytes, label: str) -> Iterator[_Member]:
    # Counted before zipfile makes an object for each: every entry of the directory begins with this signature.
    if data.count(b"PK\x01\x02") > 2 * MOST_FILES:
        raise _too_many(label)
    archive = zipfile.ZipFile(io.BytesIO(data))
    for info in archive.infolist():
        mode = info.external_attr >> 16
        if info.file_size > _RATIO_MATTERS and info.file_size > _MOST_RATIO * info.compress_size:
            raise _bomb(label)
        # orig_filename, since the other one ends at a NUL character and has the system's separators.
        yield _Member(
            info.orig_filename, info.is_dir(), _odd_in_zip(info, mode), info.file_size, _zip_reader(archive, info)
        )


def _odd_in_zip(info: zipfile.ZipInfo, mode: int) -> str:
    if info.flag_bits & 0x1:
        return "encrypted"
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "a device or a pipe"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # LZMA's memory has no bound in zipfile
        return f"compressed by an unusual method (number {info.compress_type})"
    return ""


def _zip_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Reader:
    def read(most: int) -> bytes:
        with archive.open(info) as file:
            return _at_most(file.read(most + 1), most, info.filename)

    return read


# --------------------------------------------------------------------------------------------------------------- tar


def _unpacked(data: bytes, ending: str, label: str) -> bytes:
    """The tar stream within, by counted bytes; a stream may consist of several compressed ones in a row."""
    if ending == ".tar":
        return data
    out = bytearray()
    for _ in range(_MOST_STREAMS):
        if ending in (".tar.gz", ".tgz"):
            inflate = zlib.decompressobj(wbits=31)
            out += inflate.decompress(data, _MOST_UNPACKED + 1 - len(out))
            rest, ended = inflate.unused_data, inflate.eof
        else:
            expand = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
            out += expand.decompress(data, _MOST_UNPACKED + 1 - len(out))
            rest, ended = expand.unused_data, expand.eof
        if len(out) > _MOST_UNPACKED or (len(out) > _RATIO_MATTERS and len(out) > _MOST_RATIO * len(data)):
            raise _bomb(label)
        if not ended:
            raise EOFError
        data = rest.lstrip(b"\0")  # padding, as tapes had it
        if not data:
            return bytes(out)
    raise _bomb(label)


def _tar_members(data: bytes) -> Iterator[_Member]:
    for entry in tar.entries(data):
        yield _Member(entry.name, entry.folder, entry.odd, entry.size, _tar_reader(data, entry))


def _tar_reader(data: bytes, entry: tar.Entry) -> Reader:
    return lambda most: _at_most(data[entry.start : entry.start + min(entry.size, most + 1)], most, entry.name)


def _at_most(content: bytes, most: int, name: str) -> bytes:
    if len(content) > most:
        raise too_large(one_line(name, 60), most)
    return content


def _too_many(label: str) -> SubmissionError:
    return SubmissionError(f"{label} holds more than {MOST_FILES} files: hand in only what was asked for.")


def _bomb(label: str) -> SubmissionError:
    return SubmissionError(
        f"{label} unpacks to far more than its size, or to more than {in_words(_MOST_UNPACKED)}: "
        "hand in only what was asked for."
    )
