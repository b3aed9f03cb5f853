"""What strangers hand in besides Python: archives, folders, notebooks and files that are not what they seem."""

import io
import json
import lzma
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

HONEST = "def attack(bait):\n    return float(sum(bait['pids']))\n"
UNREAD, RIGHT, WRONG = "missing", "passed", "crashed"


def _zip(path: Path, members: dict[str, bytes | str], **attributes: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, content)


def _tar(path: Path, members: list[tuple[str, bytes, str]], **more: object) -> None:
    with tarfile.open(path, "w") as archive:
        for name, kind, link in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            info.size = len(HONEST) if kind == tarfile.REGTYPE else 0
            for key, value in more.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(HONEST.encode()) if info.size else None)


def _folder(path: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)


def _notebook(source: object, **more: object) -> str:
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more})


def _pipe(path: Path) -> None:
    path.mkdir()
    os.mkfifo(path / "cell.py")


def _linked(path: Path) -> None:
    path.mkdir()
    (path / "cell.py").symlink_to("/etc/passwd")


def _deep(path: Path) -> None:
    (path / "/".join("d" * 40)).mkdir(parents=True)


def _many(path: Path) -> None:
    path.mkdir()
    for n in range(2500):
        (path / f"{n}.txt").touch()


def _quine(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cell.py", bytes(2**24))
    _zip(path, {f"{n}.zip": inner.getvalue() for n in range(10)})


def _duplicates(path: Path) -> None:
    # Packed under another name of the same length, since zipfile warns of a double one.
    _zip(path, {"cell.py": HONEST, "evil.py": "import os; os._exit(0)"})
    path.write_bytes(path.read_bytes().replace(b"evil.py", b"cell.py"))


def _encrypted(path: Path) -> None:
    _zip(path, {"cell.py": HONEST})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))


def _lying_size(path: Path) -> None:
    _zip(path, {"cell.py": b"x = 1\n" * 1000})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 2**32 - 2)
    path.write_bytes(bytes(data))


def _evil(name: str) -> dict[str, str]:
    return {"cell.py": HONEST, name: "import os\nos._exit(0)\n"}


BESIDE = (
    "sitecustomize.py",
    "usercustomize.py",
    "conftest.py",
    "numpy.py",
    "random.py",
    "json.py",
    "grader/__init__.py",
)
# By the name of the file or folder: how it is made, and the status that each of its tests gets.
PARCELS: dict[str, tuple[Callable[[Path], object], str]] = {
    "bomb.zip": (lambda p: _zip(p, {"cell.py": bytes(2**26 + 2**20)}), UNREAD),
    "bombs_in_bomb.zip": (_quine, UNREAD),
    "lying_size.zip": (_lying_size, UNREAD),
    "many_members.zip": (lambda p: _zip(p, {f"{n}.txt": b"" for n in range(3000)}), UNREAD),
    "climbs.zip": (lambda p: _zip(p, {"../../cell.py": HONEST}), UNREAD),
    "climbs_windows.zip": (lambda p: _zip(p, {"..\\..\\cell.py": HONEST}), UNREAD),
    "absolute.zip": (lambda p: _zip(p, {"/etc/cell.py": HONEST}), UNREAD),
    "drive.zip": (lambda p: _zip(p, {"C:\\cell.py": HONEST}), UNREAD),
    "link.zip": (lambda p: _zip(p, {"cell.py": "/etc/passwd"}, external_attr=0o120777 << 16), UNREAD),
    "device.zip": (lambda p: _zip(p, {"cell.py": ""}, external_attr=0o060666 << 16), UNREAD),
    "encrypted.zip": (_encrypted, UNREAD),
    "duplicates.zip": (_duplicates, UNREAD),
    "escapes.zip": (lambda p: _zip(p, {"\x1b[2Jcell.py": HONEST}), UNREAD),
    "not_an_archive.zip": (lambda p: p.write_bytes(b"PK\x03\x04" + bytes(1000)), UNREAD),
    "symbolic.tar": (lambda p: _tar(p, [("cell.py", tarfile.SYMTYPE, "/etc/passwd")]), UNREAD),
    "hard.tar": (lambda p: _tar(p, [("cell.py", tarfile.LNKTYPE, "/etc/passwd")]), UNREAD),
    "device.tar": (lambda p: _tar(p, [("cell.py", tarfile.BLKTYPE, "")]), UNREAD),
    "pipe.tar": (lambda p: _tar(p, [("cell.py", tarfile.FIFOTYPE, "")]), UNREAD),
    "climbs.tar": (lambda p: _tar(p, [("../../cell.py", tarfile.REGTYPE, "")]), UNREAD),
    "through_link.tar": (
        lambda p: _tar(p, [("a", tarfile.SYMTYPE, "/tmp"), ("a/cell.py", tarfile.REGTYPE, "")]),
        UNREAD,
    ),
    "setuid.tar": (lambda p: _tar(p, [("cell.py", tarfile.REGTYPE, "")], mode=0o4777, uid=0), RIGHT),
    "bomb.tar.xz": (lambda p: p.write_bytes(lzma.compress(bytes(2**26 + 2**20), preset=0)), UNREAD),
    "pipe": (_pipe, UNREAD),
    "linked": (_linked, UNREAD),
    "deep": (_deep, UNREAD),
    "many": (_many, UNREAD),
    "link.py": (lambda p: p.symlink_to("/etc/passwd"), UNREAD),
    "endless.py": (lambda p: p.symlink_to("/dev/zero"), UNREAD),
    "pipe.py": (os.mkfifo, UNREAD),
    "large.py": (lambda p: p.write_text("x = 1\n" * 100_000), UNREAD),
    "one_line.py": (lambda p: p.write_text("x = [" + "1," * 2_000_000 + "]"), UNREAD),
    "nul.py": (lambda p: p.write_bytes(b"x = 1\0\n"), UNREAD),
    "sparse.py": (lambda p: (p.touch(), os.truncate(p, 2**40)), UNREAD),
    "escape_encoding.py": (lambda p: p.write_text("# coding: unicode_escape\n" + HONEST), RIGHT),
    "utf7.py": (lambda p: p.write_text("# coding: utf-7\n" + HONEST + "#+AAo-import os; os._exit(0)\n"), RIGHT),
    "deep.ipynb": (lambda p: p.write_text("[" * 100_000), UNREAD),
    "digits.ipynb": (lambda p: p.write_text('{"nbformat": ' + "9" * 5000 + "}"), UNREAD),
    "huge.ipynb": (lambda p: p.write_text(_notebook(HONEST, padding="x" * 2**24)), UNREAD),
    "many_cells.ipynb": (
        lambda p: p.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "raw"}] * 5000})),
        UNREAD,
    ),
    "sources.ipynb": (lambda p: p.write_text(_notebook({"a": 1})), UNREAD),
    "surrogates.ipynb": (lambda p: p.write_text(_notebook(HONEST + "# \ud800 \u202e\n")), RIGHT),
    "magic.ipynb": (lambda p: p.write_text(_notebook("%%bash\nrm -rf /\n")), UNREAD),
    "shell.ipynb": (lambda p: p.write_text(_notebook("!touch /tmp/pickled\n" + HONEST)), RIGHT),
    "[bold]\x1b[31m\u202e.py": (lambda p: p.write_text(HONEST), RIGHT),
    "=cmd|' !A0.py": (lambda p: p.write_text(HONEST), RIGHT),
    "x..%2f..%2fevil.py": (lambda p: p.write_text(HONEST), RIGHT),
    "x..\\..\\evil.py": (lambda p: p.write_text(HONEST), RIGHT),
    "x" * 200 + ".py": (lambda p: p.write_text(HONEST), RIGHT),
    "ini": (lambda p: _folder(p, {"cell.py": HONEST, "pytest.ini": "[pytest]\naddopts = --collect-only\n"}), RIGHT),
    "pth": (lambda p: _folder(p, {"cell.py": HONEST, "evil.pth": "import os; os._exit(0)\n"}), RIGHT),
    "stale": (lambda p: _folder(p, {"cell.py": HONEST, "__pycache__/cell.cpython-311.pyc": "junk"}), RIGHT),
    **{f"beside_{Path(n).name}_{len(n)}": (lambda p, n=n: _folder(p, _evil(n)), RIGHT) for n in BESIDE},
}
