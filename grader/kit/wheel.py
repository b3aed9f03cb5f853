"""The toolkit's own wheel, made offline: built from its source where that is at hand, else of what is installed."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

from grader.errors import AssignmentError

# The same files give the same wheel: hatchling writes this time instead of the present one.
_EPOCH = "315532800"
# What an installer adds to the files of a wheel.
_ADDED = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")


def make_wheel(folder: Path) -> tuple[str, bytes]:
    """The name and the bytes of the wheel of the toolkit, whose source or installed package is in `folder`.

    Raises AssignmentError if there is neither, or the wheel cannot be built.
    """
    if (folder / "pyproject.toml").is_file():
        return _built(folder)
    found = next(iter(folder.glob("deepgrade-*.dist-info")), None)
    if found is None:
        raise AssignmentError(f"{folder} holds no installed deepgrade.", "Leave the wheel out: --no-wheel.")
    return _packed(Distribution.at(found), folder)


def _built(source: Path) -> tuple[str, bytes]:
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, str(source)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": _EPOCH}
        built = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
        wheels = sorted(Path(folder).glob("deepgrade-*.whl"))
        if built.returncode or not wheels:
            said = (built.stderr.strip().splitlines() or ["no wheel came of it"])[-1]
            hint = "It needs the package hatchling: pip install hatchling. Or leave the wheel out: --no-wheel."
            raise AssignmentError(f"The toolkit's wheel for the bundle cannot be built: {said}", hint)
        return wheels[0].name, wheels[0].read_bytes()


def _packed(installed: Distribution, folder: Path) -> tuple[str, bytes]:
    """A wheel of the files that were installed from one: only these, and as they are now."""
    names = sorted(f.as_posix() for f in installed.files or () if ".." not in f.parts and "__pycache__" not in f.parts)
    files = {name: (folder / name).read_bytes() for name in names if not name.endswith(_ADDED)}
    about = next(name.partition("/")[0] for name in files if name.endswith(".dist-info/WHEEL"))
    rows = [f"{name},sha256={_digest(raw)},{len(raw)}" for name, raw in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,", ""]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, raw in files.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, raw, zipfile.ZIP_DEFLATED)
    return f"deepgrade-{installed.version}-py3-none-any.whl", buffer.getvalue()


def _digest(raw: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()
