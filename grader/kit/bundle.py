"""The bundle: its files, and how they are written as a folder and as a zip file, equal for equal content."""

from __future__ import annotations

import hashlib
import io
import itertools
import secrets as fresh
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.catalog import MANIFEST
from grader.errors import AssignmentError, RequestError
from grader.grading.recording import Recording, record
from grader.kit.leaks import find_leaks
from grader.kit.secrets import secrets_of
from grader.kit.wheel import make_wheel
from grader.model import Assignment
from grader.release import generated_files
from grader.sealing import SEALED_TESTS, to_json

START = "START.md"
_FIGURES = (".svg", ".png", ".jpg", ".jpeg", ".gif")
_MOST_LEAKS = 10
_LARGEST_SEED = 2**48


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a bundle by their paths in it, and the recording that its sealed tests are of."""

    name: str
    files: Mapping[str, bytes]
    recording: Recording


class Salts:
    """Random bytes: fresh ones or, for a bundle that is to be made again, those that follow from a text."""

    def __init__(self, seed: str | None) -> None:
        self._seed = seed.encode() if seed is not None else fresh.token_bytes(32)
        self._count = itertools.count()

    def __call__(self) -> bytes:
        """Sixteen bytes that come but once."""
        return hashlib.sha256(self._seed + next(self._count).to_bytes(8, "little")).digest()[:16]

    def seed_of_inputs(self) -> int:
        """A seed for the inputs, which nobody can guess."""
        return int.from_bytes(self(), "little") % _LARGEST_SEED


def make_bundle(assignment: Assignment, salts: Salts, *, wheel_of: Path | None = None) -> Bundle:
    """The bundle of an assignment, checked for leaks. `wheel_of` is the toolkit's own folder, to put its wheel in.

    Raises AssignmentError if it would tell what it must not, with the places, or if the tests cannot be sealed.
    """
    seed = salts.seed_of_inputs()
    recording = record(assignment, salts, seed=seed)
    wheel = make_wheel(wheel_of) if wheel_of else None
    home = f"assignments/{assignment.name}"
    files = {f"{home}/{name}": raw for name, raw in _folder_of(assignment).items()}
    files[f"{home}/{SEALED_TESTS}"] = to_json(recording.sealed).encode()
    if wheel is not None:
        files[wheel[0]] = wheel[1]
    files[START] = _start(assignment, wheel[0] if wheel else None).encode()
    leaks = find_leaks(files, secrets_of(assignment, recording, seed))
    if leaks:
        shown = "\n".join(f"  {leak}" for leak in leaks[:_MOST_LEAKS])
        more = f"\n  … and {len(leaks) - _MOST_LEAKS} more" if len(leaks) > _MOST_LEAKS else ""
        raise AssignmentError(
            f"The bundle of {assignment.name} would tell what students must not know:\n{shown}{more}",
            "Remove it there. Nothing was written.",
        )
    return Bundle(assignment.name, dict(sorted(files.items())), recording)


def write_bundle(bundle: Bundle, folder: Path) -> tuple[Path, Path]:
    """Write the bundle into `folder`, as a folder and as a zip file; their paths.

    Both get their names when they are whole, so that nobody meets half a bundle, whatever ends this.

    Raises RequestError if there is a bundle already, or it cannot be written.
    """
    home, archive = folder / bundle.name, folder / f"{bundle.name}.zip"
    if home.exists() or archive.exists():
        raise RequestError(f"{home} or {archive.name} exists already.", "Remove both, or name another folder with -o.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{bundle.name}-", dir=folder) as part:
            for name, raw in bundle.files.items():
                file = Path(part, home.name, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(raw)
            Path(part, archive.name).write_bytes(_zipped(bundle))
            Path(part, home.name).rename(home)
            Path(part, archive.name).rename(archive)
    except OSError as exc:
        raise RequestError(f"{home} cannot be written: {exc.strerror}", "Name another folder with -o.") from exc
    return home, archive


def _folder_of(assignment: Assignment) -> dict[str, bytes]:
    """The manifest, the handout, its figures, the stub and the notebook, by their paths in the assignment's folder."""
    found = [assignment.folder / name for name in (MANIFEST, "README.md")]
    figures = assignment.folder / "figures"
    found += sorted(f for f in figures.rglob("*") if f.suffix.lower() in _FIGURES) if figures.is_dir() else []
    files = {f.relative_to(assignment.folder).as_posix(): f.read_bytes() for f in found if f.is_file()}
    return files | {path.name: text.encode() for path, text in generated_files(assignment).items()}


def _start(assignment: Assignment, wheel: str | None) -> str:
    """What to do first."""
    install = f"pip install {wheel or 'WHEEL-OF-YOUR-COURSE'}"
    return f"""# {assignment.title}

    {install} cryptography
    grade {assignment.name}

Python 3.11 or newer is needed. Without `cryptography` everything works but the hints.

The exercises are in `assignments/{assignment.name}`: the handout is `README.md`, your work goes into
`{assignment.module}.py` or `{assignment.module}.ipynb`. `grade` needs no network. `{SEALED_TESTS}` holds the hidden
tests: what they ask can be read, what they expect is locked, and your own right answers are the key.

In the notebook, `import grader; grader.check({assignment.exercises[0].name})` in a cell grades one function as it is
there. `grade {assignment.name} --watch` (`pip install watchfiles`) grades again whenever the file is saved.
"""


def _zipped(bundle: Bundle) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in bundle.files.items():
            info = zipfile.ZipInfo(f"{bundle.name}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, raw, zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()
