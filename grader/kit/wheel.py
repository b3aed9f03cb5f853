"""The toolkit's own wheel, built offline from its source where that is at hand."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.errors import AssignmentError

# The same files give the same wheel: hatchling writes this time instead of the present one.
_EPOCH = "315532800"


def build_wheel(source: Path) -> tuple[str, bytes] | None:
    """The name and the bytes of the wheel of the toolkit in `source`; None if its source is not there.

    Raises AssignmentError if it cannot be built.
    """
    if not (source / "pyproject.toml").is_file():
        return None
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
